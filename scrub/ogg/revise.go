package ogg

import (
	"bytes"
	"encoding/binary"

	"untag/scrub"
	"untag/scrub/crc"
)

// revision is what changes in a page.
type revision struct {
	*page
	old, b []byte // of the page, and as it will be
	free   []bool // bytes of it that may be any
	when   map[int64]scrub.Phase
}

// revision returns that of a page.
func (f *file) revision(p *page) *revision {
	for _, r := range f.changed {
		if r.page == p {
			return r
		}
	}
	r := &revision{page: p, old: make([]byte, p.size), free: make([]bool, p.size), when: map[int64]scrub.Phase{}}
	if _, err := f.ReadAt(r.old, p.off); err != nil {
		return nil // it was read before
	}
	r.b = bytes.Clone(r.old)
	f.changed = append(f.changed, r)
	return r
}

// change has bytes of a packet from off on become others in a phase. Those in the ranges
// free, of the packet, only fill room.
func (f *file) change(p packet, off int, want []byte, free []span, phase scrub.Phase) {
	p.pieces(off, len(want), func(pg *page, from, at, n int) {
		if bytes.Equal(p.b[from:from+n], want[from-off:from-off+n]) {
			return
		}
		if r := f.revision(pg); r != nil {
			copy(r.b[at:], want[from-off:from-off+n])
			for i := at; i < at+n; {
				sector := (pg.off + int64(i)) / sector
				if was := r.when[sector]; was == 0 || phase < was {
					r.when[sector] = phase
				}
				i += int(sectorEnd(pg.off+int64(i)) - pg.off - int64(i))
			}
		}
	})
	for _, s := range free {
		p.pieces(s.off, s.len, func(pg *page, _, at, n int) {
			for _, r := range f.changed {
				for i := at; r.page == pg && i < at+n; i++ {
					r.free[i] = true
				}
			}
		})
	}
}

// pieces visits the pieces of n bytes of a packet by the pages that hold them: from is an
// offset in the packet, at one in the page.
func (p *packet) pieces(off, n int, visit func(pg *page, from, at, n int)) {
	start := 0
	for _, x := range p.parts {
		from, to := max(off, start), min(off+n, start+int(x.len))
		if from < to {
			visit(x.page, from, int(x.off-x.page.off)+from-start, to-from)
		}
		start += int(x.len)
	}
}

func sectorEnd(off int64) int64 { return off/sector*sector + sector }

// sealed tells whether bytes of a page lie in the sector of its checksum: one write
// changes both then.
func (p *page) sealed(at int) bool {
	s := p.off + crcAt
	return s/sector == (s+3)/sector && s/sector == (p.off+int64(at))/sector
}

const ballast = 4 // bytes that keep a checksum right

// blank tells whether n bytes of a packet are zeros, but for what keeps checksums right.
func (f *file) blank(p packet, off, n int) bool {
	blank := true
	p.pieces(off, n, func(pg *page, from, at, n int) {
		for n > 0 {
			m := min(n, int(sectorEnd(pg.off+int64(at))-pg.off)-at)
			zeros := m
			if !pg.sealed(at) {
				zeros = max(0, m-ballast)
			}
			blank = blank && len(bytes.Trim(p.b[from:from+zeros], "\x00")) == 0
			from, at, n = from+m, at+m, n-m
		}
	})
	return blank
}

// front tells whether the first n bytes of a packet lie in the sector of a page's checksum.
func (f *file) front(p packet, n int) bool {
	x := p.parts[0]
	return int64(n) <= x.len && x.page.sealed(int(x.off-x.page.off)) && x.page.sealed(int(x.off-x.page.off)+n-1)
}

// revise makes the edits of pages: one in each sector, after which the page's checksum is
// as right as before.
func (f *file) revise() {
	for _, r := range f.changed {
		for at := 0; at < len(r.b); {
			end := min(len(r.b), int(sectorEnd(r.off+int64(at))-r.off))
			f.sector(r, at, end)
			at = end
		}
	}
	f.changed = nil
}

func (f *file) sector(r *revision, from, to int) {
	old, b := r.old[from:to], r.b[from:to]
	phase := r.when[(r.off+int64(from))/sector]
	switch at := r.room(from, to) - from; {
	case bytes.Equal(old, b):
		return
	case r.sealed(from):
		diff := make([]byte, to-from)
		for i := range diff {
			diff[i] = old[i] ^ b[i]
		}
		sum := r.b[crcAt : crcAt+4]
		delta := crc.Ogg.Zeros(crc.Ogg.Update(0, diff), len(r.b)-to)
		binary.LittleEndian.PutUint32(sum, binary.LittleEndian.Uint32(sum)^delta)
	case at < 0:
		f.Doubt("%d bytes at 0x%x stay, since their page could not be read any more if the drive stopped", to-from, r.off+int64(from))
		return
	default:
		copy(b[at:at+ballast], old[at:])
		if bytes.Equal(old, b) {
			return
		}
		crc.Ogg.Settle(b, at, crc.Ogg.Update(0, old))
	}
	for from < to && r.old[from] == r.b[from] {
		from++
	}
	for to > from && r.old[to-1] == r.b[to-1] {
		to--
	}
	f.Put(phase, r.off+int64(from), bytes.Clone(r.b[from:to]))
}

// room returns where the last free bytes between two offsets are that may keep a checksum
// right, -1 if there are none.
func (r *revision) room(from, to int) int {
	n := 0
	for i := to - 1; i >= from; i-- {
		if n++; !r.free[i] {
			n = 0
		}
		if n == ballast {
			return i
		}
	}
	return from - 1
}
