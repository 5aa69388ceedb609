package entry

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/bmff/samples"
	"untag/scrub/coded"
)

// visualFields and soundFields are the lengths of the fields, from the start
// of the entry (12.1.3, 12.2.3; QuickTime's versions 1 and 2 of sound have more).
const (
	visualFields = 86
	soundFields  = 36
)

// fields returns how many bytes stand before the children of an entry, and 0 if
// the entry has no children that are known.
func (w reader) fields(t *Track, e entry) (int64, error) {
	switch t.Handler {
	case "vide", "auxv", "pict":
		if e.Len < visualFields {
			return 0, w.Errorf(e.Off, "sample entry %q has %d bytes, expected %d or more", e.Name(), e.Len, visualFields)
		}
		return visualFields, nil
	case "soun":
		if e.Len < soundFields {
			return 0, w.Errorf(e.Off, "sample entry %q has %d bytes, expected %d or more", e.Name(), e.Len, soundFields)
		}
		h := w.Get(e.Off+16, 2)
		n := int64(soundFields)
		switch v := box.Uint16(h); {
		case v == 1 && e.version == 0: // ISO has a version 1 too, in a stsd of version 1
			n += 16
		case v == 2:
			n += 36
		}
		if e.Len < n {
			return 0, w.Errorf(e.Off, "sample entry %q has %d bytes, expected %d or more", e.Name(), e.Len, n)
		}
		return n, nil
	}
	return 0, nil
}

// sound claims the fields of an entry of sound.
func (w reader) sound(e entry, n int64, place string) error {
	if err := w.entryFields(e.Off+16, 4, place, func(f *box.Fields) { f.UpTo(16, 2); f.UpTo(16, 16) }); err != nil {
		return err
	}
	if err := w.Zero(e.Off+20, 4, scrub.Software, place+"/vendor", ""); err != nil {
		return err
	}
	return w.entryFields(e.Off+24, n-24, place, func(f *box.Fields) {
		f.UpTo(16, 255)
		f.UpTo(16, 64)
		f.Signed(16, 2) // how it is compressed
		f.Zero(16)
		f.Take(32)
		switch n {
		case soundFields + 16:
			for range 4 {
				f.UpTo(32, box.Fraction)
			}
		case soundFields + 36:
			f.Among(32, soundFields+36)
			f.Take(64) // the rate
			f.UpTo(32, 255)
			f.Among(32, 0x7f000000)
			f.UpTo(32, 64)
			f.UpTo(32, 0x3ff)
			f.UpTo(32, box.Fraction)
			f.UpTo(32, box.Fraction)
		}
	})
}

// visual claims the fields of a visual entry. The name of the compressor goes,
// but for two that decoders look at: FFmpeg takes the order of colour planes
// from the first, and reads another codec for the second.
func (w reader) visual(e entry, place string) error {
	h := w.Get(e.Off, visualFields)
	if err := w.entryFields(e.Off+16, 4, place, func(f *box.Fields) { f.UpTo(16, 16); f.UpTo(16, 16) }); err != nil {
		return err
	}
	if err := w.Zero(e.Off+20, 4, scrub.Software, place+"/vendor", ""); err != nil {
		return err
	}
	if err := w.quality(e.Off+24, place); err != nil {
		return err
	}
	w.Claim(e.Off+32, 4, scrub.Structure, place)
	if err := w.entryFields(e.Off+36, 14, place, func(f *box.Fields) {
		f.UpTo(32, 1200<<16) // dots per inch
		f.UpTo(32, 1200<<16)
		f.Zero(32)
		f.UpTo(16, 16) // frames in a sample
	}); err != nil {
		return err
	}
	name := h[50:82]
	kept := int64(0)
	for _, s := range []string{"Planar Y'CbCr 8-bit 4:2:0", "Sorenson H263"} {
		if int(name[0]) <= 31 && bytes.HasPrefix(name[1:1+min(31, int(name[0]))], []byte(s)) {
			kept = int64(1 + len(s))
		}
	}
	w.Claim(e.Off+50, kept, scrub.Structure, place)
	if err := w.Zero(e.Off+50+kept, 32-kept, scrub.Software, place+"/compressorname", box.Printable(name)); err != nil {
		return err
	}
	// The depth of colours or of greys, and a table of colours: one that is numbered or none.
	return w.entryFields(e.Off+82, 4, place, func(f *box.Fields) { f.UpTo(16, 64); f.Signed(16, 40) })
}

// entryFields claims n bytes of the fields of an entry, which are doubted if they
// hold what they can't.
func (w reader) entryFields(off, n int64, place string, read box.Form) error {
	_, ok, err := w.Formed(off, n, read, place)
	if err == nil && !ok {
		w.Claim(off, n, scrub.Structure, place)
		w.Doubt("a field has a value that it can't have")
	}
	return err
}

// quality claims the two qualities that QuickTime's compressors note, of 1024 at
// the most.
func (w reader) quality(off int64, place string) error {
	for range 2 {
		if box.Uint32(w.Get(off, 4)) <= 1024 {
			w.Claim(off, 4, scrub.Structure, place)
		} else if err := w.Zero(off, 4, scrub.Hidden, place+"/quality", ""); err != nil {
			return err
		}
		off += 4
	}
	return nil
}

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
	was := w.Get(off, int(n))
	w.Claim(off, n, scrub.Structure, place)
	is := append([]byte(nil), was...)
	is[4] &= 0x80
	is[5] = 0
	var shown []byte
	for i := 8; i < len(is); i++ {
		switch at := i % 8; {
		case at < 2:
			is[i] = 0
		case at%2 == 1:
			is[i] = is[i-1]
		default:
			shown = append(shown, is[i])
		}
	}
	if coded.Colours(shown) {
		w.Doubt("%s holds text", place+"/colours")
	}
	if string(is) != string(was) {
		w.Rewrite(off, is, scrub.Hidden, place+"/colours")
	}
	return nil
}

// sampleBytes is what one channel of one sample takes in the uncompressed
// formats of QuickTime, whose tables may say 1 instead.
var sampleBytes = map[string]int64{
	"raw ": 1, "NONE": 1, "twos": 2, "sowt": 2, "in24": 3, "in32": 4, "fl32": 4, "fl64": 8, "ulaw": 1, "alaw": 1,
}

// readSound notes how many bytes constant-rate sound takes by its description:
// version 1 counts packets, version 2 frames, version 0 channels and bits.
func (w reader) readSound(t *Track, e entry) {
	h := w.Get(e.Off, int(min(e.Len, soundFields+36)))
	channels, bits := int64(box.Uint16(h[24:])), int64(box.Uint16(h[26:]))
	switch version := box.Uint16(h[16:]); {
	case version == 1 && e.version == 0 && len(h) >= 52:
		t.Tables.PerPacket = samples.Packet{Frames: int64(box.Uint32(h[36:])), Bytes: int64(box.Uint32(h[44:]))}
	case version == 2 && len(h) >= 72:
		t.Tables.PerPacket = samples.Packet{Frames: int64(box.Uint32(h[68:])), Bytes: int64(box.Uint32(h[64:]))}
	case version == 0 && sampleBytes[e.Type] > 0:
		if channels == 0 || bits%8 != 0 || bits > 64 {
			t.Tables.Trouble = "a track of sound contradicts itself"
			return
		}
		width := sampleBytes[e.Type]
		if width <= 2 && bits > 0 && e.Type != "ulaw" && e.Type != "alaw" {
			width = (bits + 7) / 8
		}
		t.Tables.PerPacket = samples.Packet{Frames: 1, Bytes: channels * width}
	}
	if q := t.Tables.PerPacket; q.Frames > 0 && q.Bytes == 0 {
		t.Tables.PerPacket = samples.Packet{}
	}
}
