package raster

import (
	_ "embed" // the table
	"math/bits"
	"regexp"
	"strconv"
	"strings"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/sniff"
	"untag/scrub/tags"
)

//go:embed tags.tsv
var table string

var rules = chunk.Table(table)

var hdrSniff = sniff.Like("#?RADIANCE\n", "#?RGBE\n")

// fits tells whether the value of a tag that stays is one that it can have.
func fits(t tags.Tag, value string) bool {
	if t.Role == 0 || t.Most > 0 && int64(len(value)) > t.Most {
		return false
	}
	ok, err := regexp.MatchString("^("+t.In+")$", value)
	return ok && err == nil
}

// nearly tells whether a name is one bit away from that of a tag that stays.
func nearly(name string, known map[string]tags.Tag) bool {
	for id, t := range known {
		n := 0
		for i := range len(id) {
			if len(id) == len(name) {
				n += bits.OnesCount8(id[i] ^ name[i])
			}
		}
		if n == 1 && t.Role != 0 {
			return true
		}
	}
	return false
}

// hdr: lines, an empty one, a line with the size, rows of pixels (Radiance: file formats).
func hdr(p *picture) error {
	const most = 64 << 10
	b, err := p.Bytes(0, int(min(most, p.Size())))
	if err != nil {
		return err
	}
	lines := strings.SplitAfter(string(b), "\n")
	off := int64(0)
	for i, line := range lines {
		if off += int64(len(line)); line == "\n" && i+1 < len(lines) {
			break
		}
		if i+2 >= len(lines) {
			return p.Errorf(0, "no end of the header")
		}
		if err := p.hdrLine(off-int64(len(line)), strings.TrimSuffix(line, "\n"), i == 0); err != nil {
			return err
		}
		p.use(off-int64(len(line)), int64(len(line)))
	}
	size, _, _ := strings.Cut(string(b[off:]), "\n")
	p.Claim(off-1, int64(len(size))+2, scrub.Structure, "header")
	f := strings.Fields(size)
	start := off + int64(len(size)) + 1
	p.use(off-1, start-off+1)
	if p.Careful {
		return p.leave(0)
	}
	if len(f) != 4 || !strings.Contains("+Y-Y+X-X", f[0]) || !strings.Contains("+Y-Y+X-X", f[2]) || len(size) > 40 {
		return p.Errorf(off, "no size in %q", size)
	}
	rows, err := strconv.ParseUint(f[1], 10, 20)
	columns, err2 := strconv.ParseUint(f[3], 10, 20)
	if err != nil || err2 != nil || rows == 0 || columns == 0 {
		return p.Errorf(off, "no size in %q", size)
	}
	r := &reader{picture: p, at: start, end: p.Size()}
	for range rows {
		if r.radiance(int64(columns)); r.err != nil {
			return r.err
		}
	}
	p.Claim(start, r.at-start, scrub.Payload, "pixels")
	p.once(r.at, int64(columns), 0, func(r *reader) int64 { r.radiance(int64(columns)); return int64(columns) })
	return nil
}

// radiance passes a row: runs in each of four channels, or runs of pixels, which are the older form.
func (r *reader) radiance(width int64) {
	a, b, c, d := r.next(), r.next(), r.next(), r.next()
	if a == 2 && b == 2 && c < 128 && int64(c)<<8|int64(d) == width {
		for range 4 {
			left := width
			for left > 0 && r.err == nil {
				n := int64(r.next())
				if n > 128 {
					n -= 128
					r.skip(1)
				} else {
					r.skip(n)
				}
				if left -= n; n == 0 {
					break
				}
			}
			if left != 0 && r.err == nil {
				r.err = r.Errorf(r.at, "runs that are longer than a row")
			}
		}
		return
	}
	for n, shift := int64(0), 0; r.err == nil; a, b, c, d = r.next(), r.next(), r.next(), r.next() {
		if a == 1 && b == 1 && c == 1 && n > 0 {
			n += int64(d) << min(shift, 24)
			shift += 8
		} else {
			n, shift = n+1, 0
		}
		if n > width {
			r.err = r.Errorf(r.at, "runs that are longer than a row")
		}
		if n >= width {
			return
		}
	}
}

// hdrLine claims a line of the header. One that goes becomes a comment of the same length, one
// character after the other.
func (p *picture) hdrLine(off int64, line string, first bool) error {
	name, value, _ := strings.Cut(line, "=")
	t := rules()["hdr"][name]
	switch {
	case first, fits(t, strings.TrimSpace(value)):
		p.Claim(off, int64(len(line))+1, max(t.Role, scrub.Structure), "header/"+t.ID)
		return nil
	case line == "":
		return p.Errorf(off, "an empty line in the header")
	case strings.Trim(line, "#") == "":
		p.Claim(off, int64(len(line)), scrub.Filler, "header/line")
		p.Claim(off+int64(len(line)), 1, scrub.Structure, "header")
		return nil
	case t.Role != 0:
		p.Doubt("line %s of the header has a value that it can't have", t.ID)
		fallthrough
	case t.ID == "" && !strings.HasPrefix(line, "#") && p.Careful:
		p.Claim(off, int64(len(line))+1, scrub.Identify, "header")
		return nil
	case t.ID == "" && strings.HasPrefix(line, "#"):
		t = tags.Tag{ID: "comment", Kind: scrub.Comment}
	case t.ID == "" && nearly(name, rules()["hdr"]):
		return p.Errorf(off, "a line whose name may be damaged")
	case t.ID == "":
		t = tags.Tag{ID: "line", Kind: scrub.Unknown}
	}
	p.Claim(off, int64(len(line)), scrub.Identify, "header/"+t.ID)
	p.Claim(off+int64(len(line)), 1, scrub.Structure, "header")
	if p.Found(scrub.Finding{Kind: t.Kind, Place: "header/" + t.ID, Off: off, Len: int64(len(line)), Value: value}) {
		p.Fill(scrub.Destroy, off, int64(len(line)), '#')
	}
	return nil
}
