package jpeg

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/exif"
	"untag/scrub/gainmap"
)

// exifHeader is the length of "Exif", a NUL and a byte that should be one.
const exifHeader = 6

// exifData is one block of EXIF. It may be spread over several APP1, as ExifTool
// reads and writes it.
type exifData struct {
	parts []segment
	x     scrub.Extents // the block, without the headers of the segments
	src   *scrub.Reader
	block *exif.Block
	head  string // what it begins with
}

// Beginnings of a block. ExifTool and ImageMagick heed one whose last byte is no
// NUL, Pillow and browsers pass over it: it must not come to life.
const (
	exifHead = "Exif\x00\x00"
	deadHead = "Exif\x00\xff"
)

// readEXIF reads the block that the first of the segments begins.
func (c *cleaner) readEXIF(all []segment) (*exifData, error) {
	if len(all) == 0 {
		return nil, nil
	}
	n, err := c.exifParts(all)
	if err != nil {
		return nil, err
	}
	e := &exifData{parts: all[:n]}
	for _, g := range e.parts {
		e.x = append(e.x, scrub.Range{Off: g.body() + exifHeader, Len: max(0, g.n-exifHeader)})
	}
	head, err := c.head(e.parts[0], exifHeader)
	if err != nil {
		return nil, err
	}
	if e.head = exifHead; len(head) == exifHeader && head[exifHeader-1] != 0 {
		e.head = deadHead
	}
	if e.src, err = c.Piece(e.x); err != nil {
		return nil, err
	}
	e.block, err = exif.Read(e.src)
	return e, err
}

// maxExif bounds the blocks of a picture that are kept because readers differ
// on which one counts.
const maxExif = 16

// exif takes the first block down to what the picture needs. Further ones are
// copies, and go, unless they tell another orientation.
func (c *cleaner) exif() error {
	all := c.groups[famExif]
	delete(c.groups, famExif)
	if len(all) == 0 {
		return nil
	}
	blocks := []*exifData{c.meta}
	for all = all[len(c.meta.parts):]; len(all) > 0; {
		e, err := c.readEXIF(all)
		if err != nil {
			return err
		}
		all = all[len(e.parts):]
		if c.told = c.told || e.tells(); len(blocks) == maxExif {
			if err := c.exifGoes(e); err != nil {
				return err
			}
			continue
		}
		c.differ = c.differ || e.orientation() != c.meta.orientation()
		blocks = append(blocks, e)
	}
	for i, e := range blocks {
		keep := c.exifKeep
		if i > 0 && !c.differ {
			keep = c.exifGoes
		}
		if err := keep(e); err != nil {
			return err
		}
	}
	return nil
}

// tells tells whether a block says how the picture is turned to all who ask.
func (e *exifData) tells() bool { return e.block.Oriented && e.head == exifHead }

// orientation is what the block tells, 0 if that is nothing.
func (e *exifData) orientation() uint16 {
	if !e.tells() {
		return 0
	}
	return e.block.Orientation
}

func (c *cleaner) exifGoes(e *exifData) error {
	e.block.Report(famExif, c.finder(e.x, nil))
	return c.removeEach(e.parts)
}

// exifParts tells how many of the segments make up the first block: those that
// follow and don't begin with a TIFF header of their own.
func (c *cleaner) exifParts(all []segment) (int, error) {
	n := 1
	for ; n < len(all); n++ {
		b, err := c.head(all[n], exifHeader+4)
		if err != nil {
			return 0, err
		}
		if len(b) < exifHeader+4 || bytes.HasPrefix(b[exifHeader:], []byte("II*\x00")) || bytes.HasPrefix(b[exifHeader:], []byte("MM\x00*")) {
			break
		}
	}
	return n, nil
}

// exifKeep deals with a block of which something may stay.
func (c *cleaner) exifKeep(e *exifData) error {
	c.told = c.told || e.tells()
	body, err := c.exifPayload(e)
	if err != nil {
		return err
	}
	left, err := c.findCopy(e.parts[0])
	if err != nil {
		return err
	}
	if left != nil {
		body.bytes, body.copied, c.told = left, true, c.told || bytes.HasPrefix(left, []byte(exifHead))
	}
	if body.bytes == nil {
		return c.exifGoes(e)
	}
	changed := c.replaceSafely(e.parts[0], body.bytes, body.copied)
	c.exifReport(e, body.goes, changed || len(e.parts) > 1)
	return c.removeEach(e.parts[1:])
}

// exifBody is the payload that stays, nil if none does.
type exifBody struct {
	bytes  []byte
	goes   func(scrub.Kind) bool // the policy that it follows
	copied bool                  // an interrupted run wrote a copy of it
}

// exifPayload returns what stays. Where what the policy keeps would not fit,
// nothing of that is kept.
func (c *cleaner) exifPayload(e *exifData) (exifBody, error) {
	out := exifBody{goes: func(k scrub.Kind) bool { return c.Goes(scrub.Identify, k) }}
	keep := gainmap.EXIF(out.goes, c.hasMap(), len(c.groups[famICC]) == 0)
	keep.Told = c.differ
	for {
		tiff, err := e.block.Reduce(e.src, keep)
		if err != nil || tiff == nil {
			return out, err
		}
		if exifHeader+int64(len(tiff)) <= e.parts[0].n {
			out.bytes = append([]byte(e.head), tiff...)
			return out, nil
		}
		switch {
		case keep.Goes != nil:
			keep.Goes, out.goes = nil, func(scrub.Kind) bool { return true }
		case keep.Color || keep.AppleHDR:
			keep.Color, keep.AppleHDR = false, false
		case !keep.Shrunk:
			keep.Shrunk = true
		default:
			return out, nil
		}
	}
}

// exifReport reports a block of which something stays. If bytes go that no
// entry stands for, such as those between values, that is a finding of its own.
func (c *cleaner) exifReport(e *exifData, goes func(scrub.Kind) bool, changed bool) {
	any := false
	found := c.finder(e.x, goes)
	e.block.Report(famExif, func(f scrub.Finding, stays bool) {
		gone := !stays || goes(f.Kind)
		if gone && !changed {
			return // Apple's two tags and Adobe's colour space stay as they are
		}
		any = any || gone
		found(f, stays)
	})
	if changed && !any {
		found(scrub.Finding{Kind: scrub.Hidden, Place: famExif, Value: "bytes that belong to no entry"}, false)
	}
}

// finder reports findings whose offsets are those of a piece. Goes is nil where
// everything goes.
func (c *cleaner) finder(x scrub.Extents, goes func(scrub.Kind) bool) func(scrub.Finding, bool) {
	return func(f scrub.Finding, stays bool) {
		if r := x.Slice(f.Off, 1); len(r) == 1 {
			f.Off = r[0].Off
		} else {
			f.Off = x[0].Off
		}
		if stays && goes != nil && !goes(f.Kind) {
			c.Found(f)
			return
		}
		c.Gone(f)
	}
}
