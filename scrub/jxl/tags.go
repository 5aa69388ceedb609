package jxl

import (
	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/exif"
)

// reported drops a box of EXIF, which no reader turns a picture by, and tells what is in it:
// a block behind an offset of four bytes.
func reported(w *chunk.Walk, c chunk.Part, place string) (bool, error) {
	const offset = 4
	stays, err := w.Drop(c, scrub.Device, place, "")
	if err != nil || stays || c.Size < offset {
		return stays, err
	}
	piece, err := w.Piece(scrub.Extents{{Off: c.Body() + offset, Len: c.Size - offset}})
	if err != nil {
		return false, err
	}
	block, err := exif.Read(piece)
	if scrub.Refusal(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	block.Report(place, func(f scrub.Finding, _ bool) {
		f.Off = min(c.Body()+offset+max(f.Off, 0), c.Tail()-1)
		w.Gone(f)
	})
	return false, nil
}

// packed drops a box whose contents are compressed. Nothing of what may be in it stays, so
// that nobody has to unpack it.
func packed(w *chunk.Walk, c chunk.Part, place string) (bool, error) {
	kind := scrub.Unknown
	if c.Size >= 4 {
		b := w.Get(c.Body(), 4)
		if r, ok := w.Rules["JXL"][string(b)]; ok && r.Kind != "" {
			kind, place = r.Kind, place+"/"+w.Name(string(b))
		}
	}
	return w.Drop(c, kind, place, "")
}
