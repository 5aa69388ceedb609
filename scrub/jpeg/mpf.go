package jpeg

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"untag/scrub"
)

// mpfHeader is the length of "MPF" and a NUL; a TIFF structure follows, from
// which the offsets count (CIPA DC-007, 5.2).
const mpfHeader = 4

// Tags of the index IFD (CIPA DC-007, 5.2.3).
const (
	tagMPVersion = 0xB000
	tagMPImages  = 0xB001
	tagMPEntry   = 0xB002
	tagMPUIDs    = 0xB003
	tagMPFrames  = 0xB004
)

// mpIndex is what an MPF segment says.
type mpIndex struct {
	order   byteOrder
	entries []mpEntry
	fields  []mpField
	version string
	spare   []byte // marks the bytes of the payload that nothing accounts for
}

type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

type mpEntry struct {
	attribute  uint32
	size       uint32
	off        int64 // in the medium; that of entry 0 is the picture itself
	dependents int   // the higher one of the numbers of images that depend on it
	other      bool  // it leads to a picture that says that it is no gain map
}

// mpField is one entry of an IFD.
type mpField struct {
	tag, kind uint16
	count     uint32
	at, n     int // where the value lies in the TIFF structure
}

// maxImages bounds the images that are looked at.
const maxImages = 64

// readIndex reads the first MPF segment. What does not parse lists nothing.
func (c *cleaner) readIndex() {
	all := c.groups[famMPF]
	if len(all) == 0 || all[0].n < mpfHeader {
		return
	}
	b := c.Get(all[0].body(), int(all[0].n))
	if string(b[:mpfHeader]) != "MPF\x00" || !c.index.read(b[mpfHeader:]) {
		c.index = mpIndex{}
		return
	}
	base := all[0].body() + mpfHeader
	for i := range c.index.entries {
		if i > 0 {
			c.index.entries[i].off += base
		}
	}
}

// holdsTIFF tells whether what begins with head goes on like an index.
func holdsTIFF(head []byte) bool {
	return len(head) >= mpfHeader+4 && (string(head[mpfHeader:mpfHeader+4]) == "II*\x00" || string(head[mpfHeader:mpfHeader+4]) == "MM\x00*")
}

// read parses the index IFD and the attribute IFD that may follow.
func (x *mpIndex) read(b []byte) bool {
	if len(b) < 8 {
		return false
	}
	switch string(b[:4]) {
	case "II*\x00":
		x.order = binary.LittleEndian
	case "MM\x00*":
		x.order = binary.BigEndian
	default:
		return false
	}
	x.spare = bytes.Repeat([]byte{1}, len(b))
	clear(x.spare[:8])
	next, ok := x.ifd(b, int64(x.order.Uint32(b[4:])))
	if !ok || len(x.entries) < 2 {
		return false
	}
	if next != 0 {
		x.ifd(b, next)
	}
	return true
}

// ifd reads one IFD and returns the offset of the next one.
func (x *mpIndex) ifd(b []byte, off int64) (next int64, ok bool) {
	if off < 8 || off+2 > int64(len(b)) {
		return 0, false
	}
	n := int64(x.order.Uint16(b[off:]))
	end := off + 2 + 12*n + 4
	if end > int64(len(b)) {
		return 0, false
	}
	clear(x.spare[off:end])
	for at := off + 2; at < end-4; at += 12 {
		f, ok := x.field(b, at)
		if !ok {
			return 0, false
		}
		x.fields = append(x.fields, f)
		switch f.tag {
		case tagMPVersion:
			x.version = string(b[f.at : f.at+f.n])
		case tagMPEntry:
			x.list(b[f.at : f.at+f.n])
		}
	}
	return int64(x.order.Uint32(b[end-4:])), true
}

// field reads one entry of an IFD. Its value is accounted for, whatever it is.
func (x *mpIndex) field(b []byte, at int64) (f mpField, ok bool) {
	f = mpField{tag: x.order.Uint16(b[at:]), kind: x.order.Uint16(b[at+2:]), count: x.order.Uint32(b[at+4:])}
	size := map[uint16]int64{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 8: 2, 9: 4, 10: 8}[f.kind]
	n, off := size*int64(f.count), at+8
	if n > 4 {
		off = int64(x.order.Uint32(b[at+8:]))
	}
	if n == 0 || off > int64(len(b)) || n > int64(len(b))-off {
		return f, false
	}
	f.at, f.n = int(off), int(n)
	if f.tag != tagMPUIDs {
		clear(x.spare[off : off+n])
	}
	return f, true
}

// list reads the MP entries, 16 bytes each.
func (x *mpIndex) list(b []byte) {
	for ; len(b) >= 16 && len(x.entries) < maxImages; b = b[16:] {
		x.entries = append(x.entries, mpEntry{attribute: x.order.Uint32(b), size: x.order.Uint32(b[4:]), off: int64(x.order.Uint32(b[8:])),
			dependents: int(max(x.order.Uint16(b[12:]), x.order.Uint16(b[14:])))})
	}
}

// Type codes of an image: the low 24 bits of its attribute (table 4).
const (
	typeMask     = 0xFFFFFF
	typeView     = 0x020000 // panorama, disparity, multi-angle
	typeViewMask = 0xFF0000
	typeGainMap  = 0x050000
)

// isView tells whether image i is one of several views that make the picture.
// Then the first one is a view too; some phones list another lens's picture as
// a view of an ordinary one.
func (x *mpIndex) isView(i int) bool {
	return x.entries[i].plain()&typeViewMask == typeView && x.entries[0].plain()&typeViewMask == typeView
}

// mayBeMap tells whether the type of image i is one that gain maps are listed as.
func (x *mpIndex) mayBeMap(i int) bool {
	kind := x.entries[i].attribute & typeMask
	return kind == 0 || kind == typeGainMap
}

// mpf takes the index down to the pictures that stay.
func (c *cleaner) mpf() error {
	all := c.groups[famMPF]
	if len(all) == 0 {
		return nil
	}
	delete(c.groups, famMPF)
	listed, err := c.mpfFirst(all[0])
	if err != nil {
		return err
	}
	if listed {
		all = all[1:]
	}
	for _, g := range all {
		c.Gone(scrub.Finding{Kind: scrub.Unknown, Place: famMPF, Off: g.off, Len: 4 + g.n, Value: fmt.Sprintf("%d bytes", g.n)})
		c.removeIn(scrub.Unlink, g)
	}
	return nil
}

// mpfFirst keeps the index if pictures that stay are to be found by it. It
// reports whether it did.
func (c *cleaner) mpfFirst(g segment) (bool, error) {
	if c.lacks || c.tailStays || c.pic.damage != "" { // behind damage are pictures, perhaps, that are found by it
		if c.index.entries == nil {
			c.Claim(g.off, 4+g.n, scrub.Identify, famMPF)
			return true, nil
		}
		return true, c.mpfScrub(g)
	}
	if len(c.kept) == 0 {
		return false, nil
	}
	if c.listsKept() {
		return true, c.mpfScrub(g)
	}
	if !holdsIndex(g, len(c.kept)+1) { // they are found without it
		return false, nil
	}
	if c.replace(scrub.Unlink, g, c.newIndex(g), scrub.Render) {
		c.Gone(scrub.Finding{Kind: scrub.ID, Place: famMPF, Off: g.off, Len: 4 + g.n, Value: fmt.Sprintf("%d images", len(c.index.entries))})
	}
	return true, nil
}

// listsKept tells whether the index leads to the pictures that stay, and says
// nothing else.
func (c *cleaner) listsKept() bool {
	return len(c.kept)+1 == len(c.index.entries) && c.allListed() && c.plainIndex()
}

// indexHolds tells whether there is an index, with room for a new one of n images.
func (c *cleaner) indexHolds(n int) bool {
	all := c.groups[famMPF]
	return len(all) > 0 && holdsIndex(all[0], n)
}

func holdsIndex(g segment, n int) bool { return g.n >= mpfHeader+8+2+3*12+4+16*int64(n) }

// cramped tells whether pictures that stay could not be found any more by the
// index that there is room for.
func (c *cleaner) cramped() bool {
	if len(c.kept) == 0 || c.listsKept() || c.indexHolds(len(c.kept)+1) {
		return false
	}
	return c.gainMap == nil || len(c.kept) > 1 || !c.tellsOfMap()
}

func (c *cleaner) allListed() bool {
	for _, r := range c.kept {
		if r.entry == 0 {
			return false
		}
	}
	return true
}

// Types of values.
const (
	asLong      = 4
	asRational  = 5
	asUndefined = 7
	asSigned    = 10
)

// mpSingles are the fields of one value each: how many pictures, and of the
// attributes (5.2.4) those that say how the views go together.
var mpSingles = map[uint16]uint16{
	tagMPImages: asLong, tagMPFrames: asLong, 0xB101: asLong, 0xB201: asLong, 0xB202: asRational, 0xB203: asRational, 0xB204: asLong,
	0xB205: asSigned, 0xB206: asRational, 0xB207: asSigned, 0xB208: asSigned, 0xB209: asSigned, 0xB20A: asSigned, 0xB20B: asSigned,
	0xB20C: asSigned, 0xB20D: asSigned,
}

// plainIndex tells whether all that the segment holds is known.
func (c *cleaner) plainIndex() bool {
	seen := map[uint16]bool{}
	for _, f := range c.index.fields {
		plain := f.count == 1 && mpSingles[f.tag] == f.kind
		switch f.tag {
		case tagMPVersion:
			plain = f.kind == asUndefined && f.count == 4 && c.index.version == "0100"
		case tagMPEntry:
			plain = f.kind == asUndefined && int(f.count) == 16*len(c.index.entries)
		case tagMPUIDs:
			plain = true // blanked
		}
		if !plain || seen[f.tag] {
			return false
		}
		seen[f.tag] = true
	}
	for _, e := range c.index.entries {
		if e.attribute != e.plain() || e.dependents > len(c.index.entries) {
			return false
		}
	}
	return true
}

// plain returns the attribute of an image without what has no meaning.
func (e mpEntry) plain() uint32 {
	const flags = 0xE0000000 // reserved bits and those of the format follow, which is 0 for JPEG
	switch kind := e.attribute & typeMask; kind {
	case 0, 0x010001, 0x010002, 0x010003, 0x010004, 0x010005, 0x020001, 0x020002, 0x020003, 0x030000, 0x040000, typeGainMap:
		return e.attribute & (flags | typeMask)
	}
	return e.attribute & flags
}

// mpfScrub blanks the list of unique identifiers and all that no field
// accounts for. Nothing moves.
func (c *cleaner) mpfScrub(g segment) error {
	base := g.body() + mpfHeader
	c.Claim(g.off, 4+mpfHeader, scrub.Structure, famMPF)
	spare := c.index.spare
	for at := 0; at < len(spare); {
		end := at + 1
		for end < len(spare) && spare[end] == spare[at] {
			end++
		}
		if spare[at] == 0 {
			c.Claim(base+int64(at), int64(end-at), scrub.Structure, famMPF)
		} else if err := c.Blank(base+int64(at), int64(end-at), 0, scrub.ID, famMPF+"/ImageUIDList"); err != nil {
			return err
		}
		at = end
	}
	return nil
}

// newIndex writes an index of the pictures that stay.
func (c *cleaner) newIndex(g segment) []byte {
	o := c.index.order
	if o == nil {
		o = binary.BigEndian
	}
	n := len(c.kept) + 1
	b := []byte("MPF\x00")
	if o == byteOrder(binary.LittleEndian) {
		b = append(b, "II*\x00"...)
	} else {
		b = append(b, "MM\x00*"...)
	}
	b = o.AppendUint32(b, 8)
	b = o.AppendUint16(b, 3)
	b = append(mpField{tagMPVersion, 7, 4, 0, 0}.append(b, o), "0100"...)
	b = o.AppendUint32(mpField{tagMPImages, 4, 1, 0, 0}.append(b, o), uint32(n))
	b = o.AppendUint32(mpField{tagMPEntry, 7, uint32(16 * n), 0, 0}.append(b, o), 8+2+3*12+4)
	b = o.AppendUint32(b, 0)
	b = c.attribute(0).append(b, o, 0, c.pic.end-c.pic.off)
	for _, r := range c.kept {
		e := mpEntry{}
		if r.entry > 0 {
			e = c.attribute(r.entry)
		}
		b = e.append(b, o, r.off-g.body()-mpfHeader, r.end-r.off)
	}
	return b
}

func (f mpField) append(b []byte, o byteOrder) []byte {
	return o.AppendUint32(o.AppendUint16(o.AppendUint16(b, f.tag), f.kind), f.count)
}

// attribute returns what the old index says of an image.
func (c *cleaner) attribute(entry int) mpEntry {
	if entry < len(c.index.entries) {
		return mpEntry{attribute: c.index.entries[entry].plain()}
	}
	return mpEntry{}
}

func (e mpEntry) append(b []byte, o byteOrder, off, n int64) []byte {
	b = o.AppendUint32(b, e.attribute)
	b = o.AppendUint32(b, uint32(n))
	b = o.AppendUint32(b, uint32(off))
	return o.AppendUint32(b, 0) // no image depends on another
}
