package entry

import (
	"untag/scrub"
	"untag/scrub/bmff/box"
)

// colourTable returns the length of the palette that follows a visual entry whose
// colour table id is 0: seed, flags, and the highest index.
func colourTable(s *scrub.Scan, e entry, off int64) (int64, error) {
	if off != e.Off+visualFields || e.End()-off < 8 {
		return 0, nil
	}
	h, err := s.Bytes(e.Off+84, 10)
	if err != nil || box.Uint16(h) != 0 || box.Uint32(h[2:]) != 0 {
		return 0, err
	}
	n := 8 + 8*(int64(box.Uint16(h[8:]))+1) // decoders take no more than 256
	if n > 8+8*256 || n > e.End()-off {
		return 0, nil
	}
	return n, nil
}

// palettes are the formats whose frames are of numbers of colours.
const palettes = "rle |raw |smc |cvid|msvc|MSVC|CRAM|WRLE|8BPS|rpza"

// palette claims the n bytes of a table of colours: seed, flags, the highest index,
// and for each an index, which nobody reads, and red, green and blue in 16 bits, of
// which decoders take the upper half.
func (w reader) palette(t *Track, e entry, n int64, place string) error {
	if n == 0 {
		return nil
	}
	off := e.Off + visualFields
	if familyOf(t.Handler, e.Type) != nil && !box.Has(palettes, e.Type) {
		w.Claim(off, 8, scrub.Structure, place)
		return w.Zero(off+8, n-8, scrub.Hidden, place+"/colours", "")
	}
	was, err := w.Bytes(off, int(n))
	if err != nil {
		return err
	}
	w.Claim(off, n, scrub.Structure, place)
	is := append([]byte(nil), was...)
	is[4] &= 0x80
	is[5] = 0
	for i := 8; i < len(is); i++ {
		switch at := i % 8; {
		case at < 2:
			is[i] = 0
		case at%2 == 1:
			is[i] = is[i-1]
		}
	}
	if string(is) != string(was) {
		w.Rewrite(off, is, scrub.Hidden, place+"/colours")
	}
	return nil
}
