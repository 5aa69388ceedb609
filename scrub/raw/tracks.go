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

// maxSamples bounds the samples of a track: a film of Canon's has one a frame.
const maxSamples = 1 << 14

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

// data claims the body of mdat: previews and timed tags are cleaned, all else is picture.
func (c *cr3) data(at, end int64) error {
	var parts []part
	for _, t := range c.tracks {
		if len(t.sizes) != len(t.offs) || len(t.offs) >= maxSamples {
			c.Doubt("samples of the track %q are not followed", t.codec)
			c.Claim(at, end-at, scrub.Payload, "mdat")
			return nil
		}
		for i, off := range t.offs {
			p := part{off: off, len: t.sizes[i], clean: c.sample(t.codec)}
			switch {
			case p.off < at || p.off >= end:
				c.Doubt("a sample of the track %q lies outside the picture", t.codec)
				continue
			case p.len > end-p.off:
				c.Doubt("the picture is cut short")
				p.len, p.clean = end-p.off, c.sample("")
			}
			p.whole = t.codec == "CTMD" && c.records(p.off, p.len)
			parts = append(parts, p)
		}
	}
	if len(parts) == 0 {
		c.Claim(at, end-at, scrub.Payload, "mdat")
		return nil
	}
	return inOrder(c.Scan, at, end, 0, parts)
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
		}
		c.Claim(off, n, scrub.Payload, "mdat")
		return nil
	}
}

// records tells whether n bytes at off are records of timed tags and nothing else.
func (c *cr3) records(off, n int64) bool {
	const header = 12
	for ; n >= header; off, n = off+le32(c.Get(off, 4)), n-le32(c.Get(off, 4)) {
		if size := le32(c.Get(off, 4)); size < header || size > n {
			return false
		}
	}
	return n == 0
}

// timed cleans a sample of tags that change with time: records with a length and a number
// (ExifTool, ProcessCTMD).
func (c *cr3) timed(off, n int64) error {
	const header = 12
	at, end := off, off+n
	for end-at >= header {
		b, err := c.Bytes(at, header)
		if err != nil {
			return err
		}
		size := le32(b)
		if size < header || size > end-at {
			break
		}
		t, ok := lookup("CTMD", uint64(b[4])|uint64(b[5])<<8)
		if !ok {
			t = tags.Tag{Kind: scrub.Unknown, ID: "unknown"}
		}
		place := "mdat/CTMD/" + t.ID
		c.Claim(at, header, scrub.Structure, place)
		switch body, rest := at+header, size-header; {
		case t.Fate == tags.Hand:
			err = c.timedBlocks(body, rest, place)
		case t.Role != 0 && rest <= t.Most:
			c.Claim(body, rest, t.Role, place)
		default:
			err = c.BlankValue(body, rest, 0, t.Kind, place, "")
		}
		if err != nil {
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

// timedBlocks cleans blocks with a length and a number that are a TIFF each. What is no
// block goes: films have something else there that no decoder reads.
func (c *cr3) timedBlocks(at, n int64, place string) error {
	const header = 8
	end := at + n
	for end-at >= header {
		b, err := c.Bytes(at, header)
		if err != nil {
			return err
		}
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
	return c.Blank(at, end-at, 0, scrub.Unknown, place)
}
