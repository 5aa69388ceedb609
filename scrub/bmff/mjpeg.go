package bmff

import (
	"slices"

	"untag/scrub"
)

// pictures tells whether each frame is a picture with a format of its own.
func (t *track) pictures() bool {
	return t.codec.pictures || slices.ContainsFunc(t.formats, func(f string) bool {
		return slices.Contains(pictureFormats, f) || slices.Contains(otherJPEG, f)
	})
}

// pictureFormats are sample formats of plain pictures; otherJPEG are those of
// Motion JPEG whose segments decoders look at: the fields of Motion JPEG A and
// B, the strings of Avid.
var (
	pictureFormats = []string{"jpeg", "png ", "PNG ", "MPNG", "gif ", "tiff"}
	otherJPEG      = []string{"mjpa", "mjpb", "mjpg", "MJPG", "AVDJ", "dmb1"}
)

// plainPictures tells whether all frames may be cleaned as pictures.
func (t *track) plainPictures() bool {
	return !slices.ContainsFunc(t.formats, func(f string) bool { return slices.Contains(otherJPEG, f) })
}

// maxPictures is how many frames are cleaned as pictures at the most: some
// minutes of video of the cameras that recorded so.
const maxPictures = 1 << 13

// probePictures has frames of the plain form cleaned as pictures: all in depth,
// or if the first or the last hold something. Decoders look at the segments of
// the other forms (the fields of Motion JPEG A, the strings of Avid), so these
// are only looked at.
func (p *parser) probePictures(t *track) error {
	if !t.plainPictures() || p.careful { // a frame of the wrong length is cleaned of the next one
		return p.eachProbe(t, p.inspectPicture)
	}
	few := t.tables.samples <= maxPictures
	all := few && p.s.Deep()
	if !all {
		before, pieces := p.s.Point(), len(p.cover.pieces)
		if err := p.eachProbe(t, p.picture); err != nil {
			return err
		}
		if !p.s.Edited(before) {
			return nil
		}
		p.s.Reset(before)
		p.cover.forget(pieces)
		all = few
	}
	if !all {
		p.s.Doubt("the pictures of a video track hold metadata, and are too many")
		return nil
	}
	return p.eachSample(t, p.picture)
}

// eachProbe visits the frames that are looked at in any case.
func (p *parser) eachProbe(t *track, visit func(sample) error) error {
	for _, f := range t.probes {
		if err := visit(f); err != nil {
			return err
		}
	}
	return nil
}

// picture has one frame cleaned as a medium of its own.
func (p *parser) picture(f sample) error {
	if f.len == 0 || p.cover.starts[f.off] {
		return nil
	}
	err := p.s.Medium(scrub.Extents{{Off: f.off, Len: f.len}}, "mdat/picture")
	if scrub.Refusal(err) {
		p.s.Doubt("pictures of a video track can't be read")
		return nil
	}
	if err == nil {
		p.cover.piece(scrub.Range{Off: f.off, Len: f.len})
	}
	return err
}

// inspectPicture doubts a frame that has segments other than those which
// decoders of Motion JPEG look at.
func (p *parser) inspectPicture(f sample) error {
	h, err := p.s.Bytes(f.off, int(min(f.len, 4<<10)))
	if err != nil {
		return err
	}
	for at := 2; at+12 <= len(h) && h[at] == 0xff; {
		marker, size := h[at+1], int(be16(h[at+2:]))
		id := string(h[at+4 : at+8])
		switch {
		case marker == 0xda:
			return nil
		case marker == 0xfe, marker >= 0xe2 && marker <= 0xef && marker != 0xee,
			marker == 0xe0 && id != "AVI1" && id != "JFIF",
			marker == 0xe1 && string(h[at+8:at+12]) != "mjpg":
			p.s.Doubt("the pictures of a video track hold metadata")
			return nil
		}
		at += 2 + max(2, size)
	}
	return nil
}
