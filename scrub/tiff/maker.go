package tiff

import (
	"slices"
	"strconv"
	"strings"

	"untag/scrub"
	"untag/scrub/exif"
	"untag/scrub/tags"
)

// settled are the makers of whose notes it was measured what decoders need: all else in
// them goes.
var settled = []string{"Nikon", "Canon", "Olympus", "OlympusEquipment", "Pentax", "Panasonic", "FujiFilm",
	"Sony", "Samsung", "Casio", "Ricoh", "Epson", "Hasselblad", "Apple", otherNote, "KodakIFD"}

// otherNote is the place of tags that decoders look for in the note of any maker.
const otherNote = "Other"

// needed is the place of directories in notes that stay as they are.
const neededPlace = "OlympusNeeded"

// note walks the directory in a maker's note of a raw picture.
func (f *file) note(e *entry) error {
	l, ok, err := f.laidOut(e)
	if !ok || err != nil {
		return err
	}
	layout, base := f.layout, int64(0)
	if l.Order != nil {
		layout.order = l.Order
	}
	if l.Base >= 0 {
		base = e.off + l.Base
	}
	at := e.off + l.IFD
	if f.Left(at) < 2 || f.dirs[at] != nil {
		return nil
	}
	if layout.order.Uint16(f.Get(at, 2)) > mostNoted {
		over, err := f.overcounted(layout, base, at)
		if over {
			f.opaque(e)
		} else {
			f.unneeded(e)
		}
		return err
	}
	d, err := f.tryDirectory(at, l.Name, l.Name, layout, base, e.off+e.size)
	if d == nil || err != nil {
		f.opaque(e) // a note that was moved by a program that does not know it
		return err
	}
	if more, err := f.goesOn(d, e.off+e.size); err != nil {
		return err
	} else if more {
		e.stays, e.role = true, scrub.Structure
		f.contradict("%s may have more entries than it says", e)
	}
	d.note, d.parent, d.link = e, e, e.off
	e.subs = append(e.subs, d)
	f.notes = append(f.notes, e)
	for _, v := range d.entries {
		if v.named && v.known.Fate == tags.Holds {
			if err := f.inNote(v); err != nil {
				return err
			}
		}
	}
	return nil
}

// laidOut tells how a note is laid out that has a directory; the others are seen to.
func (f *file) laidOut(e *entry) (l exif.Note, ok bool, err error) {
	head, err := f.Bytes(e.off, int(min(e.size, 24)))
	if err != nil {
		return l, false, err
	}
	l, ok = exif.Layout(f.maker, head)
	switch {
	case l.Name == "FujiFilm": // decoders need nothing of it
		return l, false, nil
	case phaseOne(head) && !e.inline():
		f.phaseOne(e)
		return l, false, nil
	case e.inline():
		f.opaque(e)
		return l, false, nil
	case !ok && f.unread(head):
		f.unneeded(e)
		return l, false, nil
	case !ok:
		l = exif.Note{Name: otherNote, Base: -1}
	}
	return l, true, nil
}

// tryDirectory is directoryAs for one that may be none, or may go beyond end: then it is nil, and
// nothing speaks against the file.
func (f *file) tryDirectory(at int64, name, place string, l layout, base, end int64) (*dir, error) {
	broken, doubts := f.broken, f.Point()
	d, err := f.directoryAs(at, name, place, l, base)
	if err != nil || d != nil && f.broken == broken && d.end <= end {
		return d, err
	}
	f.Reset(doubts)
	f.broken = broken
	if d != nil {
		delete(f.dirs, at)
		f.all = f.all[:len(f.all)-1]
	}
	return nil, nil
}

// mostNoted is how many entries a note has at the most for decoders: they read nothing of
// one with more (LibRaw and dcraw, parse_makernote).
const mostNoted = 1000

// unread tells whether decoders read nothing of a note of a maker whose notes they do not
// know: to them it is a directory of too many entries, or of none.
func (f *file) unread(head []byte) bool {
	search := strings.HasPrefix(string(head), "KC") || strings.HasPrefix(string(head), "MLY") // for a white balance
	text := strings.HasPrefix(string(head), "KDK") || strings.HasPrefix(string(head), "VER")
	return text || len(head) >= 2 && !search && (f.order.Uint16(head) == 0 || f.order.Uint16(head) > mostNoted)
}

// opaque has a note stay that can't be walked, unless it is known that nobody needs it.
func (f *file) opaque(e *entry) {
	maker := strings.ToUpper(f.maker)
	if e.inline() || f.dng || strings.HasPrefix(maker, "MINOLTA") || strings.HasPrefix(maker, "KONICA") {
		return
	}
	e.stays, e.role = true, scrub.Structure
	f.Doubt("%s stays: decoders may need it, and how it is laid out is not known", e)
}

// unneeded has a note go of which decoders read nothing, unless the file contradicts itself:
// what stands there may be something else.
func (f *file) unneeded(e *entry) {
	if f.broken != "" {
		f.opaque(e)
	}
}

// inNote walks a directory that an entry of a note points to, or is.
func (f *file) inNote(e *entry) error {
	at := e.off
	if e.typ == tLong || e.typ == tIFD {
		n, err := f.number(e, 0)
		if err != nil {
			return err
		}
		at = e.dir.base + int64(n)
	}
	if f.dirs[at] != nil {
		return nil
	}
	var d *dir
	if at > f.head && f.Left(at) >= 2 {
		var err error
		if d, err = f.tryDirectory(at, e.dir.name+"/"+e.known.ID, e.known.In, e.dir.layout, e.dir.base, f.Size()); err != nil {
			return err
		}
	}
	if d == nil {
		if e.known.In == neededPlace {
			f.contradict("%s leads nowhere", e)
		}
		return nil
	}
	d.note, d.parent, d.link = e.dir.note, e, e.off
	e.subs = append(e.subs, d)
	return nil
}

// noted decides on an entry of a maker's note.
func (f *file) noted(e *entry) error {
	d := e.dir
	d.stays = true // it stays where it is, and so do its entries
	e.kind = scrub.MakerNote
	if e.named && e.known.Kind != "" {
		e.kind = e.known.Kind
	}
	if v := f.mistaken(e); v != "" {
		e.stays, e.role = true, scrub.Structure
		f.Doubt("%s stays: it may be %s", e, v)
		return nil
	}
	known := slices.Contains(settled, d.place)
	if t := d.find(0x0096); t != nil && d.place == "Nikon" && e.off >= t.off+t.size && e.off < t.off+t.size+4 && !e.inline() {
		e.stays, e.role = true, scrub.Structure
		f.Doubt("%s stays: decoders may read on into it behind the curve of the samples", e)
		return nil
	}
	if e.stays = d.place == neededPlace || !known && !e.named; e.stays {
		e.role = scrub.Structure
		if !known && d.place != neededPlace {
			f.Doubt("what decoders need of the note of %s is not known: it stays, but for what has a name", d.place)
		}
	}
	if d.place != neededPlace || e.size == 0 {
		return nil
	}
	if e.typ == tASCII {
		f.Doubt("%s stays: it is text where decoders look for numbers", e)
	}
	return f.numbers(e)
}

// key has Nikon's serial number and counter say no more than what they are needed for: the
// key of blocks that are enciphered. That is the last byte of the number, and the
// bytes of the counter, one upon the other (ExifTool, ProcessNikonEncrypted).
func (f *file) key(e *entry) error {
	e.stays, e.role = true, scrub.Structure
	b, err := f.Bytes(e.off, int(min(e.size, 64)))
	if err != nil {
		return err
	}
	var data []byte
	switch {
	case e.tag == 0x00A7 && e.typ == tLong && e.count == 1:
		data = make([]byte, 4)
		e.dir.put(data, uint64(b[0]^b[1]^b[2]^b[3]))
	case e.tag == 0x001D && e.typ == tASCII && e.size <= 64:
		digits := strings.Trim(string(b), "\x00 ")
		n, err := strconv.ParseUint(digits, 10, 64)
		if err != nil {
			if digits != "" {
				f.Stuck(scrub.Finding{Kind: scrub.Serial, Place: e.String(), Off: e.off, Len: e.size, Value: digits})
				f.Doubt("%s stays: it is the key of what decoders need, and no number", e)
			}
			return nil
		}
		text := strconv.FormatUint(n%256, 10)
		data = []byte(strings.Repeat("0", max(0, len(digits)-len(text))) + text)
		data = append(data, make([]byte, len(b)-len(data))...)
	default:
		e.stays, e.kind = false, scrub.Serial
		return nil
	}
	if string(data) != string(b) {
		f.keys = append(f.keys, scrub.Edit{Off: e.off, Len: int64(len(data)), Data: data})
		f.keyed = append(f.keyed, e)
	}
	return nil
}

// rekey reports and changes what keys say.
func (f *file) rekey() error {
	for i, k := range f.keys {
		e := f.keyed[i]
		b, err := f.Bytes(e.off, int(e.size))
		if err != nil {
			return err
		}
		f.Gone(scrub.Finding{Kind: scrub.Serial, Place: e.String(), Off: e.off, Len: e.size, Value: exif.Show(e.dir.order, e.tag, e.typ, b, e.size)})
		f.Put(scrub.Announce, k.Off, k.Data)
	}
	for _, w := range f.rewritten {
		if string(f.Get(w.Off, len(w.data))) != string(w.data) {
			f.Gone(w.Finding)
			f.Put(w.phase, w.Off, w.data)
		}
	}
	return f.uncapture()
}

// noteEdit is what takes the place of what a note says.
type noteEdit struct {
	scrub.Finding
	phase scrub.Phase
	data  []byte
}

// noteEnd is the end of the note that was walked in which off lies, 0 if it lies in none.
func (f *file) noteEnd(off int64) (end int64) {
	for _, e := range f.notes {
		if e.off <= off && off < e.off+e.size {
			end = max(end, e.off+e.size)
		}
	}
	return end
}

// meetsNote tells whether any of n bytes at off lies in a note.
func (f *file) meetsNote(off, n int64) bool {
	return slices.ContainsFunc(f.notes, func(e *entry) bool { return e.off < off+n && off < e.off+e.size })
}
