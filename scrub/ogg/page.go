package ogg

import (
	"bytes"
	"encoding/binary"

	"untag/scrub"
	"untag/scrub/crc"
)

// Pages are what Ogg is made of, RFC 3533 section 6: a header, the lengths of the pieces
// ("lacing values") of which packets consist, and the pieces.
const (
	pageHead = 27
	crcAt    = 22 // of four bytes, little-endian
	most     = pageHead + 255 + 255*255
	sector   = 512
)

// Flags of a page.
const (
	continued = 1 << iota // its first piece goes on with a packet
	begins                // it is the first one of a stream
	ends                  // it is the last one of a stream
)

type page struct {
	off     int64
	head    int64 // length of the header
	size    int64
	flags   byte
	serial  uint32 // of the stream
	number  uint32 // in the stream
	granule uint64 // how many samples or frames there are up to its end
	lacing  []byte
	cut     bool // it ends behind the end of the file
	wrong   bool // its checksum is
	behind  bool // it is being changed behind a stub
	// believed tells that its lengths are right all the same.
	believed bool
}

func (p *page) end() int64 { return p.off + p.size }

// readPage reads the header of the page at off, nil if there is none.
func readPage(s *scrub.Scan, off int64) (*page, error) {
	b := make([]byte, min(s.Left(off), pageHead+255))
	if _, err := s.ReadAt(b, off); err != nil || len(b) < pageHead || string(b[:5]) != "OggS\x00" || b[5]&^(continued|begins|ends) != 0 {
		return nil, err
	}
	n := int(b[26])
	p := &page{off: off, head: int64(pageHead + n), flags: b[5], granule: binary.LittleEndian.Uint64(b[6:]), serial: binary.LittleEndian.Uint32(b[14:]), number: binary.LittleEndian.Uint32(b[18:])}
	if p.size = p.head; len(b) < int(p.head) {
		p.cut = true
		return p, nil
	}
	p.lacing = b[pageHead:p.head]
	for _, l := range p.lacing {
		p.size += int64(l)
	}
	p.cut = p.size > s.Left(off)
	return p, nil
}

// paged tells whether n bytes at off are as long as they would say if they were a page.
func (f *file) paged(off, n int64) (bool, error) {
	if n < pageHead || n > most {
		return false, nil
	}
	b := f.Get(off, int(min(n, pageHead+255)))
	size := int64(pageHead) + int64(b[pageHead-1])
	for _, l := range b[pageHead:min(size, int64(len(b)))] {
		size += int64(l)
	}
	return size == n, nil
}

// far tells whether a page is one of sound, and not near an end: it is not read where not
// all is looked at.
func (f *file) far(p *page) bool {
	const near = 1 << 20
	st := f.streams[p.serial]
	return !f.deep && st != nil && st.done && p.flags&begins == 0 && p.off > near && f.Left(p.off) > near
}

// check reads all of a page and tells whether its checksum is right.
func (f *file) check(p *page) error {
	if p.cut {
		p.wrong = true
		return nil
	}
	if f.buf == nil {
		f.buf = make([]byte, most)
	}
	b := f.buf[:p.size]
	f.held = p.off
	if _, err := f.ReadAt(b, p.off); err != nil {
		return err
	}
	is := binary.LittleEndian.Uint32(b[crcAt:])
	clear(b[crcAt : crcAt+4])
	p.wrong = crc.Ogg.Update(0, b) != is
	return nil
}

// search returns the first page from off on whose checksum is right, nil if there is none.
func (f *file) search(off int64) (*page, error) {
	for f.Left(off) >= pageHead {
		b := f.Get(off, int(min(f.Left(off), 64<<10)))
		for i := 0; ; i++ {
			n := bytes.Index(b[i:], []byte("OggS"))
			if n < 0 {
				break
			}
			i += n
			p, err := readPage(f.Scan, off+int64(i))
			if err == nil && p != nil {
				err = f.check(p)
			}
			if err != nil || p != nil && !p.wrong {
				return p, err
			}
		}
		if int64(len(b)) == f.Left(off) {
			return nil, nil
		}
		off += int64(len(b)) - 3
	}
	return nil, nil
}
