package bmff

import "untag/scrub"

// fragment is one moof box (8.8) while its tracks are read.
type fragment struct {
	box  box
	next int64 // where data goes on that has no offset of its own
}

// run is what a track fragment says of its samples.
type run struct {
	t    *track // nil where the movie box is missing or doesn't know the track
	id   uint32
	base int64 // that offsets of data count from
	size uint32
}

// trafBoxes stay in a track fragment.
var trafBoxes = map[string]bool{"tfhd": true, "tfdt": true, "trun": true, "senc": true, "saiz": true, "saio": true, "sbgp": true, "sgpd": true, "subs": true, "sdtp": true}

// fragmentUUIDs stay: sample encryption of PIFF, and the absolute times by which
// Smooth Streaming finds its fragments.
var fragmentUUIDs = map[string]bool{
	"\xa2\x39\x4f\x52\x5a\x9b\x4f\x14\xa2\x44\x6c\x42\x7c\x64\x8d\xf4": true,
	"\x6d\x1d\x9b\x05\x42\xd5\x44\xe6\x80\xe2\x14\x1d\xaf\xf7\x57\xb2": true,
	"\xd4\x80\x7e\xf2\xca\x39\x46\x95\x8e\x54\x26\xcb\x9e\x46\xa7\x9f": true,
}

// fragment claims a moof box and notes its samples. All of its structure has
// one place, so that a day of fragments stays a short map.
func (p *parser) fragment(b box) error {
	const place = "moof"
	p.fragments++
	f := &fragment{box: b, next: b.off}
	return p.inside(b, place, func(c box) error {
		switch c.typ {
		case "mfhd":
			p.keep(c, place)
		case "traf":
			return p.trackFragment(f, c, place)
		case "pssh":
			p.keep(c, place)
		case "free", "skip":
			return p.filler(c, place)
		default:
			return p.unknown(c, place+"/"+c.name())
		}
		return nil
	})
}

// trackFragment claims traf.
func (p *parser) trackFragment(f *fragment, b box, place string) error {
	r, err := p.readFragmentHeader(f, b)
	if err != nil {
		return err
	}
	if _, err := children(p.s, b.body(), b.end(), func(c box) error {
		switch c.typ {
		case "trun":
			return p.coverFragment(f, r, c)
		case "saio":
			return p.auxiliary(r, b, c)
		}
		return nil
	}); err != nil {
		return err
	}
	if r.t != nil && r.t.goes {
		// Before the track itself: a fragment of no known track would be doubted.
		p.s.Claim(b.off, b.len, scrub.Identify, place+"/traf")
		p.retire(b, scrub.Unlink, scrub.Repair)
		return nil
	}
	return p.inside(b, place, func(c box) error { return p.fragmentBox(c, place) })
}

func (p *parser) fragmentBox(b box, place string) error {
	switch {
	case trafBoxes[b.typ]:
		p.keep(b, place)
	case b.typ == "free" || b.typ == "skip":
		return p.filler(b, place)
	case b.typ == "uuid" && b.size() >= 16:
		id, err := p.s.Bytes(b.body(), 16)
		if err != nil {
			return err
		}
		if fragmentUUIDs[string(id)] {
			p.keep(b, place)
			return nil
		}
		return p.uuid(b, place+"/traf/uuid")
	default:
		p.drop(b, scrub.Unknown, place+"/traf/"+b.name(), "")
	}
	return nil
}

// readFragmentHeader reads tfhd (8.8.7).
func (p *parser) readFragmentHeader(f *fragment, b box) (*run, error) {
	r := &run{base: -1}
	_, err := children(p.s, b.body(), b.end(), func(c box) error {
		if c.typ != "tfhd" || r.base >= 0 {
			return nil
		}
		_, flags, err := fullHead(p.s, c)
		if err != nil {
			return err
		}
		h, err := p.s.Bytes(c.body(), int(min(c.size(), 40)))
		if err != nil {
			return err
		}
		return p.readFragmentFields(f, r, c, h[4:], flags)
	})
	if err == nil && r.base < 0 {
		err = p.s.Errorf(b.off, "box \"traf\" has no tfhd")
	}
	return r, err
}

func (p *parser) readFragmentFields(f *fragment, r *run, b box, h []byte, flags uint32) error {
	need := 4 + 8*(flags&1) + 4*(flags>>1&1) + 4*(flags>>3&1) + 4*(flags>>4&1)
	if uint32(len(h)) < need {
		return p.s.Errorf(b.off, "box \"tfhd\" has %d bytes, its flags ask for more", b.len)
	}
	r.id = be32(h)
	h = h[4:]
	if len(p.movies) > 0 {
		r.t = p.movies[0].track(r.id)
		r.size = p.movies[0].trex[r.id]
		if r.t == nil {
			p.distrust("a fragment belongs to a track that the movie box does not know")
		}
	}
	r.base = f.next
	switch {
	case flags&1 != 0:
		base := be64(h)
		if base > uint64(p.s.Size()) {
			return p.s.Errorf(b.off, "fragment's data at 0x%x lies beyond the end", base)
		}
		r.base, h = int64(base), h[8:]
	case flags&0x20000 != 0:
		r.base = f.box.off
	}
	if flags&2 != 0 {
		h = h[4:]
	}
	if flags&8 != 0 {
		h = h[4:]
	}
	if flags&0x10 != 0 {
		r.size = be32(h)
	}
	f.next = r.base
	return nil
}

// coverFragment notes the samples of one trun (8.8.8).
func (p *parser) coverFragment(f *fragment, r *run, b box) error {
	_, flags, err := fullHead(p.s, b)
	if err != nil {
		return err
	}
	width := 4 * int64(flags>>8&1+flags>>9&1+flags>>10&1+flags>>11&1)
	fields := 4*int64(flags&1) + 4*int64(flags>>2&1)
	if b.size() < 8+fields {
		return p.s.Errorf(b.off, "box \"trun\" has %d bytes, its flags ask for more", b.len)
	}
	h, err := p.s.Bytes(b.body()+4, int(4+fields))
	if err != nil {
		return err
	}
	count := int64(be32(h))
	table := column{r: p.s.Reader, off: b.body() + 8 + fields, n: count, width: width}
	if width > 0 && count > (b.end()-table.off)/width {
		return p.s.Errorf(b.off, "box \"trun\" says %d samples and has room for %d", count, (b.end()-table.off)/width)
	}
	off := f.next
	if flags&1 != 0 {
		off = r.base + int64(int32(be32(h[4:])))
	}
	if off < 0 || off > p.s.Size() {
		p.insist("samples lie beyond the end of the file")
		return nil
	}
	sizeAt := int64(-1)
	if flags&0x200 != 0 {
		sizeAt = 4 * int64(flags>>8&1)
	}
	f.next, err = p.coverSamples(r, &table, off, count, sizeAt)
	return err
}

// coverSamples notes count samples from off on and returns where they end. The
// size of each stands sizeAt bytes into its row of the table, if it has one.
func (p *parser) coverSamples(r *run, table *column, off, count, sizeAt int64) (end int64, err error) {
	looks := r.t != nil && !r.t.goes && !r.t.encrypted && r.t.codec.known()
	if sizeAt < 0 && !looks {
		n := times(count, int64(r.size), p.s.Size()+1)
		return min(off+n, p.s.Size()), p.coverFragmentRun(r, off, n)
	}
	end = off
	for i := range count {
		n := int64(r.size)
		if sizeAt >= 0 {
			row, err := table.row(i)
			if err != nil {
				return 0, err
			}
			n = int64(be32(row[sizeAt:]))
		}
		if n > p.s.Left(end) {
			p.distrust("samples lie beyond the end of the file")
			end = p.s.Size()
			break
		}
		if looks && (p.s.Deep() || i == 0 || i == count-1) {
			if _, err := p.frame(r.t, sample{i, end, n}); err != nil {
				return 0, err
			}
		}
		end += n
		if n == 0 && sizeAt < 0 {
			break
		}
	}
	return end, p.coverFragmentRun(r, off, end-off)
}

func (p *parser) coverFragmentRun(r *run, off, n int64) error {
	t := r.t
	if t == nil {
		t = &track{}
	}
	return p.coverRun(t, off, n)
}

// auxiliary protects the data of sample encryption that lies in mdat: saio
// tells where, saiz how much (8.7.8, 8.7.9). Where there is a senc box the data
// is in it, and writers do not agree on what the offset counts from.
func (p *parser) auxiliary(r *run, traf, saio box) error {
	total, err := p.auxiliarySize(traf)
	if err != nil || total == 0 {
		return err
	}
	version, flags, err := fullHead(p.s, saio)
	if err != nil {
		return err
	}
	width := int64(4)
	if version == 1 {
		width = 8
	}
	c, err := p.column(saio, 4+8*int64(flags&1), width)
	if err != nil || c.n == 0 {
		return err
	}
	off, err := c.number(0)
	if err != nil {
		return err
	}
	if off > p.s.Size()-r.base {
		return nil
	}
	off += r.base
	if off >= traf.off && off < traf.end() {
		return nil
	}
	if c.n > 1 {
		p.distrust("encryption data lies in several places")
	}
	return p.coverRun(&track{}, off, total)
}

// auxiliarySize returns the length of the data that is not in a senc box.
func (p *parser) auxiliarySize(traf box) (total int64, err error) {
	inside := false
	_, err = children(p.s, traf.body(), traf.end(), func(c box) error {
		if c.typ == "senc" {
			inside = true
		}
		if c.typ != "saiz" {
			return nil
		}
		_, flags, err := fullHead(p.s, c)
		if err != nil {
			return err
		}
		skip := 4 + 8*int64(flags&1)
		if c.size() < skip+5 {
			return p.s.Errorf(c.off, "box \"saiz\" has %d bytes, expected more", c.len)
		}
		h, err := p.s.Bytes(c.body()+skip, 5)
		if err != nil {
			return err
		}
		if h[0] != 0 {
			total = int64(h[0]) * int64(be32(h[1:]))
			return nil
		}
		sizes, err := p.column(c, skip+1, 1)
		if err != nil {
			return err
		}
		for i := range sizes.n {
			n, err := sizes.number(i)
			if err != nil {
				return err
			}
			total += n
		}
		return nil
	})
	if inside {
		total = 0
	}
	return total, err
}
