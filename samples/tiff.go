package samples

import "encoding/binary"

// byteOrder is "II" or "MM" of a TIFF.
type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// TIFF field types.
const (
	tByte      = 1
	tASCII     = 2
	tShort     = 3
	tLong      = 4
	tRational  = 5
	tSRational = 10
	tUndefined = 7
	tDouble    = 12
)

// tag is one entry of an image file directory. Its value is a string (with a
// zero after it), []byte, []int or, for another directory or a picture that
// lies elsewhere, an ifd or elsewhere.
type tag struct {
	id, typ int
	value   any
}

type ifd []tag

// dirs are directories that an entry lists.
type dirs []ifd

// elsewhere is bytes that an entry points to.
type elsewhere []byte

// strips are pieces of a picture that an entry lists.
type strips [][]byte

// tiffWriter lays a TIFF out: each directory is followed by its values.
type tiffWriter struct {
	order byteOrder
	big   bool   // BigTIFF
	lead  []byte // what stands between the header and the first directory
	b     []byte
}

// tiff returns a TIFF with the directories as its chain, IFD0 first.
func tiff(order byteOrder, chain ...ifd) []byte {
	return (&tiffWriter{order: order}).tiff(chain...)
}

func (w *tiffWriter) tiff(chain ...ifd) []byte {
	w.b = append(w.b, "MM"...)
	if w.order == byteOrder(binary.LittleEndian) {
		w.b = append(w.b[:0], "II"...)
	}
	version := 42
	if w.big {
		version = 43
	}
	w.b = w.order.AppendUint16(w.b, uint16(version))
	if w.big {
		w.b = w.order.AppendUint32(w.b, 8)
		w.order.PutUint16(w.b[4:], 8)
		w.order.PutUint16(w.b[6:], 0)
	}
	link := len(w.b)
	w.b = append(w.b, zeros(w.wide())...)
	w.b = append(w.b, w.lead...)
	for _, d := range chain {
		w.offset(link, len(w.b))
		link = w.dir(d)
	}
	return w.b
}

// wide is the length of an offset.
func (w *tiffWriter) wide() int {
	if w.big {
		return 8
	}
	return 4
}

func (w *tiffWriter) offset(at, v int) {
	if w.big {
		w.order.PutUint64(w.b[at:], uint64(v))
		return
	}
	w.order.PutUint32(w.b[at:], uint32(v))
}

// dir writes a directory and returns where its link to the next one is.
func (w *tiffWriter) dir(d ifd) (link int) {
	n := 4 + 2*w.wide()
	if w.big {
		w.b = append(w.b, zeros(8)...)
		w.order.PutUint64(w.b[len(w.b)-8:], uint64(len(d)))
	} else {
		w.b = w.order.AppendUint16(w.b, uint16(len(d)))
	}
	at := len(w.b)
	w.b = append(w.b, zeros(n*len(d)+w.wide())...)
	for i, t := range d {
		w.entry(at+n*i, t)
	}
	return at + n*len(d)
}

func (w *tiffWriter) entry(at int, t tag) {
	w.order.PutUint16(w.b[at:], uint16(t.id))
	w.order.PutUint16(w.b[at+2:], uint16(t.typ))
	data, count := w.value(t)
	slot := at + 4 + w.wide()
	switch v := t.value.(type) {
	case ifd:
		w.order.PutUint32(w.b[slot:], uint32(len(w.b)))
		w.offset(at+4, 1)
		w.dir(v)
		return
	case dirs:
		list := len(w.b)
		w.b = append(w.b, zeros(4*len(v))...)
		for i, d := range v {
			w.offset(list+4*i, len(w.b))
			w.dir(d)
		}
		w.offset(slot, list)
		w.offset(at+4, len(v))
		return
	case elsewhere:
		w.order.PutUint32(w.b[slot:], uint32(len(w.b)))
		data, count = nil, 1
		w.b = append(w.b, v...)
	case strips:
		for _, piece := range v {
			data = w.order.AppendUint32(data, uint32(len(w.b)))
			if w.b = append(w.b, piece...); len(w.b)%2 == 1 {
				w.b = append(w.b, 0)
			}
		}
		count = len(v)
	}
	w.offset(at+4, count)
	if len(data) <= w.wide() {
		copy(w.b[slot:], data)
	} else {
		w.offset(slot, len(w.b))
		w.b = append(w.b, data...)
	}
	if len(w.b)%2 == 1 {
		w.b = append(w.b, 0)
	}
}

func (w *tiffWriter) value(t tag) (data []byte, count int) {
	switch v := t.value.(type) {
	case string:
		return append([]byte(v), 0), len(v) + 1
	case []byte:
		if t.typ == tDouble {
			return v, len(v) / 8
		}
		return v, len(v)
	case []int:
		for _, n := range v {
			if t.typ == tShort {
				data = w.order.AppendUint16(data, uint16(n))
			} else {
				data = w.order.AppendUint32(data, uint32(n))
			}
		}
		if t.typ == tRational || t.typ == tSRational {
			return data, len(v) / 2
		}
		return data, len(v)
	}
	return nil, 0
}
