package jpeg

import (
	"bytes"
	"cmp"
	"slices"
	"unicode/utf8"

	"untag/scrub"
	"untag/scrub/exif"
	"untag/scrub/gainmap"
	"untag/scrub/xmp"
)

// readSaid finds what metadata say in a picture that is damaged: a wrong length is no reason to leave a
// name or a position. What it finds shows by itself that it is no picture, wherever its segment ends.
func (c *cleaner) readSaid() error {
	const most, tried = 1 << 16, 8
	if c.pic.damage == "" && c.strange == "" {
		return nil
	}
	var bodies []int64
	for _, g := range c.pic.segments {
		if g.code == app0+1 && len(bodies) < tried {
			bodies = append(bodies, g.body())
		}
	}
	if c.pic.damage != "" {
		for _, id := range []string{exifHead, xmpName} {
			bodies = append(bodies, c.segmentsBehind(id, tried)...)
		}
	}
	for _, at := range bodies {
		body := c.Get(at, int(min(most, c.Left(at))))
		switch {
		case bytes.HasPrefix(body, []byte(exifHead)):
			if err := c.saidByEXIF(at+exifHeader, body[exifHeader:]); err != nil {
				return err
			}
		case bytes.HasPrefix(body, []byte(xmpName)):
			c.saidByXMP(at+xmpHeader, body[xmpHeader:])
		}
	}
	c.said = c.said[:min(len(c.said), maxSaid)]
	slices.SortFunc(c.said, func(a, b scrub.Finding) int { return cmp.Compare(a.Off, b.Off) })
	return nil
}

// segmentsBehind finds the bodies of segments of metadata behind the damage, where no length leads.
func (c *cleaner) segmentsBehind(id string, most int) (bodies []int64) {
	for at := c.pic.end; len(bodies) < most; at++ {
		if at = c.find(at, id); at < 0 {
			break
		}
		if at >= 4 && bytes.Equal(c.Get(at-4, 2), []byte{0xFF, app0 + 1}) {
			bodies = append(bodies, at)
		}
	}
	return bodies
}

// maxSaid is more than any camera writes.
const maxSaid = 1 << 10

func (c *cleaner) saidByEXIF(off int64, b []byte) error {
	block, err := exif.Read(exif.Memory(b))
	if err != nil {
		return err
	}
	silent := block.Silent
	for _, e := range block.Entries {
		silent = append(silent, scrub.Range{Off: e.Off, Len: e.Len})
		if value, err := exif.Memory(b).Bytes(e.Off, int(e.Len)); err == nil && block.Speaks(e, value) {
			c.said = append(c.said, scrub.Finding{Kind: e.Kind, Place: famExif + "/" + e.IFD + "/" + e.Name, Off: off + e.Off, Len: e.Len, Value: e.Value})
		}
	}
	for _, r := range silent {
		if value, err := exif.Memory(b).Bytes(r.Off, int(r.Len)); err == nil && r.Len > 0 && len(bytes.Trim(value, "\x00")) == 0 {
			c.said = append(c.said, scrub.Finding{Place: famExif, Off: off + r.Off, Len: r.Len})
		}
	}
	return nil
}

// saidByXMP finds a packet of which no picture needs anything, or the zeros that it became.
func (c *cleaner) saidByXMP(off int64, b []byte) {
	zeros := func(b []byte) int { return len(b) - len(bytes.TrimLeft(b, "\x00")) }
	if n := zeros(b); n > 0 {
		c.said = append(c.said, scrub.Finding{Place: famXMP, Off: off, Len: int64(n)})
		return
	}
	n, all := 0, b
	for n < len(b) {
		r, size := utf8.DecodeRune(b[n:])
		if r == utf8.RuneError && size < 2 || r < ' ' && r != '\t' && r != '\n' && r != '\r' {
			break
		}
		n += size
	}
	b = b[:packetEnd(b[:n])]
	if len(b) > 0 && b[0] == '<' && xmp.Reduce(b, gainmap.XMP(true, true, true, true)).Empty() {
		c.said = append(c.said, scrub.Finding{Kind: scrub.Provenance, Place: famXMP, Off: off, Len: int64(len(b) + zeros(all[len(b):]))})
	}
}

// packetEnd is how long a packet is by its own end mark, 0 without one: tables of a picture may read as text.
func packetEnd(b []byte) int {
	for _, mark := range []struct{ last, end string }{{"<?xpacket end=", "?>"}, {"</x:xmpmeta>", ">"}} {
		if at := bytes.LastIndex(b, []byte(mark.last)); at >= 0 {
			if n := bytes.Index(b[at:], []byte(mark.end)); n >= 0 {
				return at + n + len(mark.end)
			}
		}
	}
	return 0
}

// unsure claims n bytes at off, which may be picture but for what is said in them.
func (c *cleaner) unsure(off, n int64, role scrub.Role, place string) {
	end := off + n
	for _, f := range c.said {
		from, to := max(f.Off, off), min(f.Off+f.Len, end)
		if from >= to {
			continue
		}
		silent := c.Zeros(from, to-from) // as an earlier run left it
		if f.Off, f.Len = from, to-from; !silent && !c.Found(f) {
			continue
		}
		c.Claim(off, from-off, role, place)
		if off = to; silent {
			c.Claim(from, to-from, scrub.Filler, f.Place)
			continue
		}
		c.Claim(from, to-from, scrub.Identify, f.Place)
		c.Fill(scrub.Destroy, from, to-from, 0)
	}
	c.Claim(off, end-off, role, place)
}
