package tiff

import (
	"cmp"
	"slices"

	"untag/scrub"
)

// fate is how a directory loses entries.
type fate uint8

const (
	untouched fate = iota
	inPlace        // written anew where it is
	elsewhere      // written anew where values go, and then pointed at
	neutral        // its entries stay, their values become zeros
)

// rewrite writes directories anew that lose entries.
func (f *file) rewrite() error {
	for _, d := range f.all { // those that hold others come before them
		if loses, err := f.loses(d); err != nil {
			return err
		} else if loses {
			f.choose(d)
		}
	}
	for _, d := range f.all {
		switch d.fate {
		case inPlace:
			b := f.anew(d, d.end-d.at)
			f.Put(scrub.Unlink, d.at, append(b, make([]byte, d.end-d.at-int64(len(b)))...))
		case elsewhere:
			f.Put(scrub.Announce, d.moved, f.anew(d, f.length(d)))
			f.erase(d.at, d.end)
		case neutral:
			if err := f.neutralise(d); err != nil {
				return err
			}
		}
		if d.moved != d.at && !f.holderRewritten(d) {
			f.Put(scrub.Unlink, d.link, f.pointer(d))
		}
	}
	return nil
}

// loses tells whether there is something in a directory that has to go. An entry whose
// value is zeros tells nothing.
func (f *file) loses(d *dir) (bool, error) {
	if !d.stays || d.slack {
		return d.stays, nil
	}
	for _, e := range d.entries {
		if e.stays {
			continue
		}
		if slices.ContainsFunc(e.subs, func(sub *dir) bool { return len(sub.entries) > 0 }) {
			return true, nil
		}
		if zeros, err := f.empty(e); err != nil || !zeros && len(e.subs) == 0 {
			return true, err
		}
	}
	return false, nil
}

// erase fills a directory that nothing points at any more. What an interrupted run leaves
// of it is one still to see.
func (f *file) erase(off, end int64) {
	last := (end - 1) &^ (sector - 1)
	if last <= off || end-last > 3*f.entryLen() {
		f.Fill(scrub.Destroy, off, end-off, 0)
		return
	}
	f.Fill(scrub.Destroy, last, end-last, 0)
	f.Fill(scrub.Repair, off, last-off, 0)
}

// length is how long a directory is once it is written anew.
func (f *file) length(d *dir) int64 {
	n := f.counted() + f.wide()
	for _, e := range d.entries {
		if e.stays {
			n += f.entryLen()
		}
	}
	return n
}

// choose says how a directory loses entries.
func (f *file) choose(d *dir) {
	if d.note != nil {
		d.fate = neutral
		return
	}
	if f.Atomic(d.at, d.end-d.at) {
		d.fate = inPlace
		return
	}
	d.fate = neutral
	if d.fixed || !f.holderRewritten(d) && !f.Atomic(d.link, f.linkLen(d)) {
		return
	}
	if at, ok := f.findRoom(d, f.length(d)); ok {
		d.fate, d.moved = elsewhere, at
	}
}

// findRoom takes n bytes for a directory from values that go once it has moved. A value
// to which an entry goes on pointing has to be zeros.
func (f *file) findRoom(d *dir, n int64) (at int64, ok bool) {
	var run scrub.Range
	first, apart := 0, f.raw && !f.plainRaw() // where gaps stay: of a directory in one an interrupted run has to show all
	for i, r := range f.rooms {
		if r.Len == 0 || !f.drops(r.dir, d) {
			continue
		}
		if run.End() != r.Off || run.Len == 0 || apart && (r.dir == nil) != (f.rooms[first].dir == nil) {
			first, run = i, scrub.Range{Off: (r.Off + 1) &^ 1}
			if left := sector - run.Off%sector; left < f.counted()+3*f.entryLen() {
				run.Off += left // what an interrupted run writes of it has to be a directory to see
			}
		}
		if run.Len = r.End() - run.Off; run.Len < max(n, 1) {
			continue
		}
		for k := first; k <= i; k++ {
			if end := f.rooms[k].End(); end > run.Off {
				f.rooms[k].Off = min(end, run.Off+n)
				f.rooms[k].Len = end - f.rooms[k].Off
			}
		}
		f.taken = append(f.taken, scrub.Range{Off: run.Off, Len: n})
		slices.SortFunc(f.taken, func(a, b scrub.Range) int { return cmp.Compare(a.Off, b.Off) })
		return run.Off, true
	}
	return 0, false
}

// drops tells whether nothing points at the values of owner any more once d has moved.
func (f *file) drops(owner, d *dir) bool {
	switch {
	case owner == nil || owner == d:
		return true
	case owner.stays:
		return owner.fate == inPlace || owner.fate == elsewhere
	}
	return owner.parent != nil && f.drops(owner.parent.dir, d)
}

// holderRewritten tells whether the pointer to a directory is written anew with what
// holds it.
func (f *file) holderRewritten(d *dir) bool {
	holder := d.before
	if d.parent != nil {
		if holder = d.parent.dir; !d.parent.inline() {
			return false
		}
	}
	return holder != nil && (holder.fate == inPlace || holder.fate == elsewhere)
}

func (f *file) linkLen(d *dir) int64 {
	if d.parent != nil {
		return sizeOf(d.parent.typ)
	}
	return f.wide()
}

func (f *file) pointer(d *dir) []byte {
	b := make([]byte, f.linkLen(d))
	f.put(b, uint64(d.moved))
	return b
}

// anew returns a directory of the entries that stay, at most room bytes.
func (f *file) anew(d *dir, room int64) []byte {
	b := make([]byte, f.counted())
	n := 0
	for _, e := range d.entries {
		if !e.stays {
			continue
		}
		n++
		b = append(b, e.raw...)
		slot := b[len(b)-int(f.wide()):]
		if e.inline() {
			clear(slot[e.size:])
		}
		for i, sub := range e.subs {
			if width := int(sizeOf(e.typ)); e.inline() {
				f.put(slot[i*width:(i+1)*width], uint64(sub.moved))
			}
		}
	}
	f.put(b[:f.counted()], uint64(n))
	if int64(len(b))+f.wide() > room {
		return b // what holds no picture needs no pointer to the next one
	}
	next := make([]byte, f.wide())
	if d.next != nil {
		f.put(next, uint64(d.next.moved))
	}
	return append(b, next...)
}

// neutralise has entries stay whose values become zeros. A pointer to a directory stays,
// which then has no entries: readers take the header of the file for one where it is 0.
func (f *file) neutralise(d *dir) error {
	for _, e := range d.entries {
		if e.stays {
			if used := min(e.size, f.wide()); e.inline() && used < f.wide() {
				f.zero(e.slot()+used, e.raw[len(e.raw)-int(f.wide()-used):])
			}
			continue
		}
		for _, sub := range e.subs {
			if len(sub.entries) == 0 {
				continue
			}
			n := f.counted()
			if !f.Atomic(sub.at, n) {
				f.Doubt("%s can't be emptied", sub.name)
				continue
			}
			if f.Atomic(sub.at, sub.end-sub.at) { // a single entry without its count is none to see
				n = sub.end - sub.at
			}
			f.Put(scrub.Unlink, sub.at, make([]byte, n))
		}
		switch n := f.wide(); {
		case e.inline() && len(e.subs) == 0:
			f.zero(e.slot(), e.raw[len(e.raw)-int(n):])
		case e.typ == tASCII && d.note == nil && f.Atomic(e.at+4, 2*n) && f.Left(e.at) > longText(e.tag):
			// Of a longer text of zeros libtiff warns.
			b := make([]byte, 2*n)
			f.put(b[:n], 1)
			f.Put(scrub.Unlink, e.at+4, b)
		}
	}
	if d.parent == nil || d.place != pictures {
		return nil
	}
	next, err := f.Bytes(d.end-f.wide(), int(f.wide()))
	if err == nil {
		f.zero(d.end-f.wide(), next)
	}
	return err
}

// longText is how much dcraw reads of a text, from its entry on and whatever its length: the
// end of the file is an error to it.
func longText(tag uint16) int64 {
	if tag == tagDescription {
		return 2 * sector
	}
	return sector / 4
}

// zero fills the bytes b at off, if they are not zeros.
func (f *file) zero(off int64, b []byte) {
	if slices.ContainsFunc(b, func(c byte) bool { return c != 0 }) {
		f.Fill(scrub.Announce, off, int64(len(b)), 0)
	}
}
