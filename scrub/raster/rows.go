package raster

import (
	"encoding/binary"

	"untag/scrub"
	"untag/scrub/sniff"
)

func be32(b []byte, at int) int64 { return int64(binary.BigEndian.Uint32(b[at:])) }

// once declares the end of a picture of which nothing but its header gives the size: what
// follows may be more rows or columns, if it is as long as some of those. Where rows are packed
// row is their length unpacked, and follow unpacks them.
func (p *picture) once(end, row, column int64, follow func(r *reader) int64) {
	const rows = "what may be rows or columns of the picture"
	p.Scan.End(scrub.End{Off: end, Proof: scrub.Said, Least: 8, More: func(off, n int64) (string, error) {
		if follow == nil {
			if row > 0 && n%row == 0 || column > 0 && n%column == 0 {
				return rows, nil
			}
			return "", nil
		}
		r := &reader{picture: p, at: off, end: off + n}
		for size := int64(0); ; {
			if r.at == r.end || size > 0 && size%row == 0 {
				if size%row == 0 {
					return rows, nil
				}
				return "", nil
			}
			if size += follow(r); r.err != nil {
				if scrub.Refusal(r.err) {
					return "", nil
				}
				return "", r.err
			}
		}
	}})
}

var qoiSniff = sniff.Like("qoif????????\x03?", "qoif????????\x04?")

// qoi: a header, pixels in pieces of one to five bytes, an end mark (qoiformat.org: 1.0).
func qoi(p *picture) error {
	const head, mark = 14, "\x00\x00\x00\x00\x00\x00\x00\x01"
	b, err := p.Bytes(0, int(min(head, p.Size())))
	if err != nil {
		return err
	}
	if len(b) < head || b[13] > 1 {
		return p.Errorf(0, "no header of QOI")
	}
	p.Claim(0, head, scrub.Structure, "header")
	p.use(0, head)
	if p.Careful {
		return p.leave(head)
	}
	left := be32(b, 4) * be32(b, 8)
	r := &reader{picture: p, at: head, end: p.Size()}
	for left > 0 && r.err == nil {
		n := int64(1)
		switch c := r.next(); {
		case c == 0xff:
			r.skip(4)
		case c == 0xfe:
			r.skip(3)
		case c>>6 == 2:
			r.skip(1)
		case c>>6 == 3:
			n = int64(c&63) + 1
		}
		left -= n
	}
	if r.err != nil {
		return r.err
	}
	if b, err = p.Bytes(r.at, int(min(8, p.Left(r.at)))); err != nil {
		return err
	}
	if left != 0 || string(b) != mark {
		return p.Errorf(r.at, "no end mark behind the last pixel")
	}
	p.Claim(head, r.at-head, scrub.Payload, "pixels")
	p.Claim(r.at, int64(len(mark)), scrub.Structure, "end")
	p.Scan.End(scrub.End{Off: r.at + int64(len(mark)), Proof: scrub.Proven, Least: 8})
	return nil
}
