package media

import (
	"bytes"
	"cmp"
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/words"
)

// gap claims media data that no sample covers if they are zeros, else it notes them.
func (d *Data) gap(off, n int64) error {
	zero := d.Zeros(off, n)
	switch {
	case zero:
		d.Claim(off, n, scrub.Filler, "mdat/unreferenced")
	case len(d.gaps) >= MaxBodies:
		return scrub.ErrTooMany
	default:
		d.gaps = append(d.gaps, scrub.Range{Off: off, Len: n})
	}
	return nil
}

// claimGaps claims the gaps that are no zeros. One goes if it is seen what it is,
// or, if all of them are a small share of the file, if the sample before it proves
// that it ends there: a size in a table has no second witness.
func (d *Data) claimGaps(stay []region) error {
	const most, share = 64 << 10, 100
	var total int64
	for _, g := range d.gaps {
		total += g.Len
	}
	large := total > most && total > d.Size()/share
	proven := true
	if d.Proven != nil && len(d.gaps) > 0 {
		var err error
		if proven, err = d.Proven(); err != nil {
			return err
		}
	}
	for _, g := range d.gaps {
		before := sampleBefore(stay, g.Off)
		goes, err := d.tellsItself(g, before)
		goes = goes && proven || d.Cut()
		if err == nil && !goes && !large && proven {
			goes, err = d.endsBefore(g, before)
		}
		if err != nil {
			return err
		}
		d.Claim(g.Off, g.Len, scrub.Identify, "mdat/unreferenced")
		f := scrub.Finding{Kind: scrub.Hidden, Place: "mdat/unreferenced", Off: g.Off, Len: g.Len}
		switch {
		case !goes:
			d.Stuck(f)
			d.Doubt("%d bytes of media data that belong to no sample stay, since they may be picture or sound; scrub --cut removes them", total)
		case d.Found(f):
			d.Fill(scrub.Destroy, g.Off, g.Len, 0)
		}
	}
	return nil
}

// sampleBefore returns the region that ends at off, nil if none does.
func sampleBefore(stay []region, off int64) *region {
	i, ok := slices.BinarySearchFunc(stay, off, func(r region, off int64) int { return cmp.Compare(r.End(), off) })
	if !ok {
		return nil
	}
	return &stay[i]
}

// tellsItself tells whether a gap is seen to be no picture or sound: text, unless it
// follows text, a whole medium, a block of a camera, or boxes.
func (d *Data) tellsItself(g scrub.Range, before *region) (bool, error) {
	const least = 8 // fewer bytes look like text by chance
	if d.hollow[g.Off] {
		return false, nil
	}
	h := d.Get(g.Off, int(min(g.Len, words.MaxText)))
	if len(h) < least {
		return false, nil
	}
	if bytes.HasPrefix(h[4:], []byte("freeGPS ")) || slices.Contains(mediaBoxes, string(h[4:8])) { // headers of an earlier form, or they would be distrusted
		return true, nil
	}
	if text := bytes.Trim(h, "\x00"); len(text) >= least && box.Readable(text, len(text)) {
		return before == nil || !before.Owner.Text(), nil
	}
	mark, pieces := d.Point(), d.cover.Pieces()
	err := d.Medium(scrub.Extents{{Off: g.Off, Len: g.Len}}, "mdat")
	d.Reset(mark)
	d.cover.Forget(pieces)
	if scrub.Refusal(err) {
		return d.OnlyBoxes(g)
	}
	return err == nil, err
}

// endsBefore tells whether the sample before a gap proves by its own syntax that it
// ends there, and that the gap is not another one.
func (d *Data) endsBefore(g scrub.Range, before *region) (bool, error) {
	if before == nil || d.hollow[g.Off] {
		return !d.hollow[g.Off], nil
	}
	whole, err := d.whole(before.Owner, scrub.Range{Off: before.Last, Len: g.Off - before.Last})
	if !whole || err != nil {
		return false, err
	}
	more, err := d.whole(before.Owner, g)
	return !more, err
}

// whole tells whether a range is one sample of a track from its first byte to its last.
func (d *Data) whole(t *Samples, r scrub.Range) (bool, error) {
	switch {
	case t.Encrypted || r.Len < 4:
		return false, nil
	case t.TimedText():
		return int64(box.Uint16(d.Get(r.Off, 2)))+2 == r.Len, nil
	}
	return t.Codec.Whole(d.Reader, r.Off, r.Len)
}
