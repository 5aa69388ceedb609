package riff

import (
	"cmp"
	"encoding/binary"

	"untag/scrub"
	"untag/scrub/chunk"
)

// entry is what an index says of one chunk.
type entry struct {
	id   string
	off  int64 // of the header of the chunk
	size int64 // of its body
}

// sum stands for an entry: sums of them are the same if the entries are, in whatever
// order.
func (e entry) sum() uint64 {
	if e.size == 0 {
		return 0 // a frame like the one before it: programs list it or don't
	}
	h := uint64(e.off)*0x9e3779b97f4a7c15 ^ uint64(e.size)*0xc2b2ae3d27d4eb4f
	h ^= h >> 29
	h *= 0xbf58476d1ce4e5b9
	return h ^ h>>32
}

// stream returns the stream that the name of a chunk is of, nil if there is none.
func (m *medium) stream(id string) *stream {
	if len(id) != 4 || !isDigit(id[0]) || !isDigit(id[1]) || class(id) == "ix##" {
		return nil
	}
	if n := 10*int(id[0]-'0') + int(id[1]-'0'); n < len(m.film.streams) {
		return m.film.streams[n]
	}
	return nil
}

const (
	entryLen  = 16
	listEntry = 1 // flag of entries for lists of chunks
)

// entries visits the entries of idx1.
func (m *medium) entries(visit func(at int64, flags uint32, e entry) error) error {
	const piece = 4096 * entryLen
	end := m.idx1.Tail() - m.idx1.Size%entryLen
	for off := m.idx1.Body(); off < end; off += piece {
		b := m.Get(off, int(min(piece, end-off)))
		for i := 0; i < len(b); i += entryLen {
			u := func(at int) uint32 { return binary.LittleEndian.Uint32(b[i+at:]) }
			if err := visit(off+int64(i), u(4), entry{string(b[i : i+4]), m.film.base + int64(u(8)), int64(u(12))}); err != nil {
				return err
			}
		}
	}
	return nil
}

// rebase finds out from where idx1 counts: the start of the first list of frames, or that
// of the file.
func (m *medium) rebase() error {
	var first entry
	err := m.entries(func(_ int64, flags uint32, e entry) error {
		if first.id == "" && m.stream(e.id) != nil && e.size > 0 && flags&listEntry == 0 {
			first = e
		}
		return nil
	})
	if err != nil || first.id == "" {
		return err
	}
	for _, base := range []int64{m.movis[0].Off + 8, 0} {
		if at := base + first.off; m.Left(at) >= m.head {
			b := m.Get(at, int(m.head))
			if string(b[:4]) == first.id && m.size(b) == first.size {
				m.film.base = base
				return nil
			}
		}
	}
	return nil
}

// index claims idx1: it names chunks of the streams and no others.
func (m *medium) index(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	if p.Off != m.idx1.Off {
		return w.Drop(p, scrub.Unknown, place, "")
	}
	w.Claim(p.Body(), p.Size-p.Size%entryLen, scrub.Structure, place)
	strange := 0
	err := m.entries(func(at int64, flags uint32, e entry) error {
		const known, most = 0x0fff_0373, 1 << 16
		if flags&^known != 0 {
			w.Doubt("the index has a flag that nobody knows")
		}
		switch {
		case m.stream(e.id) != nil || class(e.id) == "ix##" || e.id == "rec " || e.id == "LIST" || e.id == gone:
			return nil
		case w.Careful || strange == most:
			w.Doubt("the index names what is no frame")
			return nil
		}
		strange++
		return w.Field(at, []byte(gone), scrub.Hidden, place)
	})
	if err != nil {
		return true, err
	}
	return true, cmp.Or(w.Hide(p.Tail()-p.Size%entryLen, p.Size%entryLen, place+"/rest"), claim(w, p, place))
}

// Index chunks of OpenDML 1.02: what they begin with, and their entries.
var (
	superHead   = chunk.Layout{chunk.One(2, 4), chunk.UpTo(1, 1), chunk.UpTo(1, 1), chunk.UpTo(4, big), chunk.Any(4), chunk.Zero(12)}
	superEntry  = chunk.Layout{chunk.UpTo(8, 1<<56), chunk.UpTo(4, big), chunk.UpTo(4, big)}
	simpleHead  = chunk.Layout{chunk.One(2, 2, 3), chunk.UpTo(1, 1), chunk.UpTo(1, 1), chunk.UpTo(4, big), chunk.Any(4), chunk.UpTo(8, 1<<56), chunk.Zero(4)}
	simpleEntry = chunk.Layout{chunk.Any(4), chunk.Any(4)}
)

// odmlIndex claims an index of OpenDML: as many entries as it says, and zeros.
func (m *medium) odmlIndex(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const head = 24
	b := w.Get(p.Body(), int(min(p.Size, head)))
	layout, row := superHead, superEntry
	if len(b) == head && b[3] == 1 {
		if layout, row = simpleHead, simpleEntry; b[0] == 3 { // with the second field
			row = append(row, chunk.Any(4))
		}
	}
	if err := w.Record(p.Body(), int64(len(b)), layout, place); err != nil || len(b) < head {
		return true, err
	}
	n := min(m.Number(b[4:8])*row.Size(), p.Size-head)
	n -= n % row.Size()
	if err := w.Rows(p.Body()+head, n, row, place); err != nil {
		return true, err
	}
	if n > 0 && b[3] == 0 { // of the last part of the film
		if m.Number(w.Get(p.Body()+head+n-row.Size(), 8)) >= m.Size() {
			w.Distrust("the film is cut short")
		}
	}
	return true, cmp.Or(w.Hide(p.Body()+head+n, p.Size-head-n, place+"/rest"), claim(w, p, place))
}

// readIndex adds up what an index of OpenDML among the frames says.
func (m *medium) readIndex(c chunk.Part) {
	const head = 24
	b := m.Get(c.Body(), int(min(c.Size, scrub.MaxPiece)))
	if len(b) < head || b[3] != 1 {
		return
	}
	s, base, row := m.stream(string(b[8:12])), m.Number(b[12:20]), 4*int(b[0])
	if s == nil || row < 8 {
		return
	}
	n := m.Number(b[4:8])
	for b = b[head:]; len(b) >= row && n > 0; b, n = b[row:], n-1 {
		size := m.Number(b[4:8]) & 0x7fffffff
		s.indexed += entry{off: base + m.Number(b[:4]) - m.head, size: size}.sum()
	}
}
