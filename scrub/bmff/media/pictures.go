package media

import (
	"untag/scrub"
	"untag/scrub/bmff/samples"
	"untag/scrub/codec"
)

// maxPictures is how many frames are cleaned as pictures at the most: some
// minutes of video of the cameras that recorded so.
const maxPictures = 1 << 13

// probePictures has frames of the plain form cleaned as pictures: all in depth,
// or if the first or the last hold something. Decoders look at the segments of
// the other forms (the fields of Motion JPEG A, the strings of Avid), so these
// are only looked at.
func (d *Data) probePictures(t *Samples) error {
	if t.Codec.Kind != codec.Pictures || d.Careful { // a frame of the wrong length is cleaned of the next one
		return d.eachProbe(t, d.inspect(t))
	}
	few := t.Tables.Count <= maxPictures
	all := few && d.Deep()
	if !all {
		before, pieces := d.Point(), d.cover.Pieces()
		if err := d.eachProbe(t, d.picture); err != nil {
			return err
		}
		if !d.Edited(before) {
			return nil
		}
		d.Reset(before)
		d.cover.Forget(pieces)
		all = few
	}
	if !all {
		d.Doubt("the pictures of a video track hold metadata, and are too many")
		return nil
	}
	return d.eachSample(t, d.picture)
}

// eachProbe visits the frames that are looked at in any case.
func (d *Data) eachProbe(t *Samples, visit func(samples.Sample) error) error {
	for _, f := range t.probes {
		if err := visit(f); err != nil {
			return err
		}
	}
	return nil
}

// picture has one frame cleaned as a medium of its own.
func (d *Data) picture(f samples.Sample) error {
	if f.Len == 0 || d.cover.Has(f.Off) {
		return nil
	}
	err := d.Medium(scrub.Extents{{Off: f.Off, Len: f.Len}}, "mdat/picture")
	if scrub.Refusal(err) {
		d.Doubt("pictures of a video track can't be read")
		return nil
	}
	if err == nil {
		d.cover.Piece(scrub.Range{Off: f.Off, Len: f.Len})
	}
	return err
}

// inspect returns what doubts frames that can't be cleaned.
func (d *Data) inspect(t *Samples) func(samples.Sample) error {
	st := t.Codec
	if st.Kind == codec.Pictures {
		st.Kind = codec.Fields
	}
	return func(f samples.Sample) error {
		why, err := st.Inspect(d.Reader, f.Off, f.Len)
		if why != "" {
			d.Doubt("%s", why)
		}
		return err
	}
}
