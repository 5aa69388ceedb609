package exif

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// Field is one entry of an IFD to be written.
type Field struct {
	Tag, Type uint16
	Count     uint32
	Data      []byte // the value in the order of the block
}

// Tree is a block to be written.
type Tree struct {
	Order                    appender
	IFD0, Exif, GPS, Interop []Field
}

func (t *Tree) add(name string, f Field) {
	switch name {
	case ifd0:
		t.IFD0 = append(t.IFD0, f)
	case exifIFD:
		t.Exif = append(t.Exif, f)
	case gpsIFD:
		t.GPS = append(t.GPS, f)
	}
}

// Bytes returns the block: nil if the tree is empty, 26 bytes if all it holds is
// the orientation.
func (t *Tree) Bytes() []byte {
	if len(t.IFD0)+len(t.Exif)+len(t.GPS)+len(t.Interop) == 0 {
		return nil
	}
	head := []byte("MM\x00*\x00\x00\x00\x08")
	if t.Order == appender(binary.LittleEndian) {
		head = []byte("II*\x00\x08\x00\x00\x00")
	}
	if len(t.Interop) > 0 {
		t.Exif = append(t.Exif, t.pointer(tagInterop))
	}
	if len(t.Exif) > 0 {
		t.IFD0 = append(t.IFD0, t.pointer(tagExif))
	}
	if len(t.GPS) > 0 {
		t.IFD0 = append(t.IFD0, t.pointer(tagGPS))
	}
	return t.lay(head)
}

func (t *Tree) pointer(tag uint16) Field { return Field{tag, 4, 1, make([]byte, 4)} }

// lay writes one IFD after the other, each followed by its values.
func (t *Tree) lay(out []byte) []byte {
	for _, fields := range [][]Field{t.IFD0, t.Exif, t.GPS, t.Interop} {
		sortFields(fields)
	}
	at := int64(len(out)) + size(t.IFD0)
	t.point(t.IFD0, tagExif, at)
	at += size(t.Exif)
	t.point(t.IFD0, tagGPS, at)
	at += size(t.GPS)
	t.point(t.Exif, tagInterop, at)
	for _, fields := range [][]Field{t.IFD0, t.Exif, t.GPS, t.Interop} {
		if len(fields) > 0 {
			out = appendIFD(out, t.Order, fields, 0, 0)
		}
	}
	return out
}

func (t *Tree) point(fields []Field, tag uint16, at int64) {
	for _, f := range fields {
		if f.Tag == tag && f.Type == 4 {
			t.Order.PutUint32(f.Data, uint32(at))
		}
	}
}

func sortFields(fields []Field) {
	slices.SortStableFunc(fields, func(a, b Field) int { return cmp.Compare(a.Tag, b.Tag) })
}

// size is how many bytes an IFD and its values take.
func size(fields []Field) int64 {
	if len(fields) == 0 {
		return 0
	}
	n := int64(2 + 12*len(fields) + 4)
	for _, f := range fields {
		if len(f.Data) > 4 {
			n += int64(len(f.Data)+1) &^ 1
		}
	}
	return n
}

// appendIFD appends an IFD whose offsets count from byte base of out.
func appendIFD(out []byte, order appender, fields []Field, base int, next uint32) []byte {
	values := len(out) - base + 2 + 12*len(fields) + 4
	var tail []byte
	out = order.AppendUint16(out, uint16(len(fields)))
	for _, f := range fields {
		out = order.AppendUint16(out, f.Tag)
		out = order.AppendUint16(out, f.Type)
		out = order.AppendUint32(out, f.Count)
		if len(f.Data) <= 4 {
			out = append(out, f.Data...)
			out = append(out, make([]byte, 4-len(f.Data))...)
			continue
		}
		out = order.AppendUint32(out, uint32(values+len(tail)))
		tail = append(tail, f.Data...)
		if len(f.Data)%2 == 1 {
			tail = append(tail, 0)
		}
	}
	out = order.AppendUint32(out, next)
	return append(out, tail...)
}
