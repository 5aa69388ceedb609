package exif

import (
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"

	"untag/scrub"
	"untag/scrub/words"
)

// Keep says what of a block stays besides the orientation.
type Keep struct {
	Goes     func(scrub.Kind) bool // the policy; nil: everything goes
	AppleHDR bool                  // the picture's gain map needs Apple's tags
	Color    bool                  // the picture has no ICC profile, so that Adobe RGB is told here alone
	Shrunk   bool                  // there is no room for the resolution
	Told     bool                  // another block tells another orientation, and readers differ on which counts: the usual one or none is told too
}

// maxKept bounds a value that a policy keeps.
const maxKept = 1 << 10

// stays tells whether an entry is one that a policy may keep.
func (e *Entry) stays() bool {
	if e.IFD != ifd0 && e.IFD != exifIFD && e.IFD != gpsIFD || !e.Kind.Keepable() || e.Kind == scrub.Thumbnail {
		return false
	}
	return e.Len > 0 && e.Len <= maxKept && e.Len == typeSize[e.Type]*int64(e.Count)
}

// Reduce returns the block that takes the place of b: the orientation, the
// resolution, what the picture needs for its colours, and what k keeps; nil if
// that is nothing. What it returns reduces to itself.
func (b *Block) Reduce(src Source, k Keep) ([]byte, error) {
	var t Tree
	if k.Color && b.Interop == "R03" && b.ColorSpace == 0xFFFF {
		t.Exif = append(t.Exif, Field{tagColorSpace, 3, 1, []byte{0xFF, 0xFF}})
		t.Interop = append(t.Interop, Field{tagInteropIdx, 2, 4, []byte("R03\x00")})
	}
	if k.AppleHDR && len(b.AppleHDR) > 0 {
		note := appleNote(b.AppleHDR)
		t.Exif = append(t.Exif, Field{tagMakerNote, 7, uint32(len(note)), note})
	}
	t.Order = binary.BigEndian
	if k.Goes != nil {
		if err := b.keep(src, k.Goes, &t); err != nil {
			return nil, err
		}
	}
	if b.Oriented && b.Orientation <= 8 && (b.Orientation != 1 || k.Told) { // 0 is undefined: it stays so
		t.IFD0 = append(t.IFD0, Field{tagOrientation, b.orientedAs, 1, appendNumber(t.Order, b.orientedAs, b.Orientation)})
	}
	for _, r := range b.resolution {
		if !k.Shrunk {
			t.IFD0 = append(t.IFD0, r.field(t.Order))
		}
	}
	if out := t.Bytes(); out != nil || !k.Told || b.Order == nil {
		return out, nil
	}
	return appendIFD([]byte("MM\x00*\x00\x00\x00\x08"), t.Order, nil, 0, 0), nil
}

// appendNumber returns v as a value of a whole type.
func appendNumber(o appender, kind, v uint16) []byte {
	switch typeSize[kind] {
	case 1:
		return []byte{byte(v)}
	case 2:
		return o.AppendUint16(nil, v)
	}
	return o.AppendUint32(nil, uint32(v))
}

// appender is what both byte orders are.
type appender interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// keep adds the entries that stay, in the byte order that they are stored in.
func (b *Block) keep(src Source, goes func(scrub.Kind) bool, t *Tree) error {
	for i := range b.Entries {
		e := &b.Entries[i]
		if !e.stays() || goes(e.Kind) {
			continue
		}
		data, err := src.Bytes(e.Off, int(e.Len))
		if errors.Is(err, io.ErrUnexpectedEOF) {
			continue
		}
		if err != nil {
			return err
		}
		if e.Type == 2 && !words.Readable(strings.TrimRight(string(data), "\x00")) {
			continue
		}
		t.add(e.IFD, Field{e.Tag, e.Type, e.Count, data})
		if b.Order == binary.LittleEndian {
			t.Order = binary.LittleEndian
		}
	}
	return nil
}

// appleNote returns a maker note with nothing but the given tags.
func appleNote(fields []Field) []byte {
	const head = "Apple iOS\x00\x00\x01MM"
	fields = slices.Clone(fields)
	sortFields(fields)
	return appendIFD([]byte(head), binary.BigEndian, fields, 0, 0)
}
