package media

import (
	"bytes"
	"cmp"
	"errors"
	"slices"

	"untag/scrub"
	"untag/scrub/av1"
	"untag/scrub/bmff/box"
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
		own := region{Off: r.Off, Len: r.Len, Stays: true, Owner: &Samples{}, Last: r.Off}
		if err := cmp.Or(d.cover.Add(own), d.own.Add(own)); err != nil {
			return false, err
		}
	}
	return true, nil
}

// Inside tells whether all of x lies in media data, of which no more are found.
func (d *Data) Inside(x scrub.Extents) bool {
	return !slices.ContainsFunc(x, func(r scrub.Range) bool { return r.Len > 0 && r.End() > d.mdatEnd(r.Off) })
}

// settleItems adds to the cover what of items is not samples.
func (d *Data) settleItems() error {
	stay, _ := d.cover.Split()
	items, _ := d.items.Split()
	own, _ := d.own.Split()
	if d.own.Shared() || cover.Meet(items, own) {
		d.Distrust("items share bytes with metadata")
	}
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
	n, err := d.pictureEnd(t, in, x, place)
	if err != nil {
		return err
	}
	pieces, err := t.Codec.Frame(in.Reader, 0, n, 0)
	if scrub.Refusal(err) && !errors.Is(err, scrub.ErrBudget) {
		d.Mangled("coded pictures can't be read")
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
		d.Mangled("a coded picture can't be read")
		return d.CoverItem(t, x)
	}
	if err == nil {
		_, err = d.CoverOwn(x)
	}
	return err
}

// WholeItem tells whether what lies in x is one coded frame of t from its first byte to its last.
func (d *Data) WholeItem(t *Samples, x scrub.Extents) (bool, error) {
	if t.Codec.Kind == codec.AV1 && len(x) > 0 { // begins with a delimiter or a sequence header
		b := d.Get(x[0].Off, 1)
		if b[0]>>3&15 != 1 && b[0]>>3&15 != 2 {
			return false, nil
		}
	}
	in, err := d.Within(x, "")
	if err != nil {
		return false, err
	}
	whole, err := t.Codec.Whole(in.Reader, 0, in.Size())
	if err != nil || !whole {
		return false, err
	}
	pieces, err := t.Codec.Frame(in.Reader, 0, in.Size(), 0)
	return !slices.ContainsFunc(pieces, func(p coded.Piece) bool { return p.Kind != "" && len(p.Edits) == 0 }), box.IgnoreDamage(err)
}

// pictureEnd returns how many bytes of an item are a picture of AV1, and has words go that follow it.
// Else they may be the rest of a unit whose size is damaged.
func (d *Data) pictureEnd(t *Samples, in *scrub.Scan, x scrub.Extents, place string) (int64, error) {
	const least, most = 8, 4 << 10
	n := in.Size()
	if t.Codec.Kind != codec.AV1 {
		return n, nil
	}
	end, err := av1.End(in.Reader, 0, n)
	if err != nil || end == n || n-end > most {
		return n, err
	}
	rest, err := in.Bytes(end, int(n-end))
	if err != nil {
		return n, err
	}
	words := bytes.Trim(rest, "\x00")
	if len(words) > 0 && (len(words) < least || !box.Readable(words, most) || d.Careful) {
		return n, nil
	}
	for _, r := range x.Slice(end, n-end) {
		if !d.cover.Piece(r) {
			return end, nil
		}
	}
	if len(words) == 0 {
		in.Claim(end, n-end, scrub.Structure, place)
		return end, nil
	}
	return end, in.Blank(end, n-end, 0, scrub.Hidden, place)
}
