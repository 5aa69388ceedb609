package ogg

import (
	"bytes"
	"encoding/binary"
	"slices"

	"untag/scrub"
	"untag/scrub/crc"
)

// The first page of comments that has them in more sectors than that of its checksum is
// changed behind a stub. First, a list of comments that is over soon is written into the
// first sector, so that all behind it only fills room. Then a page with no comments, to
// which belongs what follows the comments, is written into their last bytes. While the
// rest changes, the page's checksum is wrong, and readers, which search for the next page,
// find the stub; those that ask for no checksums find the list. The sector of the stub is
// written last, and with it the checksum is right again. So the old one is nowhere left:
// it would tell whether a guess at what went is right.

// stub is the page in a page.
type stub struct {
	b  []byte // without what follows the comments
	at int    // offset in the page
}

// stubOf returns the stub of a page that begins with comments, nil if it has no room for
// one that a single write makes.
func (f *file) stubOf(st *stream, p *page) (*stub, error) {
	if p.flags&(continued|begins) != 0 {
		return nil, nil
	}
	end, others := int(p.size), []byte(nil)
	if n := slices.IndexFunc(p.lacing, func(l byte) bool { return l < 255 }); n >= 0 {
		end, others = int(p.head)+255*n+int(p.lacing[n]), p.lacing[n+1:]
	}
	all := make([]byte, p.size)
	if _, err := f.ReadAt(all, p.off); err != nil {
		return nil, err
	}
	empty := st.empty()
	b := append(append(bytes.Clone(all[:pageHead]), byte(len(empty))), others...)
	b[pageHead-1] = byte(len(b) - pageHead)
	clear(b[crcAt : crcAt+4])
	b = append(b, empty...)
	binary.LittleEndian.PutUint32(b[crcAt:], crc.Ogg.Update(crc.Ogg.Update(0, b), all[end:]))
	s := &stub{b, end - len(b)}
	if within := s.at - ballast; end == int(p.size) && !p.together(within, end-1) {
		s.at = int((p.off+p.size)/sector*sector-p.off) - len(b)
	}
	if from := s.at - ballast; from < int(p.head) || p.sealed(from) || !p.together(from, s.at+len(b)-1) {
		return nil, nil
	}
	return s, nil
}

// together tells whether two bytes of a page lie in one sector.
func (p *page) together(a, b int) bool {
	return a >= 0 && (p.off+int64(a))/sector == (p.off+int64(b))/sector
}

// empty is a packet of no comments.
func (c *codec) empty() []byte {
	b := append([]byte(c.comment), make([]byte, 8)...)
	if c.framed {
		b = append(b, 1)
	}
	return b
}

// revived tells whether a page with a wrong checksum is one that an interrupted run left:
// its stub is there.
func (f *file) revived(p *page) (bool, error) {
	st := f.streams[p.serial]
	if st == nil || st.done || st.packets != 1 || p.cut {
		return false, nil
	}
	s, err := f.stubOf(st, p)
	if err != nil || s == nil {
		return false, err
	}
	b := f.Get(p.off+int64(s.at), len(s.b))
	return bytes.Equal(b, s.b), nil
}

// swap makes the comments in a packet's first page those that are wanted. First are those
// that are written first.
func (f *file) swap(p packet, first, want []byte, s *stub) error {
	pg, n := p.parts[0].page, int(p.parts[0].len)
	all := make([]byte, pg.size)
	if _, err := f.ReadAt(all, pg.off); err != nil {
		return err
	}
	if old := all[s.at-ballast : s.at+len(s.b)]; !pg.behind {
		f.change(p, 0, first, nil, scrub.Announce)
		if b := append(make([]byte, ballast), s.b...); !bytes.Equal(old[ballast:], s.b) {
			crc.Ogg.Settle(b, 0, crc.Ogg.Update(0, old))
			f.Put(scrub.Unlink, pg.off+int64(s.at-ballast), b)
		}
	}
	head := int(pg.head)
	from := max(head, int((pg.off+int64(s.at))/sector*sector-pg.off))
	to := min(head+n, int(sectorEnd(pg.off+int64(s.at))-pg.off))
	clear(all[crcAt : crcAt+4])
	copy(all[head:], want[:n])
	f.Put(scrub.Destroy, pg.off+crcAt, binary.LittleEndian.AppendUint32(nil, crc.Ogg.Update(0, all)))
	f.Put(scrub.Destroy, pg.off+pg.head, all[head:from])
	f.Put(scrub.Destroy, pg.off+int64(to), all[to:head+n])
	f.Put(scrub.Repair, pg.off+int64(from), all[from:to])
	return nil
}
