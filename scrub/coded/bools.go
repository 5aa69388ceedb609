package coded

import (
	"fmt"
	"math/bits"

	"untag/scrub"
)

// bools decodes bits of which each has a probability of its own (RFC 6386, 7).
type bools struct {
	r       *scrub.Reader
	start   int64
	at, end int64 // of the bytes that are not read yet
	buf     []byte
	value   uint64 // what is left of the number; the top 8 of its bits are compared
	have    int    // bits in value
	span    uint64
	past    int // zeros that were read behind the end, in bytes
	err     error
}

func newBools(r *scrub.Reader, off, n int64) bools {
	return bools{r: r, start: off, at: off, end: off + n, span: 255}
}

// vp8Past is how many bytes, zeros all, a partition may lack, since decoders take them for granted.
const vp8Past = 16

func (d *bools) bad() bool { return d.err != nil || d.past > vp8Past }

// fill reads more of the number.
func (d *bools) fill() {
	for d.have <= 48 {
		if len(d.buf) == 0 && d.at < d.end && d.err == nil {
			const piece = 4 << 10
			d.buf, d.err = d.r.Bytes(d.at, int(min(piece, d.end-d.at)))
			d.at += int64(len(d.buf))
		}
		d.value, d.have = d.value<<8, d.have+8
		if len(d.buf) == 0 {
			d.past++
			continue
		}
		d.value |= uint64(d.buf[0])
		d.buf = d.buf[1:]
	}
}

// bit reads one that is 0 with a probability of p in 256.
func (d *bools) bit(p int) int {
	if d.have < 16 {
		d.fill()
	}
	split := 1 + (d.span-1)*uint64(p)>>8
	bit, big := 0, split<<(d.have-8)
	if d.value < big {
		d.span = split
	} else {
		d.value, d.span, bit = d.value-big, d.span-split, 1
	}
	shift := 8 - bits.Len64(d.span)
	d.span, d.have = d.span<<shift, d.have-shift
	return bit
}

func (d *bools) flag() bool { return d.bit(128) == 1 }

// number reads n bits.
func (d *bools) number(n int) (v int) {
	for range n {
		v = v<<1 | d.bit(128)
	}
	return v
}

// or reads a byte, if there is one.
func (d *bools) or(none int) int {
	if d.flag() {
		return d.number(8)
	}
	return none
}

// optional passes n numbers of so many bits, each if it is there.
func (d *bools) optional(n, bits int) {
	for range n {
		if d.flag() {
			d.number(bits)
		}
	}
}

// behind returns what follows the last byte that was compared.
func (d *bools) behind() (Piece, error) {
	if d.fill(); d.err != nil { // no row of macroblocks may have needed it
		return Piece{}, d.err
	}
	rest := d.have - 8 // bits that no comparison met
	whole := rest / 8  // in so many bytes, and those behind
	p := Piece{Off: d.at - int64(len(d.buf)) - int64(whole-d.past)}
	p.Len = d.end - p.Off
	if p.Len <= 0 {
		return Piece{}, nil
	}
	zero, err := d.r.Constant(p.Off, p.Len, 0)
	if zero || err != nil {
		return p, err
	}
	p.Kind, p.Value = scrub.Hidden, fmt.Sprintf("%d bytes behind the codes of a picture", p.Len)
	const few, most, share = 64, 4 << 10, 8
	if d.value>>(8*whole) == 0 && (p.Len <= few || p.Len <= min(most, (d.end-d.start)/share)) {
		p.Edits = []scrub.Edit{{Off: p.Off, Len: p.Len, Phase: scrub.Destroy}}
	}
	return p, nil
}
