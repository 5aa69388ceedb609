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
	tUndefined = 7
)

// tag is one entry of an image file directory. Its value is a string (with a
// zero after it), []byte, []int or, for another directory or a picture that
// lies elsewhere, an ifd or elsewhere.
type tag struct {
	id, typ int
	value   any
}

type ifd []tag

// elsewhere is bytes that an entry points to.
type elsewhere []byte

// tiffWriter lays a TIFF out: each directory is followed by its values.
type tiffWriter struct {
	order byteOrder
	b     []byte
}

// tiff returns a TIFF with the directories as its chain, IFD0 first.
func tiff(order byteOrder, chain ...ifd) []byte {
	w := &tiffWriter{order: order}
	w.b = append(w.b, "MM"...)
	if order == byteOrder(binary.LittleEndian) {
		w.b = append(w.b[:0], "II"...)
	}
	w.b = order.AppendUint16(w.b, 42)
	link := len(w.b)
	w.b = order.AppendUint32(w.b, 0)
	for _, d := range chain {
		order.PutUint32(w.b[link:], uint32(len(w.b)))
		link = w.dir(d)
	}
	return w.b
}

// dir writes a directory and returns where its link to the next one is.
func (w *tiffWriter) dir(d ifd) (link int) {
	w.b = w.order.AppendUint16(w.b, uint16(len(d)))
	at := len(w.b)
	w.b = append(w.b, zeros(12*len(d)+4)...)
	for i, t := range d {
		w.entry(at+12*i, t)
	}
	return at + 12*len(d)
}

func (w *tiffWriter) entry(at int, t tag) {
	w.order.PutUint16(w.b[at:], uint16(t.id))
	w.order.PutUint16(w.b[at+2:], uint16(t.typ))
	data, count := w.value(t)
	switch v := t.value.(type) {
	case ifd:
		w.order.PutUint32(w.b[at+8:], uint32(len(w.b)))
		w.order.PutUint32(w.b[at+4:], 1)
		w.dir(v)
		return
	case elsewhere:
		w.order.PutUint32(w.b[at+8:], uint32(len(w.b)))
		data, count = nil, 1
		w.b = append(w.b, v...)
	}
	w.order.PutUint32(w.b[at+4:], uint32(count))
	if len(data) <= 4 {
		copy(w.b[at+8:], data)
	} else {
		w.order.PutUint32(w.b[at+8:], uint32(len(w.b)))
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
		return v, len(v)
	case []int:
		for _, n := range v {
			if t.typ == tShort {
				data = w.order.AppendUint16(data, uint16(n))
			} else {
				data = w.order.AppendUint32(data, uint32(n))
			}
		}
		if t.typ == tRational {
			return data, len(v) / 2
		}
		return data, len(v)
	}
	return nil, 0
}
