package png

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/exif"
)

// preamble stands before the block in eXIf as GIMP writes it, and in the raw
// profiles of ImageMagick. ExifTool reads such an eXIf, libpng does not: what is
// written anew begins as it did.
const preamble = "Exif\x00\x00"

// source is a chunk that tells the orientation by a block of EXIF.
type source struct {
	chunk
	keyword string // of the text that holds it as a raw profile, "" for eXIf
	name    string // of that profile
	packed  bool   // the text is compressed although it need not be
	head    string // preamble or nothing
	tiff    exif.Memory
	block   *exif.Block
}

// maxSources bounds the blocks of EXIF of one picture: others go unread.
const maxSources = 64

// readSources reads all blocks of EXIF. Where they tell different orientations,
// readers don't agree on which one counts: Pillow and ExifTool take the last
// eXIf, libpng the first, and some a raw profile before either.
func (c *cleaner) readSources() error {
	seen, first := 0, -1
	for _, k := range c.other {
		if len(c.sources) >= maxSources {
			return nil
		}
		s, err := c.readSource(k)
		if err != nil {
			return err
		}
		if s == nil {
			continue
		}
		c.sources[k.off] = s
		sound := c.sound(k)
		if !sound {
			continue
		}
		told := 0
		if s.block.Oriented {
			told = int(s.block.Orientation)
		}
		c.oriented = c.oriented || s.block.Oriented
		c.differ = c.differ || seen > 0 && told != first
		seen, first = seen+1, told
	}
	return nil
}

// readSource reads the block that k holds, nil if it holds none.
func (c *cleaner) readSource(k chunk) (*source, error) {
	s := &source{chunk: k}
	if k.typ == "eXIf" {
		s.tiff = c.Get(k.data(), int(min(k.n, scrub.MaxPiece)))
	} else if ok, err := c.readRaw(s); !ok || err != nil {
		return nil, err
	}
	if rest, ok := bytes.CutPrefix(s.tiff, []byte(preamble)); ok {
		s.head, s.tiff = preamble, rest
	}
	var err error
	s.block, err = exif.Read(s.tiff)
	return s, err
}

// exif takes a block of EXIF, 11.3.3.2, down to the orientation, the resolution
// and what the policy keeps.
func (c *cleaner) exif(k chunk) error {
	s := c.sources[k.off]
	if s == nil {
		return c.drop(k, scrub.Unknown, "")
	}
	sound := c.sound(k)
	body, err := c.exifBody(s)
	if err != nil {
		return err
	}
	if body == nil {
		return c.exifGoes(s)
	}
	same, err := c.holdsOnly(k, body)
	if err != nil {
		return err
	}
	switch {
	case same && sound:
		c.keep(k, scrub.Render)
		s.report(func(f scrub.Finding, stays bool) { c.told(k, f, stays) })
		return nil
	case !sound && !c.begins(k, body): // readers don't heed it, and it is no work of an earlier run
		return c.exifGoes(s)
	}
	if n := c.reported(s); n == 0 && !same {
		c.Gone(scrub.Finding{Kind: scrub.Hidden, Place: k.typ, Off: k.off, Len: k.end() - k.off, Value: "bytes that belong to no entry"})
	}
	return c.putPadded(k, k.typ, body)
}

// exifBody returns the data of the chunk that takes the place of s, nil if it goes.
func (c *cleaner) exifBody(s *source) ([]byte, error) {
	for _, keep := range []exif.Keep{{Goes: c.identityGoes}, {}, {Shrunk: true}} {
		keep.Told = c.differ
		tiff, err := s.block.Reduce(s.tiff, keep)
		if err != nil || tiff == nil {
			return nil, err
		}
		body := append([]byte(s.head), tiff...)
		if s.keyword != "" {
			body = s.raw(body)
		}
		if int64(len(body)) <= s.n {
			return body, nil
		}
	}
	return nil, nil
}

// begins tells whether k begins with body.
func (c *cleaner) begins(k chunk, body []byte) bool {
	return bytes.Equal(c.Get(k.data(), len(body)), body)
}

// holdsOnly tells whether k holds body and zeros.
func (c *cleaner) holdsOnly(k chunk, body []byte) (bool, error) {
	if !c.begins(k, body) {
		return false, nil
	}
	n := int64(len(body))
	return c.Constant(k.data()+n, k.n-n, 0)
}

func (c *cleaner) identityGoes(kind scrub.Kind) bool { return c.Goes(scrub.Identify, kind) }

// exifGoes removes a block as a whole.
func (c *cleaner) exifGoes(s *source) error {
	n := 0
	s.report(func(f scrub.Finding, _ bool) { n++; c.told(s.chunk, f, false) })
	if n == 0 {
		c.Gone(scrub.Finding{Kind: scrub.Unknown, Place: s.typ, Off: s.off, Len: s.end() - s.off})
	}
	return c.remove(s.chunk)
}

// report tells what the block gives away.
func (s *source) report(found func(f scrub.Finding, stays bool)) {
	place := s.typ
	if s.keyword != "" {
		place += "/" + clean(s.keyword)
	}
	s.block.Report(place, found)
}

// reported reports what a block of which something stays gives away, and returns
// how much of that goes.
func (c *cleaner) reported(s *source) (gone int) {
	s.report(func(f scrub.Finding, stays bool) {
		if !stays || c.identityGoes(f.Kind) {
			gone++
		}
		c.told(s.chunk, f, stays)
	})
	return gone
}

// told reports one finding of the block in k, whose offset is that of the block.
func (c *cleaner) told(k chunk, f scrub.Finding, stays bool) {
	f.Off = k.data() + min(max(f.Off, 0), k.n)
	if stays {
		c.Found(f)
		return
	}
	c.Gone(f)
}
