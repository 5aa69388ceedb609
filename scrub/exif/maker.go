package exif

import (
	"encoding/binary"
	"fmt"
	"strings"

	"untag/scrub"
	"untag/scrub/tags"
)

// maker says how a vendor lays out its note: most are an IFD, after a header of
// the vendor's own and with offsets from the block's or from the note's start.
type maker struct {
	name  string // in the table of tags
	magic string // the note starts with it
	make  string // or Make starts with it, where the note has no header
	ifd   int64  // where the IFD starts in the note
	order int    // where a byte order mark (II, MM) stands in the note; -1: that of the block
	own   bool   // offsets count from base in the note, else from the block
	base  int64
}

// makers are those whose notes name a serial number, an owner or a place in the
// open. The layouts and tag numbers are those of ExifTool 13.58.
var makers = []maker{
	{name: "Apple", magic: "Apple iOS\x00", ifd: 14, order: 12, own: true},
	{name: "Nikon", magic: "Nikon\x00\x02", ifd: 18, order: 10, own: true, base: 10},
	{name: "Nikon", magic: "Nikon\x00\x01", ifd: 8, order: -1},
	{name: "Sony", magic: "SONY DSC \x00", ifd: 12, order: -1},
	{name: "Sony", magic: "SONY CAM \x00", ifd: 12, order: -1},
	{name: "Panasonic", magic: "Panasonic\x00", ifd: 12, order: -1},
	{name: "FujiFilm", magic: "FUJIFILM\x0c\x00\x00\x00", ifd: 12, order: -2, own: true},
	{name: "Olympus", magic: "OLYMPUS\x00", ifd: 12, order: 8, own: true},
	{name: "Olympus", magic: "OM SYSTEM\x00", ifd: 16, order: 12, own: true},
	{name: "Olympus", magic: "OLYMP\x00", ifd: 8, order: -1},
	{name: "Pentax", magic: "AOC\x00", ifd: 6, order: 4},
	{name: "Pentax", magic: "PENTAX \x00", ifd: 10, order: 8, own: true},
	{name: "Casio", magic: "QVC\x00", ifd: 6, order: -1},
	{name: "Ricoh", magic: "Ricoh\x00", ifd: 8, order: -1},
	{name: "Epson", magic: "EPSON\x00", ifd: 8, order: -1},
	{name: "Canon", make: "Canon", order: -1},
	{name: "Sony", make: "SONY", order: -1},
	{name: "Samsung", make: "SAMSUNG", order: -1, own: true},
	{name: "Casio", make: "CASIO", order: -1},
	{name: "Hasselblad", make: "HASSELBLAD", order: -1},
	{name: "Nikon", make: "NIKON", order: -1},
}

// Note is how a maker's note is laid out.
type Note struct {
	Name  string           // of the maker, as in the table of tags
	IFD   int64            // where the directory starts in the note
	Base  int64            // where in the note its offsets count from, -1 for the start of the block
	Order binary.ByteOrder // nil for that of the block
}

// Layout tells how a note is laid out that begins with head, in a picture of a maker.
func Layout(make string, head []byte) (n Note, ok bool) {
	for i := range makers {
		m := &makers[i]
		if !m.matches(head, make) {
			continue
		}
		n = Note{Name: m.name, IFD: m.ifd, Base: -1}
		if m.own {
			n.Base = m.base
		}
		if m.order == fujiOrder {
			n.Order = binary.LittleEndian
		} else if m.order >= 0 && len(head) >= m.order+2 {
			n.Order = markedOrder(string(head[m.order:m.order+2]), nil)
		}
		return n, true
	}
	return n, false
}

const fujiOrder = -2 // always little-endian

// makerNote reports the note as a whole and what is known inside.
func (r *reader) makerNote(e raw) {
	head := r.bytes(e.off, int(min(e.size, 24)))
	r.add(exifIFD, e, tags.Tag{ID: "MakerNote", Kind: scrub.MakerNote}, fmt.Sprintf("%d bytes", e.size))
	for i := range makers {
		if m := &makers[i]; m.matches(head, r.make) {
			r.makerIFD(m, e, head)
			return
		}
	}
}

func (m *maker) matches(head []byte, make string) bool {
	if m.magic != "" {
		return strings.HasPrefix(string(head), m.magic)
	}
	return strings.HasPrefix(strings.ToUpper(make), strings.ToUpper(m.make))
}

// makerIFD walks the IFD in a maker's note. What does not parse there is no
// sign of a broken block: notes are moved by editors that don't know them.
func (r *reader) makerIFD(m *maker, e raw, head []byte) {
	order, broken, others := r.order, r.block.Broken, r.block.Others
	defer func() { r.order, r.block.Broken, r.block.Others = order, broken, others }()
	if m.order == fujiOrder {
		r.order = binary.LittleEndian
	} else if m.order >= 0 && len(head) >= m.order+2 {
		r.order = markedOrder(string(head[m.order:m.order+2]), order)
	}
	base := int64(0)
	if m.own {
		base = e.off + m.base
	}
	entries, _ := r.directory(e.off+m.ifd, base)
	for _, v := range entries {
		if t, ok := known()[m.name][uint64(v.tag)]; ok {
			r.add(m.name, v, t, r.value(v))
		}
		if m.name == "Apple" && (v.tag == tagHeadroom || v.tag == tagGain) {
			r.appleHDR(v)
		}
	}
}

func markedOrder(mark string, otherwise binary.ByteOrder) binary.ByteOrder {
	switch mark {
	case "II":
		return binary.LittleEndian
	case "MM":
		return binary.BigEndian
	}
	return otherwise
}

// Apple's tags for the headroom of a gain map: one signed rational each.
const (
	tagHeadroom = 0x0021
	tagGain     = 0x0030
)

func (r *reader) appleHDR(e raw) {
	if e.kind != 10 || e.count != 1 || r.order != binary.BigEndian {
		return
	}
	if b := r.bytes(e.off, 8); b != nil {
		r.block.AppleHDR = append(r.block.AppleHDR, Field{e.tag, e.kind, 1, b})
	}
}
