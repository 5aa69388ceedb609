package raw

import (
	"bytes"
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/tags"
	"untag/scrub/tiff"
)

// track is what the tables of a track of a CR3 say of its samples: each lies apart.
type track struct {
	codec       string
	sizes, offs []int64
}

// Bounds of a CR3: a photo has four tracks and one run of media data. A film of Canon's has a
// sample a frame.
const (
	maxTracks  = 16
	maxMedia   = 16
	maxSamples = 1 << 14
)

// table notes what a box of a track says of its samples.
func (c *cr3) table(b box.Box) error {
	t := &c.tracks[len(c.tracks)-1]
	d, err := c.Bytes(b.Body(), int(min(b.Size(), 24+8*maxSamples)))
	if err != nil {
		return err
	}
	numbers := func(from, wide int, n int64) (all []int64) {
		for at := from; n > 0 && at+wide <= len(d); at, n = at+wide, n-1 {
			all = append(all, be32(d[at+wide-4:]))
			if wide == 8 {
				all[len(all)-1] |= be32(d[at:]) & 0x7fffffff << 32
			}
		}
		return all
	}
	switch {
	case b.Type == "stsd" && len(d) >= 16:
		t.codec = string(d[12:16])
	case b.Type == "stsz" && len(d) >= 12 && be32(d[4:]) > 0:
		t.sizes = slices.Repeat([]int64{be32(d[4:])}, int(min(be32(d[8:]), maxSamples)))
	case b.Type == "stsz" && len(d) >= 12:
		t.sizes = numbers(12, 4, be32(d[8:]))
	case b.Type == "stco" && len(d) >= 8:
		t.offs = numbers(8, 4, be32(d[4:]))
	case b.Type == "co64" && len(d) >= 8:
		t.offs = numbers(8, 8, be32(d[4:]))
	}
	return nil
}

// samples are the parts of the media data, and whether all are followed.
func (c *cr3) samples() (parts []part, followed bool) {
	switch {
	case c.many:
		return nil, false
	case len(c.tracks) == 0:
		c.Doubt("no track says what the picture is")
	}
	for _, t := range c.tracks {
		switch n := len(t.offs); {
		case len(t.sizes) != n || n >= maxSamples:
			c.Doubt("samples of the track %q are not followed", t.codec)
			return nil, false
		case n == 0:
			c.Doubt("the track %q has no samples", t.codec)
		case t.codec != "CRAW" && t.codec != "CTMD":
			c.Doubt("what samples of the track %q are is not known", t.codec)
		}
		for i, off := range t.offs {
			at := slices.IndexFunc(c.media, func(m scrub.Range) bool { return m.Off <= off && off < m.End() })
			if at < 0 {
				c.Doubt("a sample of the track %q lies outside the picture", t.codec)
				continue
			}
			p := part{off: off, len: t.sizes[i], clean: c.sample(t.codec)}
			if left := c.media[at].End() - off; p.len > left {
				c.Doubt("the picture is cut short")
				p.len, p.clean = left, c.sample("")
			}
			p.whole = t.codec == "CTMD" && c.records(p.off, p.len)
			parts = append(parts, p)
		}
	}
	return parts, true
}

// data claims the bodies of mdat: previews and timed tags are cleaned, all else is picture.
func (c *cr3) data() error {
	parts, followed := c.samples()
	for _, m := range c.media {
		var in []part
		for _, p := range parts {
			if m.Off <= p.off && p.off < m.End() {
				in = append(in, p)
			}
		}
		if len(in) == 0 {
			if followed && m.Len > 0 {
				c.Doubt("%d bytes of mdat belong to no sample", m.Len)
			}
			c.Claim(m.Off, m.Len, scrub.Payload, "mdat")
		} else if err := inOrder(c.Scan, m.Off, m.End(), 0, in); err != nil {
			return err
		}
	}
	return nil
}

// sample returns what cleans a sample of a track.
func (c *cr3) sample(codec string) func(off, n int64) error {
	return func(off, n int64) error {
		b, err := c.Bytes(off, int(min(n, 3)))
		switch {
		case err != nil:
			return err
		case codec == "CTMD":
			return c.timed(off, n)
		case codec == "CRAW" && bytes.Equal(b, []byte("\xff\xd8\xff")):
			return jpeg(c.Scan, off, n, "mdat/JPEG")
		case codec == "CRAW" && !bytes.HasPrefix(b, []byte("\xff\x01")) && !bytes.HasPrefix(b, []byte("\xff\x11")): // header of a tile (LibRaw, crxReadImageHeaders)
			c.Doubt("a sample that is no picture of a known kind")
		}
		return picture(c.Scan, off, n, "mdat")
	}
}

// records tells whether n bytes at off are records of timed tags and nothing else, none of
// them longer than it can be.
func (c *cr3) records(off, n int64) bool {
	const header = 12
	for n >= header {
		b := c.Get(off, header)
		size := le32(b)
		t, ok := lookup("CTMD", uint64(b[4])|uint64(b[5])<<8)
		if size < header || size > n || ok && t.Fate != tags.Hand && size-header > t.Most || slices.ContainsFunc(b[6:], odd) {
			return false
		}
		off, n = off+size, n-size
	}
	return n == 0
}

// odd tells whether a byte of the flags of a record is none.
func odd(b byte) bool { return b > 1 && b < 0xff }

// timed cleans a sample of tags that change with time: records with a length and a number
// (ExifTool, ProcessCTMD).
func (c *cr3) timed(off, n int64) error {
	const header = 12
	at, end := off, off+n
	c.damaged = !c.records(off, n)
	for end-at >= header {
		b := c.Get(at, header)
		size := le32(b)
		if size < header || size > end-at {
			break
		}
		if err := c.record(uint64(b[4])|uint64(b[5])<<8, at, size, b[6:]); err != nil {
			return err
		}
		at += size
	}
	if at < end {
		c.Doubt("timed tags that are no record")
		c.Claim(at, end-at, scrub.Structure, "mdat/CTMD")
	}
	return nil
}

// record cleans one of n bytes, whose header ends with flags.
func (c *cr3) record(tag uint64, at, n int64, flags []byte) error {
	const header = 12
	t, ok := lookup("CTMD", tag)
	if !ok {
		t = tags.Tag{Kind: scrub.Unknown, ID: "unknown"}
	}
	place := "mdat/CTMD/" + t.ID
	c.Claim(at, header, scrub.Structure, place)
	if slices.ContainsFunc(flags, odd) {
		c.Doubt("%s has flags that there are none of", place)
	}
	body, rest := at+header, n-header
	switch {
	case t.Fate == tags.Hand:
		return c.timedBlocks(body, rest, place)
	case ok && rest > t.Most: // its length may be wrong
		c.Claim(body, rest, scrub.Structure, place)
		c.Doubt("%s is longer than it should be", place)
		return nil
	case t.Role != 0:
		c.Claim(body, rest, t.Role, place)
		return numbers(c.Scan, body, rest, place)
	}
	return c.unlessBlock(body, rest, t.Kind, place)
}

// timedBlocks cleans blocks with a length and a number that are a TIFF each. What is no
// block goes: films have something else there that no decoder reads.
func (c *cr3) timedBlocks(at, n int64, place string) error {
	const header = 8
	end := at + n
	for end-at >= header {
		b := c.Get(at, header)
		in := map[int64]string{0x8769: tiff.Exif, 0x927C: "Canon"}[le32(b[4:])]
		size := le32(b)
		if in == "" || size < header || size > end-at {
			break
		}
		c.Claim(at, header, scrub.Structure, place)
		if err := block(c.Scan, at+header, size-header, place, in, "Canon"); err != nil {
			return err
		}
		at += size
	}
	if at > end-n && !c.Zeros(at, end-at) { // a block that is shorter than it was
		c.Claim(at, end-at, scrub.Structure, place)
		c.Doubt("%d bytes of %s are no block", end-at, place)
		return nil
	}
	return c.unlessBlock(at, end-at, scrub.Unknown, place)
}

// unlessBlock has n bytes at off go, unless they hold a TIFF or one of the records is damaged: a
// number or a length before it may be, and decoders find colours there.
func (c *cr3) unlessBlock(off, n int64, kind scrub.Kind, place string) error {
	b, err := c.Bytes(off, int(min(n, scrub.MaxPiece)))
	if err != nil {
		return err
	}
	if c.damaged && n > 0 || n > scrub.MaxPiece || bytes.Contains(b, []byte("II*\x00")) || bytes.Contains(b, []byte("MM\x00*")) {
		c.Claim(off, n, scrub.Structure, place)
		c.Doubt("%s may be tags that decoders need", place)
		return nil
	}
	return c.BlankValue(off, n, 0, kind, place, "")
}
