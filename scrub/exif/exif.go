// Package exif reads what a block of EXIF gives away and writes the little of
// it that may stay. A block is a TIFF file without a picture (Exif 3.0, 4.5); it
// occurs in JPEG, PNG, WebP, HEIF and others.
//
// [Read] walks a block, [Block.Report] tells what it says, and [Block.Reduce]
// returns the block that takes its place.
package exif

import (
	"encoding/binary"
	"errors"
	"io"

	"untag/scrub"
)

// Source is what a block is read from; [scrub.Reader] is one.
type Source interface {
	Size() int64
	Bytes(off int64, n int) ([]byte, error)
}

// Memory is a block of EXIF that has been read.
type Memory []byte

// Size implements [Source].
func (m Memory) Size() int64 { return int64(len(m)) }

// Bytes implements [Source].
func (m Memory) Bytes(off int64, n int) ([]byte, error) {
	if off < 0 || n < 0 || off > int64(len(m)) || n > len(m)-int(off) {
		return nil, io.ErrUnexpectedEOF
	}
	return m[off : off+int64(n)], nil
}

// Block is what a block of EXIF says.
type Block struct {
	Order       binary.ByteOrder // nil if there is no TIFF header
	Oriented    bool             // IFD0 tells an orientation
	Orientation uint16           // of IFD0: 1 to 8; 0 and more are undefined
	orientedAs  uint16           // its type: SHORT, but for careless writers
	resolution  []resolution     // of IFD0: how large the picture is printed and shown on paper
	ColorSpace  uint16           // 0 if it is not told
	Interop     string           // interoperability index: R03 with ColorSpace 0xFFFF is Adobe RGB (DCF 2.0)
	AppleHDR    []Field          // Apple's maker note tags 0x21 and 0x30, from which viewers compute the headroom of a gain map
	Entries     []Entry          // what identifies, describes or holds a picture
	Silent      []scrub.Range    // values of such entries that say nothing
	Others      int              // entries that are none of these, or unknown
	Broken      string           // why reading stopped early; empty if it did not
}

// Entry is one entry of an IFD that gives something away.
type Entry struct {
	IFD      string // IFD0, IFD1, ExifIFD, GPS, or the maker
	Tag      uint16
	Type     uint16
	Count    uint32
	Off, Len int64 // the value in the block
	Name     string
	Kind     scrub.Kind
	Value    string // decoded, as far as a report needs it
}

// Names of the image file directories.
const (
	ifd0    = "IFD0"
	ifd1    = "IFD1"
	exifIFD = "ExifIFD"
	gpsIFD  = "GPS"
	interop = "InteropIFD"
)

// Bounds that no camera's block comes near.
const (
	maxEntries = 4096
	maxIFDs    = 32
)

// Read walks the block in src. What does not parse is told by Broken; an error
// is one of reading.
func Read(src Source) (*Block, error) {
	r := &reader{src: src, block: &Block{}, seen: map[int64]bool{}}
	head := r.bytes(0, 8)
	if head == nil {
		return r.done("no TIFF header")
	}
	order, ok := byteOrder(head)
	if !ok {
		return r.done("no TIFF header")
	}
	r.order, r.block.Order = order, order
	next := r.ifd(ifd0, int64(order.Uint32(head[4:])))
	for n := 0; next != 0 && n < maxIFDs; n++ {
		next = r.ifd(ifd1, next)
	}
	return r.done("")
}

func byteOrder(head []byte) (binary.ByteOrder, bool) {
	switch string(head[:4]) {
	case "II*\x00":
		return binary.LittleEndian, true
	case "MM\x00*":
		return binary.BigEndian, true
	}
	return nil, false
}

// reader walks one block.
type reader struct {
	src   Source
	order binary.ByteOrder
	block *Block
	seen  map[int64]bool // offsets of IFDs: a cycle is walked once
	count int            // entries so far
	make  string         // of IFD0: says how the maker note is laid out
	err   error
}

func (r *reader) done(broken string) (*Block, error) {
	if broken != "" {
		r.broken(broken)
	}
	return r.block, r.err
}

func (r *reader) broken(why string) {
	if r.block.Broken == "" {
		r.block.Broken = why
	}
}

// bytes returns n bytes at off, or nil if the block does not hold them or can't
// be read.
func (r *reader) bytes(off int64, n int) []byte {
	if r.err != nil || off < 0 || n < 0 || off > r.src.Size() || int64(n) > r.src.Size()-off {
		return nil
	}
	b, err := r.src.Bytes(off, n)
	if err != nil {
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			r.err = err
		}
		return nil
	}
	return b
}

// raw is one entry as it is stored.
type raw struct {
	tag, kind uint16
	count     uint32
	off, size int64 // the value
	inline    []byte
}

// ifd walks the image file directory at off and returns the offset of the next
// one, or 0.
func (r *reader) ifd(name string, off int64) (next int64) {
	entries, next := r.directory(off, 0)
	for _, e := range entries {
		r.entry(name, e)
	}
	return next
}

// directory returns the entries of the IFD at off, whose offsets count from base.
func (r *reader) directory(off, base int64) (out []raw, next int64) {
	if off <= 0 || r.seen[off] || len(r.seen) >= maxIFDs {
		r.broken("an IFD leads nowhere")
		return nil, 0
	}
	r.seen[off] = true
	b := r.bytes(off, 2)
	if b == nil {
		r.broken("an IFD lies outside the block")
		return nil, 0
	}
	n := int(r.order.Uint16(b))
	if room := (r.src.Size() - off - 2) / 12; int64(n) > room {
		r.broken("an IFD is longer than the block")
		n = int(room)
	}
	if n > maxEntries-r.count {
		r.broken("too many entries")
		n = maxEntries - r.count
	}
	r.count += n
	b = r.bytes(off+2, n*12)
	for ; len(b) >= 12; b = b[12:] {
		out = append(out, r.raw(b[:12], base, off+2+int64(n*12-len(b))))
	}
	if b := r.bytes(off+2+int64(n)*12, 4); b != nil {
		next = int64(r.order.Uint32(b))
	}
	return out, next
}

// typeSize is the length of one value of each TIFF type (TIFF 6.0, section 2).
var typeSize = [...]int64{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 129: 1}

func (r *reader) raw(b []byte, base, at int64) raw {
	e := raw{tag: r.order.Uint16(b), kind: r.order.Uint16(b[2:]), count: r.order.Uint32(b[4:])}
	if int(e.kind) < len(typeSize) {
		e.size = typeSize[e.kind] * int64(e.count)
	}
	e.off, e.inline = at+8, b[8:12]
	if e.size > 4 {
		e.off = base + int64(r.order.Uint32(b[8:]))
	}
	if e.off > r.src.Size() || e.size > r.src.Size()-e.off {
		r.broken("a value lies outside the block")
		e.size = max(0, r.src.Size()-e.off)
	}
	return e
}

// pointer is the offset that an entry holds, 0 if it holds none.
func (r *reader) pointer(e raw) int64 {
	if e.kind != 4 && e.kind != 13 || e.count != 1 {
		return 0
	}
	return int64(r.order.Uint32(e.inline))
}

// number is the first value of an entry of a whole type.
func (r *reader) number(e raw) uint32 {
	if e.count == 0 || e.size < typeSize[min(int(e.kind), len(typeSize)-1)] || e.size > 4 {
		return 0
	}
	switch e.kind {
	case 1, 6, 7:
		return uint32(e.inline[0])
	case 3, 8:
		return uint32(r.order.Uint16(e.inline))
	case 4, 9:
		return r.order.Uint32(e.inline)
	}
	return 0
}
