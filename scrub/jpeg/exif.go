package jpeg

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/exif"
)

// exifHeader is the length of "Exif", a NUL and a byte that should be one.
const exifHeader = 6

// exif takes EXIF down to what the picture needs. It may be spread over several
// APP1 (ExifTool writes and reads that); a further block of its own is a copy.
func (c *cleaner) exif() error {
	all := c.groups[famExif]
	for len(all) > 0 {
		n, err := c.exifParts(all)
		if err != nil {
			return err
		}
		first := len(all) == len(c.groups[famExif])
		if err := c.exifBlock(all[:n], first); err != nil {
			return err
		}
		all = all[n:]
	}
	delete(c.groups, famExif)
	return nil
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

// exifBlock deals with one block; only of the first one anything stays.
func (c *cleaner) exifBlock(parts []segment, first bool) error {
	var x scrub.Extents
	for _, g := range parts {
		x = append(x, scrub.Range{Off: g.body() + exifHeader, Len: max(0, g.n-exifHeader)})
	}
	src, err := c.Piece(x)
	if err != nil {
		return err
	}
	b, err := exif.Read(src)
	if err != nil {
		return err
	}
	c.told = c.told || b.Oriented
	if !first {
		b.Report(famExif, c.finder(x, nil))
		return c.removeEach(parts)
	}
	body, goes, err := c.exifPayload(b, src, parts[0].n)
	if err != nil {
		return err
	}
	left, err := c.findCopy(parts[0])
	if err != nil {
		return err
	}
	if left != nil {
		body, c.told = left, true
	}
	return c.exifKeep(b, x, parts, exifBody{body, goes, left != nil})
}

// exifBody is the payload that stays, nil if none does.
type exifBody struct {
	bytes  []byte
	goes   func(scrub.Kind) bool // the policy that it follows
	copied bool                  // an interrupted run wrote a copy of it
}

// exifPayload returns the payload that stays, nil if none does, and what of the
// policy it follows: where what it keeps would not fit, nothing is kept.
func (c *cleaner) exifPayload(b *exif.Block, src exif.Source, room int64) ([]byte, func(scrub.Kind) bool, error) {
	goes := func(k scrub.Kind) bool { return c.Goes(scrub.Identify, k) }
	keep := exif.Keep{Goes: goes, AppleHDR: c.gainMap != nil, Color: len(c.groups[famICC]) == 0}
	for {
		tiff, err := b.Reduce(src, keep)
		if err != nil || tiff == nil {
			return nil, goes, err
		}
		if exifHeader+int64(len(tiff)) <= room {
			return append([]byte("Exif\x00\x00"), tiff...), goes, nil
		}
		switch {
		case keep.Goes != nil:
			keep.Goes, goes = nil, func(scrub.Kind) bool { return true }
		case keep.Color || keep.AppleHDR:
			keep.Color, keep.AppleHDR = false, false
		default:
			return nil, goes, nil
		}
	}
}

// exifKeep writes what stays into the first part and removes the others.
func (c *cleaner) exifKeep(b *exif.Block, x scrub.Extents, parts []segment, body exifBody) error {
	if body.bytes == nil {
		b.Report(famExif, c.finder(x, nil))
		return c.removeEach(parts)
	}
	changed, err := c.replaceSafely(parts[0], body.bytes, body.copied)
	if err != nil {
		return err
	}
	c.exifReport(b, x, body.goes, changed || len(parts) > 1)
	return c.removeEach(parts[1:])
}

// exifReport reports a block of which something stays. If bytes go that no
// entry stands for, such as those between values, that is a finding of its own.
func (c *cleaner) exifReport(b *exif.Block, x scrub.Extents, goes func(scrub.Kind) bool, changed bool) {
	any := false
	found := c.finder(x, goes)
	b.Report(famExif, func(f scrub.Finding, stays bool) {
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
