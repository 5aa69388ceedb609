package media

import (
	"slices"

	"untag/scrub/bmff/box"
	"untag/scrub/cover"
)

// headerTypes are what a recording in fragments consists of, besides mdat.
var headerTypes = []string{"ftyp", "styp", "moov", "moof", "sidx", "ssix", "mfra", "prft", "free", "skip", "wide"}

// headers tells whether n bytes of media data that no sample covers are headers
// of an earlier form of the film. Recorders (OBS Studio, FFmpeg, GStreamer) write
// fragments, lest a crash loses them, and at the end one mdat over all of them and a
// movie box with all of their samples. What the last of the headers says is media
// has to be samples of the movie, up to until.
func (d *Data) headers(off, n int64) (until int64, ok bool, err error) {
	if d.movies != 1 || d.fragments > 0 || len(d.Distrusts) > 0 {
		return 0, false, nil
	}
	end := off + n
	for end-off >= 8 {
		empty, err := d.Constant(off, end-off, 0) // by a run that was interrupted
		if empty || err != nil {
			return until, err == nil, err
		}
		b, err := box.Read(d.Scan, off, d.mdatEnd(off))
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
		case !slices.Contains(headerTypes, b.Type) || b.End() > end:
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

// lookForBoxes looks for boxes where no sample is: media data with a length that is
// too large takes in what follows it.
func (d *Data) lookForBoxes() error {
	stay, go_ := d.stay, d.gone
	for _, m := range d.Bodies {
		stay, go_ = cover.From(stay, m.Off), cover.From(go_, m.Off)
		until := m.Off // up to here there have to be samples, if the boxes are headers of an earlier form
		err := cover.Sweep(m.Off, m.End(), stay, go_, func(off, n int64, stays, goes bool, _ string) (err error) {
			if stays || goes {
				return nil
			}
			ok := true
			if off < until {
				ok, err = d.Constant(off, n, 0) // samples of a track that went
			} else {
				until, ok, err = d.boxless(off, n)
			}
			if err == nil && !ok {
				d.Distrust("there is a box where media data should be")
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
// nothing but headers.
func (d *Data) boxless(off, n int64) (until int64, ok bool, err error) {
	if n < 16 {
		return 0, true, nil
	}
	h := make([]byte, 8)
	if _, err := d.ReadAt(h, off); err != nil { // far from the last one: a page of the cache would serve nothing else
		return 0, false, err
	}
	if box.Uint32(h) < 8 || !slices.Contains(mediaBoxes, string(h[4:])) {
		return 0, true, nil
	}
	return d.headers(off, n)
}
