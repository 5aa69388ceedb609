package tiff

import (
	"bytes"
	"fmt"

	"untag/scrub"
	"untag/scrub/tags"
)

// dir is an image file directory.
type dir struct {
	layout
	name    string // in reports: IFD0, ExifIFD
	place   string // in the table of tags
	at, end int64
	entries []*entry
	next    *dir
	link    int64  // where the pointer to it stands
	parent  *entry // the entry that holds the pointer, nil in the chain
	before  *dir   // that holds the pointer, nil for the header
	stays   bool   // something in it does
	slack   bool   // bytes that belong to nothing are not zero
	sorted  bool
	fate    fate
	moved   int64  // where it is written anew, at itself unless it moves
	base    int64  // what its offsets count from
	note    *entry // the maker's note that it is in
	fixed   bool   // something else points at it
}

// entry is one entry of a directory.
type entry struct {
	dir       *dir
	tag, typ  uint16
	count     int64
	at        int64 // of the entry
	off, size int64 // of the value
	raw       []byte
	known     tags.Tag
	bad       bool // there is no such value, or but a remnant of it
	named     bool // there is a tag of that number in the table
	stays     bool
	kind      scrub.Kind // of what goes
	role      scrub.Role // of what stays
	subs      []*dir
}

// inline tells whether the value stands in the entry.
func (e *entry) inline() bool { return e.size <= e.dir.wide() }

// slot is where the value or the pointer to it stands in the entry.
func (e *entry) slot() int64 { return e.at + e.dir.entryLen() - e.dir.wide() }

func (e *entry) String() string {
	if e.named {
		return e.dir.name + "/" + e.known.ID
	}
	return fmt.Sprintf("%s/0x%04X", e.dir.name, e.tag)
}

// Bounds that no writer comes near. A stack of microscope pictures has thousands of
// directories.
const (
	maxDirs    = 1 << 16
	maxEntries = 4096
	maxSubs    = 1 << 12
	maxDepth   = 8
)

// chain walks the directories of pictures, and what hangs on them.
func (f *file) chain() error {
	link, before := f.link, (*dir)(nil)
	for n := 0; ; n++ {
		b, err := f.Bytes(link, int(f.wide()))
		if err != nil {
			return err
		}
		at := f.offset(b)
		if at == 0 && n > 0 {
			return nil
		}
		place := pictures
		if n == 0 && f.special && f.version == 0x55 {
			place = sensor
		}
		d, err := f.directory(at, fmt.Sprintf("IFD%d", n), place)
		if err != nil || d == nil {
			return err
		}
		d.link, d.before = link, before
		if before != nil {
			before.next = d
		}
		link, before = d.end-f.wide(), d
		if err := f.descend(d, 0); err != nil {
			return err
		}
	}
}

// Places in the table of tags.
const (
	pictures = "IFD"
	exifTags = "EXIF"
	gpsTags  = "GPS"
)

// directory reads the one at off; nil if there is none that could be used. What speaks
// against it is noted.
func (f *file) directory(off int64, name, place string) (*dir, error) {
	return f.directoryAs(off, name, place, f.layout, 0)
}

// directoryAs is directory for one with its own way to write numbers, whose offsets count
// from base.
func (f *file) directoryAs(off int64, name, place string, l layout, base int64) (*dir, error) {
	if off < f.head || f.Left(off) < f.counted() || len(f.all) >= maxDirs {
		f.contradict("%s lies outside the file", name)
		return nil, nil
	}
	if f.dirs[off] != nil {
		f.contradict("%s is another directory too", name)
		return nil, nil
	}
	b, err := f.Bytes(off, int(f.counted()))
	if err != nil {
		return nil, err
	}
	n := l.offset(b)
	d := &dir{layout: l, name: name, place: place, at: off, sorted: true, moved: off, base: base}
	d.end = off + f.counted() + n*f.entryLen()
	if place == pictures || place == sensor {
		d.end += f.wide()
	}
	emptied := f.block && n == 0 && f.Zeros(off, f.Left(off))
	if n < 0 || n > maxEntries || n == 0 && !emptied && (place == pictures && base == 0 || place == sensor) || d.end > f.Size() {
		f.contradict("%s has %d entries", name, n)
		return nil, nil
	}
	b, err = f.Bytes(off+f.counted(), int(n*f.entryLen()))
	if err != nil {
		return nil, err
	}
	for i := range n {
		e := f.entry(d, b[i*f.entryLen():(i+1)*f.entryLen()], off+f.counted()+i*f.entryLen())
		if k := len(d.entries); k > 0 && e.tag <= d.entries[k-1].tag {
			d.sorted = false
		}
		d.entries = append(d.entries, e)
	}
	f.dirs[off] = d
	f.all = append(f.all, d)
	return d, nil
}

// entry reads one entry.
func (f *file) entry(d *dir, b []byte, at int64) *entry {
	w := d.wide()
	e := &entry{dir: d, tag: d.order.Uint16(b), typ: d.order.Uint16(b[2:]), count: d.offset(b[4 : 4+w]), at: at, raw: b}
	e.known, e.named = lookup(d.place, e.tag)
	e.off = at + d.entryLen() - w
	unit, n := sizeOf(e.typ), e.count
	e.count = 0 // unless the value is there
	switch {
	case unit == 0 && d.place != pictures && len(bytes.Trim(b, "\x00")) == 0:
		return e // a program that has filled it with zeros
	case unit == 0:
		f.contradict("%s has type %d", e, e.typ)
		e.bad = true
		return e
	case n < 0 || n > f.Size()/unit:
		f.contradict("%s has %d values", e, n)
		e.bad = true
		f.remnant(e, d.base+d.offset(b[4+w:]), f.Size())
		return e
	}
	if unit*n > w {
		if off := d.base + d.offset(b[4+w:]); off >= f.head && off <= f.Size() && unit*n <= f.Left(off) {
			e.off = off
		} else {
			f.contradict("%s has its value outside the file", e)
			e.bad = true
			f.remnant(e, off, unit*n)
			return e
		}
	}
	e.count, e.size = n, unit*n
	return e
}

// descend walks the directories that entries of d point to.
func (f *file) descend(d *dir, depth int) error {
	for _, e := range d.entries {
		if e.tag == tagMakerNote && d.place == exifTags && e.size > 0 {
			f.noteEntries = append(f.noteEntries, e) // until the maker is known
		}
		if !e.named || e.known.Fate != tags.Holds || e.count == 0 {
			continue
		}
		if e.typ != tLong && e.typ != tIFD && e.typ != tLong8 && e.typ != tIFD8 || e.count > maxSubs || depth >= maxDepth {
			f.contradict("%s points nowhere", e)
			continue
		}
		for i := range e.count {
			if err := f.sub(e, i, depth); err != nil {
				return err
			}
		}
	}
	return nil
}

// sub walks the directory that pointer i of e names.
func (f *file) sub(e *entry, i int64, depth int) error {
	width := sizeOf(e.typ)
	link := e.off + i*width
	b, err := f.Bytes(link, int(width))
	if err != nil {
		return err
	}
	name := e.known.ID
	if e.known.In == pictures {
		name = fmt.Sprintf("%s/SubIFD[%d]", e.dir.name, i)
	}
	sub, err := f.directory(f.offset(b), name, e.known.In)
	if err != nil || sub == nil {
		return err
	}
	if sub.link, sub.parent = link, e; sub.place == pictures { // one that is followed by others is not known
		next, err := f.Bytes(sub.end-f.wide(), int(f.wide()))
		if err != nil {
			return err
		}
		sub.slack = f.uint(next) != 0
	}
	e.subs = append(e.subs, sub)
	return f.descend(sub, depth+1)
}

// find returns the entry of a tag, nil if there is none.
func (d *dir) find(tag uint16) *entry {
	for _, e := range d.entries {
		if e.tag == tag {
			return e
		}
	}
	return nil
}

// number returns value i of an entry of whole numbers.
func (f *file) number(e *entry, i int64) (uint64, error) {
	n := sizeOf(e.typ)
	if i < 0 || i >= e.count || n == 0 || (i+1)*n > e.size {
		return 0, nil
	}
	b, err := f.Bytes(e.off+i*n, int(n))
	return e.dir.uint(b), err
}

// value returns the first number of a tag, otherwise where there is none.
func (f *file) value(d *dir, tag uint16, otherwise uint64) (uint64, error) {
	e := d.find(tag)
	if e == nil || e.count == 0 || !whole(e.typ) {
		return otherwise, nil
	}
	return f.number(e, 0)
}

// whole tells whether a type is one of unsigned whole numbers.
func whole(typ uint16) bool {
	return typ == tByte || typ == tShort || typ == tLong || typ == tIFD || typ == tLong8 || typ == tIFD8
}
