package tiff

import (
	"fmt"
	"slices"

	"untag/scrub"
)

// sector is what a drive writes as a whole.
const sector = 512

// Bytes that nothing points at go if there are few of them.
const (
	mostHidden  = 64 << 10
	hiddenShare = 100 // one in so many of the file
)

// survey says which gaps before end go, and gathers the room that directories may move to.
func (f *file) survey(end int64, gaps map[int64]bool) error {
	var before *region
	err := f.sweep(0, end, func(off, n int64, r *region, g *goes) error {
		switch {
		case r != nil:
			before = r
		case g != nil && g.entry != nil && g.entry.tag != tagDescription: // which has to stay text
			f.rooms = append(f.rooms, goes{Range: scrub.Range{Off: off, Len: n}, dir: g.dir})
		case g != nil:
		default:
			zeros, err := f.Constant(off, n, 0)
			if err == nil && !zeros {
				gaps[off], err = f.hidden(off, n, before)
			}
			if err != nil {
				return err
			}
			if (zeros || gaps[off]) && !f.meetsNote(off, n) {
				f.rooms = append(f.rooms, goes{Range: scrub.Range{Off: off, Len: n}})
			}
		}
		return nil
	})
	return err
}

// hidden tells whether n bytes that nothing points at may go. Before is what stays before
// them.
func (f *file) hidden(off, n int64, before *region) (bool, error) {
	lost, err := f.lost(off, n)
	if err != nil || lost != "" {
		return false, err
	}
	remains, err := f.remains(off, n)
	if err != nil || remains {
		return remains, err
	}
	switch {
	case f.block:
		return n < long && !f.swallowed(off, n), nil
	case f.noteEnd(off) >= off+n:
		return !f.cutOff(off, n), nil
	}
	if n > mostHidden && n > f.Size()/hiddenShare || f.shared || f.raw && !f.plainRaw() {
		return false, nil
	}
	if f.strayed(off, n) {
		f.contradict("bytes at 0x%x may be a strip of which the offset has lost a bit", off)
		return false, nil
	}
	if before != nil && before.role == scrub.Payload && before.end() == off {
		if whole, err := f.whole(before.last); err != nil || !whole {
			return false, err
		}
	}
	i := slices.IndexFunc(f.stays, func(r region) bool { return r.off == off+n && r.role == scrub.Payload })
	if i >= 0 && n&(n-1) == 0 { // the offset of the strip may have lost a bit
		return f.whole(f.stays[i].first)
	}
	return true, nil
}

// mostAsked bounds the time for gaps: how many regions they are compared with.
const mostAsked = 1 << 27

// strayed tells whether n bytes at off may be of a strip whose offset has lost a bit, since where it is now
// are values or directories, or are too much to ask that of. Only what is coded tells by itself where it is.
func (f *file) strayed(off, n int64) bool {
	if f.asked += len(f.stays); f.asked > mostAsked {
		return true
	}
	for _, r := range f.stays {
		if r.role != scrub.Payload || r.first.image == nil || r.first.image.compression != noCompression {
			continue
		}
		for bit := int64(1); bit > 0 && bit <= f.Size(); bit <<= 1 {
			from := r.off ^ bit
			to := from + r.len
			if from < r.off {
				to = min(to, r.off)
			} else {
				from = max(from, r.end())
			}
			if (from == off && to == off+n || to-from >= r.len/2 && from >= off && to <= off+n) && f.sharing(r) {
				return true
			}
		}
	}
	return false
}

// sharing tells whether a strip shares bytes with what goes, or that is too much to ask.
func (f *file) sharing(r region) bool {
	f.asked += len(f.goes)
	return f.asked > mostAsked || slices.ContainsFunc(f.goes, func(g goes) bool { return g.Off < r.end() && r.off < g.End() })
}

// remains tells whether n bytes are nothing but zeros and directories that nothing points
// at any more, or what a run that was interrupted left of them.
func (f *file) remains(off, n int64) (bool, error) {
	for end := off + n; ; {
		at, err := f.written(off, end-off)
		if err != nil || at < 0 {
			return err == nil, err
		}
		b, err := f.Bytes(max(off, at-f.counted()), int(min(end-max(off, at-f.counted()), scrub.MaxPiece)))
		if err != nil {
			return false, err
		}
		start := max(off, at-f.counted())
		if next := f.directoryIn(b); next > 0 {
			off = min(end, start+next)
			continue
		}
		// Of a small one that crosses a sector the beginning may be left.
		if left := sector - start%sector; left < min(end-start, f.counted()+f.entryLen()) && f.beginsIn(b[:left]) {
			off = start + left
			continue
		}
		return false, nil
	}
}

// written returns where the first of n bytes is that is not zero, -1 if there is none.
func (f *file) written(off, n int64) (int64, error) {
	const piece = 4 << 10
	for ; n > 0; off, n = off+piece, n-piece {
		b, err := f.Bytes(off, int(min(n, piece)))
		if err != nil {
			return -1, err
		}
		if i := slices.IndexFunc(b, func(c byte) bool { return c != 0 }); i >= 0 {
			return off + int64(i), nil
		}
	}
	return -1, nil
}

// beginsIn tells whether b, after zeros, begins with the count and the first tag of a directory.
func (f *file) beginsIn(b []byte) bool {
	for ; int64(len(b)) >= f.counted()+4; b = b[1:] {
		if n := f.offset(b[:f.counted()]); n > 0 && n <= maxEntries && sizeOf(f.order.Uint16(b[f.counted()+2:])) > 0 {
			return true
		} else if b[0] != 0 {
			return false
		}
	}
	return false
}

// directoryIn returns the end of the directory that b begins with: as a whole, or without
// its first entries. It is 0 if there is none.
func (f *file) directoryIn(b []byte) int64 {
	for i := int64(0); i < int64(len(b)) && i <= f.counted(); i++ {
		if int64(len(b)) < i+f.counted() {
			break
		}
		if n := f.offset(b[i : i+f.counted()]); n > 0 && n <= maxEntries && f.entriesIn(b[i+f.counted():], n, false) == n {
			return min(int64(len(b)), i+f.counted()+n*f.entryLen()+f.wide())
		}
	}
	for i := int64(0); i < int64(len(b)) && i < f.counted()+f.entryLen(); i++ {
		if n := f.entriesIn(b[i:], maxEntries, true); n >= 2 {
			return min(int64(len(b)), i+n*f.entryLen()+f.wide())
		}
	}
	return 0
}

// entriesIn returns how many entries of known types b begins with, at most n.
func (f *file) entriesIn(b []byte, n int64, ordered bool) (found int64) {
	last := uint16(0)
	for ; int64(len(b)) >= f.entryLen() && found < n; b = b[f.entryLen():] {
		tag, unit, count := f.order.Uint16(b), sizeOf(f.order.Uint16(b[2:])), f.offset(b[4:4+f.wide()])
		if unit == 0 || ordered && tag < last || count < 0 || count > f.Size()/unit {
			break
		}
		if v := f.offset(b[4+f.wide() : f.entryLen()]); unit*count > f.wide() && (v < 0 || v > f.Size()-unit*count) {
			break
		}
		last, found = tag, found+1
	}
	return found
}

// lost says what picture, which no directory of the file leads to, n bytes tell of.
func (f *file) lost(off, n int64) (string, error) {
	const piece = 64 << 10
	step := f.entryLen()
	for at := off; at+step <= off+n; at += piece - step {
		b, err := f.Bytes(at, int(min(piece, off+n-at)))
		if err != nil {
			return "", err
		}
		for i := int64(0); i+step <= int64(len(b)); i++ {
			e := b[i : i+step]
			if tag := f.order.Uint16(e); tag != tagStrips && tag != tagTiles || f.uint(e[4:4+f.wide()]) == 0 {
				continue
			}
			typ := f.order.Uint16(e[2:])
			if typ != tShort && typ != tLong && typ != tLong8 {
				continue
			}
			covered, err := f.covered(e, typ)
			if err != nil || !covered {
				return fmt.Sprintf("a directory at 0x%x", at+i), err
			}
		}
	}
	return "", nil
}

// covered tells whether the first strip that an entry without a directory names is one
// of the pictures that stay.
func (f *file) covered(e []byte, typ uint16) (bool, error) {
	slot, size := e[4+f.wide():], sizeOf(typ)
	count := f.offset(e[4 : 4+f.wide()])
	if count < 0 || count > f.Size()/size {
		return true, nil // not an entry
	}
	at := f.offset(slot[:min(size, f.wide())])
	if count*size > f.wide() {
		off := f.offset(slot)
		if off < f.head || off > f.Size()-count*size {
			return true, nil
		}
		b, err := f.Bytes(off, int(size))
		if err != nil {
			return false, err
		}
		at = f.offset(b)
	}
	if at < f.head || at >= f.Size() {
		return true, nil
	}
	return slices.ContainsFunc(f.stays, func(r region) bool { return r.role == scrub.Payload && r.off <= at && at < r.end() }), nil
}

// tail says where the file ends.
func (f *file) tail(off int64) error {
	e := scrub.End{Off: off, Proof: scrub.Counted, More: f.lost}
	var last *region
	plate := int64(0)
	for i := range f.stays {
		r := &f.stays[i]
		if r.end() == off && r.role == scrub.Payload {
			last = r
		}
		if m := r.last.image; m != nil && m.compression == noCompression {
			plate = max(plate, r.len)
		}
	}
	if last != nil {
		whole, err := f.whole(last.last)
		if err != nil {
			return err
		}
		if !whole {
			e.Proof = scrub.Said
		}
	}
	if f.stack || plate > 0 && f.Left(off) >= plate { // an interrupted run leaves less
		e.Doubt = "they may be pictures that no directory lists"
	}
	if n := f.Left(off); f.raw && n > 0 && e.Doubt == "" {
		zeros, err := f.Constant(off, n, 0)
		if err != nil {
			return err
		}
		goes := zeros
		if !zeros {
			if goes, err = f.hidden(off, n, last); err != nil {
				return err
			}
		}
		if !goes {
			e.Doubt = "they may be of the picture"
		}
	}
	f.End(e)
	return nil
}
