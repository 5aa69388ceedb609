package bmff

import (
	"slices"

	"untag/scrub/bmff/box"
	"untag/scrub/cover"
)

// relicTypes are what a recording in fragments consists of, besides mdat.
var relicTypes = []string{"ftyp", "styp", "moov", "moof", "sidx", "ssix", "mfra", "prft", "free", "skip", "wide"}

// relics tells whether n bytes of media data that no sample covers are headers
// of an earlier form of the film. Recorders (OBS Studio, FFmpeg, GStreamer) write
// fragments, lest a crash loses them, and at the end one mdat over all of them and a
// movie box with all of their samples. What the last of the headers says is media
// has to be samples of the movie, up to until.
func (p *parser) relics(off, n int64) (until int64, ok bool, err error) {
	if len(p.movies) != 1 || p.fragments > 0 || len(p.Distrusts) > 0 {
		return 0, false, nil
	}
	end := off + n
	for end-off >= 8 {
		empty, err := p.Constant(off, end-off, 0) // by a run that was interrupted
		if empty || err != nil {
			return until, err == nil, err
		}
		b, err := box.Read(p.Scan, off, p.mdatEnd(off))
		switch {
		case box.Damaged(err):
			return 0, false, nil
		case err != nil:
			return 0, false, err
		case b.Type == "mdat":
			until, off = b.End(), b.Body()
			if off != end && b.Size() > 0 {
				return 0, false, nil
			}
		case !slices.Contains(relicTypes, b.Type) || b.End() > end:
			return 0, false, nil
		default:
			off = b.End()
		}
	}
	return until, off == end, nil
}

// mediaBoxes are found in media data with a length that is too large, or in that
// of recorders which leave the headers of fragments there.
var mediaBoxes = []string{"moof", "moov", "mdat", "styp", "sidx", "emsg", "prft"}

// swallowed looks for boxes where no sample is: media data with a length that is
// too large takes in what follows it.
func (p *parser) swallowed(stay, go_ []region) error {
	for _, m := range p.mdats {
		stay, go_ = cover.From(stay, m.Off), cover.From(go_, m.Off)
		until := m.Off // up to here there have to be samples, if the boxes are relics
		err := cover.Sweep(m.Off, m.End(), stay, go_, func(off, n int64, stays, goes bool, _ string) (err error) {
			if stays || goes {
				return nil
			}
			ok := true
			if off < until {
				ok, err = p.Constant(off, n, 0) // samples of a track that went
			} else {
				until, ok, err = p.boxless(off, n)
			}
			if err == nil && !ok {
				p.Distrust("there is a box where media data should be")
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// boxless tells whether n bytes of media data do not begin with a box, or with
// nothing but relics.
func (p *parser) boxless(off, n int64) (until int64, ok bool, err error) {
	if n < 16 {
		return 0, true, nil
	}
	h := make([]byte, 8)
	if _, err := p.ReadAt(h, off); err != nil { // far from the last one: a page of the cache would serve nothing else
		return 0, false, err
	}
	if box.Uint32(h) < 8 || !slices.Contains(mediaBoxes, string(h[4:])) {
		return 0, true, nil
	}
	return p.relics(off, n)
}
