package tiff

import (
	"untag/scrub"
	"untag/scrub/coded"
)

// Compressions in which a part is a file of its own (libtiff; Aperio's for slides).
const (
	jpeg2000    = 34712
	aperioYCC   = 33003
	aperioOther = 33004
	aperioRGB   = 33005
	webP        = 50001
)

// jpeg2000 looks into a part that is a picture of JPEG 2000: its comments go.
func (f *file) jpeg2000(p part) error {
	pieces, err := coded.JPEG2000(f.Reader, p.off, p.len)
	if scrub.Refusal(err) {
		f.Doubt("%s has strips that can't be read", p.image.dir.name)
		return nil
	}
	for _, x := range pieces {
		if x.Kind != "" && len(x.Edits) == 0 {
			f.Doubt("%s: %s", p.image.dir.name, x.Value)
			continue
		}
		f.inside = append(f.inside, goes{Range: scrub.Range{Off: x.Off, Len: x.Len}, dir: p.image.dir})
	}
	return err
}

// webp returns what cleans a part that is a WebP.
func (f *file) webp(p part) func() error {
	return func() error {
		place := p.image.dir.name
		err := f.MediumAs("webp", scrub.Extents{{Off: p.off, Len: p.len}}, place)
		if scrub.Refusal(err) {
			f.Doubt("%s has strips that can't be read", place)
			f.Claim(p.off, p.len, scrub.Payload, place)
			return nil
		}
		return err
	}
}
