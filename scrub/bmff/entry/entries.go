// Package entry reads and claims sample entries, which say what the samples of a track are and
// how they are decoded (ISO/IEC 14496-12, 8.5.2 and 12; -14, -15 and -30; QuickTime; what the
// registry of MP4RA lists). Each box in them is read to its last bit, or doubted.
//
// Start with [Read] and [Claim].
package entry

import (
	"cmp"
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/bmff/samples"
	"untag/scrub/codec"
)

// Track is what the sample entries of a track say of its samples.
type Track struct {
	Handler   string   // of its medium (8.4.3)
	Formats   []string // of the entries, as they are once decrypted
	Encrypted bool     // an entry says how samples are encrypted
	Secret    bool     // and something says that they are
	Data      bool     // they are no picture, sound or text: nobody has to know what its entries are
	Codec     codec.Stream
	Tables    samples.Tables
}

// TextHandlers are those of what people read.
var TextHandlers = []string{"sbtl", "subt", "text", "subp", "clcp"}

// Text tells whether samples are what people read.
func (t *Track) Text() bool { return slices.Contains(TextHandlers, t.Handler) }

// TimedText tells whether samples are a length, a text, and boxes.
func (t *Track) TimedText() bool {
	return t.Text() && len(t.Formats) > 0 && !slices.ContainsFunc(t.Formats, func(f string) bool { return f != "tx3g" && f != "text" })
}

// Pictures tells whether each frame is a picture with a format of its own.
func (t *Track) Pictures() bool {
	return t.Codec.Kind == codec.Pictures || t.Codec.Kind == codec.Fields
}

// Read notes what the samples of a track are by its stsd box (8.5.2). Frames of several
// codecs in one track are not looked into.
func Read(w *box.Walk, b box.Box, t *Track) error {
	return reader{w}.readDescriptions(b, t)
}

// Claim claims the stsd box of a track.
func Claim(w *box.Walk, t *Track, b box.Box, place string) error {
	return reader{w}.descriptions(t, b, place)
}

// reader is the work on the sample entries of one track.
type reader struct{ *box.Walk }

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
	h := w.Get(b.Body()+4, 4)
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
	if c.sealed != protected(e.Type) || !c.sealed && c.family == nil && box.Nearly(e.Type, encryptedFormats) {
		w.Distrust("a track is nearly an encrypted one")
	}
	t.Encrypted = t.Encrypted || c.sealed
	t.Secret = t.Secret || c.sealed && !c.clear
	if fields == 0 {
		return nil
	}
	if t.Handler == "soun" {
		w.readSound(t, e)
	}
	if s, _ := codec.Of(codec.Entry, c.format); s.Signed() == (t.Handler == "soun") {
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
	return cmp.Or(w.palette(t, e, palette, place), w.entryBoxes(t, e, e.Off+fields+palette, place))
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
	if !w.Zeros(off, e.End()-off) {
		w.Doubt("a sample description holds something unknown")
	}
	w.Claim(off, e.End()-off, scrub.Structure, place)
	return nil
}
