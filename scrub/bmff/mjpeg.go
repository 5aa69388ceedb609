package bmff

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
func (p *parser) probePictures(t *track) error {
	if t.Codec.Kind != codec.Pictures || p.Careful { // a frame of the wrong length is cleaned of the next one
		return p.eachProbe(t, p.inspect(t))
	}
	few := t.Tables.Count <= maxPictures
	all := few && p.Deep()
	if !all {
		before, pieces := p.Point(), p.cover.Pieces()
		if err := p.eachProbe(t, p.picture); err != nil {
			return err
		}
		if !p.Edited(before) {
			return nil
		}
		p.Reset(before)
		p.cover.Forget(pieces)
		all = few
	}
	if !all {
		p.Doubt("the pictures of a video track hold metadata, and are too many")
		return nil
	}
	return p.eachSample(t, p.picture)
}

// eachProbe visits the frames that are looked at in any case.
func (p *parser) eachProbe(t *track, visit func(samples.Sample) error) error {
	for _, f := range t.probes {
		if err := visit(f); err != nil {
			return err
		}
	}
	return nil
}

// picture has one frame cleaned as a medium of its own.
func (p *parser) picture(f samples.Sample) error {
	if f.Len == 0 || p.cover.Has(f.Off) {
		return nil
	}
	err := p.Medium(scrub.Extents{{Off: f.Off, Len: f.Len}}, "mdat/picture")
	if scrub.Refusal(err) {
		p.Doubt("pictures of a video track can't be read")
		return nil
	}
	if err == nil {
		p.cover.Piece(scrub.Range{Off: f.Off, Len: f.Len})
	}
	return err
}

// inspect returns what doubts frames that can't be cleaned.
func (p *parser) inspect(t *track) func(samples.Sample) error {
	st := t.Codec
	if st.Kind == codec.Pictures {
		st.Kind = codec.Fields
	}
	return func(f samples.Sample) error {
		why, err := st.Inspect(p.Reader, f.Off, f.Len)
		if why != "" {
			p.Doubt("%s", why)
		}
		return err
	}
}
