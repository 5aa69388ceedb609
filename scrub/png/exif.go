package png

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/exif"
)

// exif takes eXIf, 11.3.3.2, down to the orientation and what the policy keeps.
// Only the first one is read by anybody.
func (c *cleaner) exif(k chunk) error {
	first := !c.seen[k.typ]
	c.seen[k.typ] = true
	src, b, err := c.readExif(k)
	if err != nil {
		return err
	}
	sound, err := c.sound(k)
	if err != nil {
		return err
	}
	body, err := b.Reduce(src, exif.Keep{Goes: c.identityGoes})
	if err != nil {
		return err
	}
	if body == nil || !first || int64(len(body)) > k.n {
		return c.exifGoes(k, b, first)
	}
	old, err := c.Bytes(k.data(), len(body))
	if err != nil {
		return err
	}
	blank, err := c.Constant(k.data()+int64(len(body)), k.n-int64(len(body)), 0)
	if err != nil {
		return err
	}
	same := bytes.Equal(old, body)
	switch {
	case same && blank && sound:
		c.keep(k, scrub.Render)
		b.Report(k.typ, func(f scrub.Finding, stays bool) { c.told(k, f, stays) })
		return nil
	case !sound && !same: // readers don't heed it, and it is no work of an earlier run
		return c.exifGoes(k, b, first)
	}
	n := len(c.reported(k, b))
	if n == 0 && !(same && blank) {
		c.Gone(scrub.Finding{Kind: scrub.Hidden, Place: k.typ, Off: k.off, Len: k.end() - k.off, Value: "bytes that belong to no entry"})
	}
	return c.putPadded(k, k.typ, body)
}

func (c *cleaner) readExif(k chunk) (*scrub.Reader, *exif.Block, error) {
	src, err := c.Piece(scrub.Extents{{Off: k.data(), Len: k.n}})
	if err != nil {
		return nil, nil, err
	}
	b, err := exif.Read(src)
	return src, b, err
}

func (c *cleaner) identityGoes(kind scrub.Kind) bool { return c.Goes(scrub.Identify, kind) }

// exifGoes removes a block as a whole: the first one last, lest another become
// the first one.
func (c *cleaner) exifGoes(k chunk, b *exif.Block, first bool) error {
	n := 0
	b.Report(k.typ, func(f scrub.Finding, _ bool) { n++; c.told(k, f, false) })
	if n == 0 {
		c.Gone(scrub.Finding{Kind: scrub.Unknown, Place: k.typ, Off: k.off, Len: k.end() - k.off})
	}
	if first {
		return c.removeIn(scrub.Destroy, k)
	}
	return c.remove(k)
}

// reported reports what a block of which something stays gives away, and returns
// the kinds that go.
func (c *cleaner) reported(k chunk, b *exif.Block) (gone []scrub.Kind) {
	b.Report(k.typ, func(f scrub.Finding, stays bool) {
		if !stays || c.identityGoes(f.Kind) {
			gone = append(gone, f.Kind)
		}
		c.told(k, f, stays)
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
