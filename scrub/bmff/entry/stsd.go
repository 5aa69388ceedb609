package entry

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/codec"
)

// maxEntries bounds the sample descriptions of a track that are looked at.
const maxEntries = 64

// entries visits the sample entries of a stsd box (8.5.2) and returns where
// they end.
func (w reader) entries(b box.Box, visit func(e entry) error) (rest int64, err error) {
	version, _, err := box.FullHead(w.Scan, b)
	if err != nil {
		return 0, err
	}
	if b.Size() < 8 {
		return 0, w.Errorf(b.Off, "box \"stsd\" has %d bytes, expected 16 or more", b.Len)
	}
	h, err := w.Bytes(b.Body()+4, 4)
	if err != nil {
		return 0, err
	}
	off := b.Body() + 8
	count := box.Uint32(h)
	if count > maxEntries {
		return 0, w.Unsupportedf(b.Off, "%d sample descriptions", count)
	}
	for range count {
		e, err := box.Read(w.Scan, off, b.End())
		if err != nil {
			return off, err
		}
		if e.Head != 8 || e.Len < 16 {
			return off, w.Errorf(off, "sample entry %q has %d bytes, expected 16 or more", e.Name(), e.Len)
		}
		if err := visit(entry{e, version}); err != nil {
			return off, err
		}
		off = e.End()
	}
	return off, nil
}

// entry is a sample entry: a box with fields of its handler before its children.
type entry struct {
	box.Box
	version byte // of the stsd that holds it
}

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
		h, err := w.Bytes(e.Off+16, 2)
		if err != nil {
			return 0, err
		}
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

func (w reader) readDescriptions(b box.Box, t *Track) error {
	var first codec.Kind
	mixed := false
	_, err := w.entries(b, func(e entry) error {
		t.Codec.Kind = codec.Unknown
		err := w.readDescription(t, e)
		if t.Tables.Described++; t.Tables.Described == 1 {
			first = t.Codec.Kind
		}
		mixed = mixed || t.Codec.Kind != first
		return err
	})
	if mixed {
		t.Codec.Kind = codec.Unknown
		w.Doubt("the frames of a track are of several codecs")
	}
	return err
}

func (w reader) readDescription(t *Track, e entry) error {
	fields, err := w.fields(t, e)
	if err != nil {
		return err
	}
	palette, err := colourTable(w.Scan, e, e.Off+fields)
	if err != nil {
		return err
	}
	start := e.Off + fields + palette
	if fields == 0 {
		start += 16
	}
	c, err := w.contentsOf(t, e, start)
	if err != nil {
		return err
	}
	t.Formats = append(t.Formats, c.format)
	if c.sealed != protected(e.Type) || !c.sealed && box.Nearly(e.Type, encryptedFormats) {
		w.Distrust("a track is nearly an encrypted one")
	}
	t.Encrypted = t.Encrypted || c.sealed
	t.Secret = t.Secret || c.sealed && !c.clear
	if fields == 0 {
		return nil
	}
	if t.Handler == "soun" {
		if err := w.readSound(t, e); err != nil {
			return err
		}
	} else {
		s, _ := codec.Of(codec.Entry, c.format)
		t.Codec.Kind = s.Kind
	}
	_, err = box.Each(w.Scan, start, e.End(), func(b box.Box) error {
		if c.family != nil && !c.family.holds(b.Type) {
			return nil
		}
		return w.readCodec(t, b)
	})
	if box.Damaged(err) {
		return nil // codecs of old hold something else there: see leftovers
	}
	return err
}

// descriptions claims stsd.
func (w reader) descriptions(t *Track, b box.Box, place string) error {
	w.Claim(b.Off, b.Head, scrub.Structure, place)
	if _, _, err := w.Flags(b, 0, place); err != nil {
		return err
	}
	w.Claim(b.Body()+4, 4, scrub.Structure, place)
	if err := w.idle(t); err != nil {
		return err
	}
	rest, err := w.entries(b, func(e entry) error { return w.description(t, e, place+"/"+e.Name()) })
	if err != nil {
		return err
	}
	return w.NoRest(rest, b.End(), place)
}

// idle doubts descriptions by which no chunk is read: of what is in them, nothing
// tells whether it is true. Fragments may name others.
func (w reader) idle(t *Track) error {
	used := map[uint32]bool{1: true}
	for i := range t.Tables.Runs.N {
		row, err := t.Tables.Runs.Row(i)
		if err != nil {
			return err
		}
		n := box.Uint32(row[8:])
		if used[n] = true; int64(n) > t.Tables.Described {
			w.Doubt("a chunk is of a description that there is not")
			return nil
		}
	}
	if delete(used, 0); int64(len(used)) < t.Tables.Described {
		w.Doubt("a track has a description of samples that none of them uses")
	}
	return nil
}

// description claims a sample entry.
func (w reader) description(t *Track, e entry, place string) error {
	fields, err := w.fields(t, e)
	if err != nil {
		return err
	}
	if err := w.entryHead(e, place); err != nil {
		return err
	}
	switch {
	case fields == 0:
		return w.otherEntry(t, e, place)
	case t.Handler == "soun":
		if err := w.sound(e, fields, place); err != nil {
			return err
		}
	default:
		if err := w.visual(e, place); err != nil {
			return err
		}
	}
	palette, err := colourTable(w.Scan, e, e.Off+fields)
	if err != nil {
		return err
	}
	if err := w.palette(t, e, palette, place); err != nil {
		return err
	}
	return w.entryBoxes(t, e, e.Off+fields+palette, place)
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

// entryHead claims what all sample entries begin with: reserved bytes and the
// number of a data reference.
func (w reader) entryHead(e entry, place string) error {
	w.Claim(e.Off, 8, scrub.Structure, place)
	if err := w.Zero(e.Off+8, 6, scrub.Hidden, place+"/reserved", ""); err != nil {
		return err
	}
	w.Claim(e.Off+14, 2, scrub.Structure, place)
	return nil
}

// entryBoxes claims the boxes of an entry from off on. Some writers put a zero
// word between them.
func (w reader) entryBoxes(t *Track, e entry, off int64, place string) error {
	mark := w.Point()
	known, err := w.contentsOf(t, e, off)
	if err != nil {
		return err
	}
	visit := func(b box.Box) error { return w.extension(t, known, e, b, place+"/"+b.Name()) }
	rest, err := box.Each(w.Scan, off, e.End(), visit)
	for err == nil && rest < e.End()-4 {
		word, more := rest, rest
		if more, err = box.Each(w.Scan, rest+4, e.End(), visit); err == nil && more == rest+4 {
			break
		}
		w.Claim(word, 4, scrub.Structure, place)
		rest = more
	}
	if box.Damaged(err) {
		w.Reset(mark)
		return w.leftovers(e, off, place)
	}
	if err != nil {
		return err
	}
	if e.End()-rest > box.Terminator {
		return w.leftovers(e, rest, place)
	}
	return w.Rest(rest, e.End(), place)
}

// leftovers claims what follows the fields of an entry and is no box: old
// codecs put tables there.
func (w reader) leftovers(e entry, off int64, place string) error {
	empty, err := w.Constant(off, e.End()-off, 0)
	if err != nil {
		return err
	}
	if !empty {
		w.Doubt("a sample description holds something unknown")
	}
	w.Claim(off, e.End()-off, scrub.Structure, place)
	return nil
}

// visual claims the fields of a visual entry. The name of the compressor goes,
// but for two that decoders look at: FFmpeg takes the order of colour planes
// from the first, and reads another codec for the second.
func (w reader) visual(e entry, place string) error {
	h, err := w.Bytes(e.Off, visualFields)
	if err != nil {
		return err
	}
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

// quality claims the two qualities that QuickTime's compressors note, of 1024 at
// the most.
func (w reader) quality(off int64, place string) error {
	for range 2 {
		h, err := w.Bytes(off, 4)
		if err != nil {
			return err
		}
		if box.Uint32(h) <= 1024 {
			w.Claim(off, 4, scrub.Structure, place)
		} else if err := w.Zero(off, 4, scrub.Hidden, place+"/quality", ""); err != nil {
			return err
		}
		off += 4
	}
	return nil
}
