package tiff

import (
	"encoding/binary"
	"slices"

	"untag/scrub"
	"untag/scrub/coded"
)

// Compressions in which a part is a file of its own (libtiff; Aperio's for slides).
const (
	jpeg2000         = 34712
	aperioYCC        = 33003
	aperioOther      = 33004
	aperioRGB        = 33005
	webP             = 50001
	mostChunks       = 64
	chunkHead, forms = 8, 12
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

// webp looks into a part that is a WebP: what chunks hold that are no picture goes, and what
// is behind the last one.
func (f *file) webp(p part) error {
	head, err := f.Bytes(p.off, forms)
	if err != nil {
		return err
	}
	end := int64(binary.LittleEndian.Uint32(head[4:])) + chunkHead
	if string(head[:4]) != "RIFF" || string(head[8:]) != "WEBP" || end > p.len {
		f.Doubt("%s has strips that can't be read", p.image.dir.name)
		return nil
	}
	gone := func(off, n int64) {
		if n > 0 {
			f.inside = append(f.inside, goes{Range: scrub.Range{Off: p.off + off, Len: n}, dir: p.image.dir})
		}
	}
	at := int64(forms)
	for n := 0; end-at >= chunkHead; n++ {
		h, err := f.Bytes(p.off+at, chunkHead)
		if err != nil {
			return err
		}
		size := int64(binary.LittleEndian.Uint32(h[4:]))
		if size > end-at-chunkHead || n > mostChunks {
			f.Doubt("%s has strips that can't be read", p.image.dir.name)
			return nil
		}
		if !slices.Contains([]string{"VP8X", "VP8 ", "VP8L", "ALPH"}, string(h[:4])) {
			gone(at+chunkHead, size)
		}
		at += chunkHead + size + size&1
	}
	gone(end, p.len-end)
	return nil
}
