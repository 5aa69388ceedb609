package tiff

import (
	"bytes"
	"math/bits"
	"slices"

	"untag/scrub/tags"
)

// Lengths in bytes of tables in notes from which on none fits into an entry, and from which on
// few others are as long.
const large, long = 256, 512

// mistaken is what an entry of a note may be but for one bit of its number: one that decoders
// need and that is not there, if with it the directory is in order and else is not, or if it is a
// large table, of which the entry, that has no name itself, has the type and the length.
func (f *file) mistaken(e *entry) string {
	const part = 32 // shortest table, of the longest
	for tag, t := range known()[e.dir.place] {
		needed := t.Role != 0 || t.Fate == tags.Holds
		if !needed || bits.OnesCount64(tag^uint64(e.tag)) != 1 || e.dir.find(uint16(tag)) != nil {
			continue
		}
		if e.dir.inOrder(e, uint16(tag)) && !e.dir.inOrder(e, e.tag) {
			return t.ID
		}
		if t.Fate == tags.Holds && (e.typ == tIFD || e.typ == tLong) && e.count == 1 {
			return t.ID
		}
		if e.named || t.Most < long || e.size*part < t.Most {
			continue
		}
		as := *e
		if as.known = t; t.In != "" {
			if ok, err := f.fits(&as); ok && err == nil {
				return t.ID
			}
		}
	}
	return ""
}

// inOrder tells whether the numbers of a directory rise if e has the given one.
func (d *dir) inOrder(e *entry, tag uint16) bool {
	last := -1
	for _, x := range d.entries {
		n := int(x.tag)
		if x == e {
			n = int(tag)
		}
		if n <= last {
			return false
		}
		last = n
	}
	return true
}

// goesOn tells whether a further entry follows those of a directory in a note, or a block, that
// ends at end.
func (f *file) goesOn(d *dir, end int64) (bool, error) {
	last, at := -1, d.end
	if k := len(d.entries); k > 0 {
		last = int(d.entries[k-1].tag)
	}
	if d.place == pictures { // behind which a pointer follows
		at -= f.wide()
	}
	if !d.sorted || end-at < f.entryLen() {
		return false, nil
	}
	b, err := f.Bytes(at, int(f.entryLen()))
	return err == nil && f.follows(d.layout, d.base, b, last), err
}

// follows tells whether b is an entry of a number above last, of a type and with a value that
// there is.
func (f *file) follows(l layout, base int64, b []byte, last int) bool {
	tag, unit, count := l.order.Uint16(b), sizeOf(l.order.Uint16(b[2:])), l.offset(b[4:4+l.wide()])
	if int(tag) <= last || unit == 0 || count <= 0 || count > f.Size()/unit {
		return false
	}
	off := base + l.offset(b[4+l.wide():])
	return unit*count <= l.wide() || off >= f.head && off <= f.Size()-unit*count
}

// overcounted tells whether a directory of a note, which says that it has more entries than any,
// does have as many as if one bit of their number were another.
func (f *file) overcounted(l layout, base, at int64) (bool, error) {
	n := int64(l.order.Uint16(f.Get(at, 2)))
	for bit := int64(512); bit < 1<<16; bit <<= 1 {
		if n&bit == 0 || n^bit == 0 || n^bit > mostNoted || f.Left(at+2) < (n^bit)*f.entryLen() {
			continue
		}
		b, err := f.Bytes(at+2, int((n^bit)*f.entryLen()))
		if err != nil {
			return false, err
		}
		last := -1
		for ; len(b) > 0 && f.follows(l, base, b, last); b = b[f.entryLen():] {
			last = int(l.order.Uint16(b))
		}
		if len(b) == 0 {
			return true, nil
		}
	}
	return false, nil
}

// swallowed tells whether n bytes at off, few enough for a piece, may hold the next block: its
// header, and more than the footer that Canon's notes have of the same form.
func (f *file) swallowed(off, n int64) bool {
	const least = 8 + 2 + 12
	b := f.Get(off, int(n))
	return slices.ContainsFunc([]string{"II*\x00", "MM\x00*"}, func(head string) bool {
		i := bytes.Index(b, []byte(head))
		return i >= 0 && len(b)-i >= least
	})
}

// cutOff tells whether n bytes at off, in a note, may be of a value that decoders need: all of one
// of which the offset has lost a bit, or the end of one of which the number of values has.
func (f *file) cutOff(off, n int64) bool {
	const pad = 3
	meets := func(e *entry) bool {
		if !e.stays || e.inline() {
			return false
		}
		if e.size <= n && bits.OnesCount64(uint64(e.off-e.dir.base)^uint64(off-e.dir.base)) == 1 {
			return true
		}
		values := n / sizeOf(e.typ)
		return e.off+e.size == off && values > 0 && n-values*sizeOf(e.typ) <= pad && values&(values-1) == 0 && e.count&values == 0
	}
	for _, note := range f.notes {
		if note.off <= off && off < note.off+note.size && slices.ContainsFunc(note.subs, func(d *dir) bool { return slices.ContainsFunc(d.entries, meets) }) {
			return true
		}
	}
	return false
}

// remnant has e stand for what is left of a text at off that is said to be n bytes long, more than the
// file has: it is cut short, or its count is wrong.
func (f *file) remnant(e *entry, off, n int64) {
	const most, sector = 64 << 10, 512                    // the least that a drive has written
	needed := []uint16{tagMake, tagModel, tagUniqueModel} // by decoders of raw pictures
	text := e.typ == tASCII && (e.known.Fate == tags.Go || e.tag == tagDescription) && !slices.Contains(needed, e.tag) || e.dir.place == pictures && e.tag == tagXMP
	if !text || !e.named || e.known.Kind == "" || e.dir.base != 0 || off < f.head || off >= f.Size() {
		return
	}
	b := f.Get(off, int(min(n, f.Left(off), most)))
	body := bytes.TrimLeft(b, "\x00")
	cleared := int64(len(b) - len(body))
	if cleared > 0 && (off+cleared)%sector != 0 { // no interrupted run leaves that
		return
	}
	if end := bytes.IndexFunc(body, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7F }); end >= 0 {
		body = body[:end]
	}
	for _, stack := range []string{"ImageJ=", "{\"shape\""} { // which say how many pictures there are
		if bytes.HasPrefix(body, []byte(stack)) {
			return
		}
	}
	if size := cleared + int64(len(body)); len(body) > 0 && size > e.dir.wide() {
		e.off, e.size = off, size
	}
}
