package media

import (
	"errors"

	"untag/scrub"
	"untag/scrub/codec"
	"untag/scrub/coded"
	"untag/scrub/cover"
)

// CoverItem adds what an item of a still picture is, and stays. Items may have bytes in common
// with each other, and with the samples of an image sequence.
func (d *Data) CoverItem(t *Samples, x scrub.Extents) error {
	for _, r := range x {
		d.Asked = true
		if left := d.Left(r.Off); r.Len > left {
			d.Distrust("items lie beyond the end of the file")
			r.Len = left
		}
		if err := d.items.Add(region{Off: r.Off, Len: r.Len, Stays: true, Owner: t, Last: r.Off}); err != nil {
			return err
		}
	}
	return nil
}

// CoverOwn adds what an item is that stays and that whoever calls claims, and tells whether
// nobody did so before.
func (d *Data) CoverOwn(x scrub.Extents) (bool, error) {
	for _, r := range x {
		if r.Len == 0 || !d.cover.Piece(r) {
			return false, nil
		}
		d.Asked = true
		if err := d.cover.Add(region{Off: r.Off, Len: r.Len, Stays: true, Owner: &Samples{}, Last: r.Off}); err != nil {
			return false, err
		}
	}
	return true, nil
}

// settleItems adds to the cover what of items is not samples.
func (d *Data) settleItems() error {
	stay, _ := d.cover.Split()
	items, _ := d.items.Split()
	for _, r := range items {
		err := cover.Sweep(r.Off, r.End(), cover.From(stay, r.Off), nil, func(off, n int64, stays, _ bool, _ string) error {
			if stays {
				return nil
			}
			return d.cover.Add(region{Off: off, Len: n, Stays: true, Owner: r.Owner, Last: max(off, r.Last)})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// CoverPicture adds an item that stays and is one coded frame of t, and looks into it.
func (d *Data) CoverPicture(t *Samples, x scrub.Extents, place string) error {
	if t.Codec.Kind == codec.Pictures {
		return d.pictureItem(t, x, place)
	}
	err := d.CoverItem(t, x)
	if err != nil || !t.Codec.Known() || t.Codec.Kind == codec.Plain {
		return err
	}
	in, err := d.Within(x, "")
	if err != nil {
		return err
	}
	pieces, err := t.Codec.Frame(in.Reader, 0, in.Size(), 0)
	if scrub.Refusal(err) && !errors.Is(err, scrub.ErrBudget) {
		d.Doubt("coded pictures can't be read")
		return nil
	}
	if err != nil {
		return err
	}
	for _, p := range pieces {
		if d.cover.Pieces() >= codec.MaxMessages {
			d.Doubt("more coded frames hold messages than can be kept account of")
			return nil
		}
		fresh := true
		for _, r := range x.Slice(p.Off, p.Len) {
			fresh = d.cover.Piece(r) && fresh
		}
		if fresh {
			coded.Report(in, p.Off, p.Len, place, []coded.Piece{p})
		}
	}
	return nil
}

// pictureItem adds an item that is a picture with a format of its own, and has it cleaned.
func (d *Data) pictureItem(t *Samples, x scrub.Extents, place string) error {
	if d.Careful || len(x) == 0 || d.cover.Has(x[0].Off) {
		return d.CoverItem(t, x)
	}
	err := d.Medium(x, place)
	if scrub.Refusal(err) {
		d.Doubt("a coded picture can't be read")
		return d.CoverItem(t, x)
	}
	if err == nil {
		_, err = d.CoverOwn(x)
	}
	return err
}

// WholeItem tells whether what lies in x is one coded frame of t from its first byte to its last.
func (d *Data) WholeItem(t *Samples, x scrub.Extents) (bool, error) {
	in, err := d.Within(x, "")
	if err != nil {
		return false, err
	}
	return t.Codec.Whole(in.Reader, 0, in.Size())
}
