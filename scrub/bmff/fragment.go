package bmff

import (
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/codec"
)

// fragment is one moof box (8.8) while its tracks are read.
type fragment struct {
	box      box.Box
	next     int64 // where data goes on that has no offset of its own
	nextGoes bool  // that is counted from the data of a track that goes
}

// run is what a track fragment says of its samples.
type run struct {
	t        *track // nil where the movie box is missing or doesn't know the track
	id       uint32
	base     int64 // that offsets of data count from
	size     uint32
	duration uint32
	samples  int64 // in all runs
	groups   groups
	headed   bool // its tfhd was claimed, of which there is one
	timed    bool // and its tfdt
	runs     int
	empty    bool // says itself that it has none
}

func (r *run) goes() bool { return r.t != nil && r.t.goes }

// fragmentUUIDs stay: sample encryption of PIFF, where there is encryption, and the
// absolute times by which Smooth Streaming finds its fragments, with the most
// bytes that those take.
var fragmentUUIDs = map[string]int64{
	"\xa2\x39\x4f\x52\x5a\x9b\x4f\x14\xa2\x44\x6c\x42\x7c\x64\x8d\xf4": 0,
	"\x6d\x1d\x9b\x05\x42\xd5\x44\xe6\x80\xe2\x14\x1d\xaf\xf7\x57\xb2": 16 + 20,
	"\xd4\x80\x7e\xf2\xca\x39\x46\x95\x8e\x54\x26\xcb\x9e\x46\xa7\x9f": 16 + 5 + 16*255,
}

// fragment claims a moof box and notes its samples. All of its structure has
// one place, so that a day of fragments stays a short map.
func (p *parser) fragment(b box.Box) error {
	const place = "moof"
	p.fragments++
	f := &fragment{box: b, next: b.Off}
	return p.Inside(b, place, func(c box.Box) error {
		switch c.Type {
		case "mfhd":
			return p.shaped(c, place)
		case "traf":
			return p.trackFragment(f, c, place)
		case "pssh":
			return p.fragmentProtection(c, place)
		case "free":
			return p.Filler(c, place)
		case vacant:
			return p.vacantFragment(f, c, place)
		default:
			return p.unknown(c, place+"/"+c.Name())
		}
	})
}

// vacant is the type that track fragments get on their way to free: of free space,
// and another one than all else gets, so that an interrupted run is known by it.
const vacant = "skip"

// vacantFragment claims free space. What was a track fragment tells of its
// track, and is blanked after that has gone.
func (p *parser) vacantFragment(f *fragment, b box.Box, place string) error {
	vacated, err := p.vacated(b)
	if err != nil {
		return err
	}
	if !vacated {
		return p.Filler(b, place)
	}
	was, distrusts := *f, p.Distrusts // the samples may not have gone yet
	if r, err := p.readFragmentHeader(&was, b); err == nil && r.goes() {
		if err := p.readRuns(&was, r, b); err != nil && !box.Damaged(err) {
			return err
		}
	}
	p.Distrusts = distrusts
	p.Claim(b.Off, b.Len, scrub.Identify, place)
	if p.Found(scrub.Finding{Kind: scrub.Hidden, Place: place, Off: b.Body(), Len: b.Size()}) {
		p.Retire(b, scrub.Repair, scrub.Repair)
	}
	return nil
}

// vacated tells whether a vacant box still holds its track fragment.
func (p *parser) vacated(b box.Box) (ok bool, err error) {
	_, err = p.Children(b.Body(), b.End(), func(c box.Box) error {
		ok = ok || c.Type == "tfhd" && c.Size() >= 8
		return nil
	})
	return ok, box.IgnoreDamage(err)
}

// trackFragment claims traf.
func (p *parser) trackFragment(f *fragment, b box.Box, place string) error {
	next := f.next
	r, err := p.readFragmentHeader(f, b)
	if err != nil {
		return err
	}
	if err := p.readRuns(f, r, b); err != nil {
		return err
	}
	if r.runs == 0 && !r.empty {
		p.Insist("a fragment of a track has no run of samples")
	}
	f.nextGoes = r.goes() && (f.nextGoes || f.next != next)
	if r.goes() {
		// Before the track itself: a fragment of no known track would be doubted.
		p.Claim(b.Off, b.Len, scrub.Identify, place+"/traf")
		p.Put(scrub.Unlink, b.Off+4, []byte(vacant))
		p.Retire(b, scrub.Repair, scrub.Repair)
		return nil
	}
	if r.t != nil {
		r.groups.outer = &r.t.groups
	}
	if err := p.readGroups(&r.groups, b, r.samples); err != nil {
		return err
	}
	return p.Inside(b, place, func(c box.Box) error { return p.fragmentBox(r, c, place) })
}

// readRuns notes the samples of a track fragment.
func (p *parser) readRuns(f *fragment, r *run, b box.Box) error {
	_, err := p.Children(b.Body(), b.End(), func(c box.Box) error {
		switch c.Type {
		case "trun":
			return p.coverFragment(f, r, c)
		case "saio":
			if r.t == nil || r.t.encrypted {
				return p.auxiliary(r, b, c)
			}
		}
		return nil
	})
	return err
}

func (p *parser) fragmentBox(r *run, b box.Box, place string) error {
	switch {
	case b.Type == "tfdt" && !r.timed:
		r.timed = true
		return p.moment(r, b, place)
	case b.Type == "tfhd" && !r.headed:
		r.headed = true
		return p.fragmentHeader(b, place)
	case b.Type == "trun":
		return p.fragmentRun(b, place)
	case b.Type == "sdtp":
		return p.dependencies(b, r.samples, place)
	case b.Type == "free" || b.Type == "skip":
		return p.Filler(b, place)
	case b.Type == "uuid" && b.Size() >= 16:
		id, err := p.Bytes(b.Body(), 16)
		if err != nil {
			return err
		}
		if n, ok := fragmentUUIDs[string(id)]; ok && (n > 0 || r.t == nil || r.t.encrypted) {
			return p.fragmentUUID(b, n, place)
		}
		return p.uuid(b, place+"/traf/uuid")
	default:
		return p.sampleProperty(r.t, &r.groups, b, place+"/traf/"+b.Name())
	}
}

// fragmentProtection is protection for a moof box.
func (p *parser) fragmentProtection(b box.Box, place string) error {
	if len(p.movies) > 0 {
		return p.protection(p.movies[0], b, place)
	}
	return p.keySystem(b, place)
}

// fragmentUUID claims a user type that stays; those of Smooth Streaming have n
// bytes at the most.
func (p *parser) fragmentUUID(b box.Box, n int64, place string) error {
	if n == 0 || b.Size() <= n {
		p.Keep(b, place)
		return nil
	}
	p.Claim(b.Off, b.Head+n, scrub.Structure, place)
	return p.Slack(b, b.Body()+n, place)
}

// decodeTime claims tfdt (8.8.12): 64 bits hold more than ten thousand years.
func (p *parser) decodeTime(b box.Box, place string) error {
	return p.FormedBox(b, func(f *box.Fields) {
		version := f.UpTo(8, 1)
		f.Zero(24)
		f.UpTo(32+32*int(version), 1<<58)
	}, place)
}

// fragmentHeader claims tfhd.
func (p *parser) fragmentHeader(b box.Box, place string) error {
	_, flags, err := box.FullHead(p.Scan, b)
	if err != nil {
		return err
	}
	n := int64(8)
	for bit, size := range map[int]int64{0: 8, 1: 4, 3: 4, 4: 4, 5: 4} {
		n += int64(flags>>bit&1) * size
	}
	return p.Sized(b, n, 0x03003b, place)
}

// fragmentRun claims trun, which coverFragment has read.
func (p *parser) fragmentRun(b box.Box, place string) error {
	_, flags, err := box.FullHead(p.Scan, b)
	if err != nil {
		return err
	}
	fields, width := runLayout(flags)
	c, err := p.Column(b, 4, 1)
	if err != nil && width > 0 {
		return err
	}
	n := 8 + fields
	if width > 0 {
		n += c.N * width
	}
	return p.Sized(b, n, 0x000f05, place)
}

// runLayout returns the length of the optional fields of trun and of each row.
func runLayout(flags uint32) (fields, width int64) {
	return 4*int64(flags&1) + 4*int64(flags>>2&1), 4 * int64(flags>>8&1+flags>>9&1+flags>>10&1+flags>>11&1)
}

// readFragmentHeader reads tfhd (8.8.7).
func (p *parser) readFragmentHeader(f *fragment, b box.Box) (*run, error) {
	r := &run{base: -1}
	_, err := p.Children(b.Body(), b.End(), func(c box.Box) error {
		if c.Type != "tfhd" || r.base >= 0 {
			return nil
		}
		_, flags, err := box.FullHead(p.Scan, c)
		if err != nil {
			return err
		}
		h, err := p.Bytes(c.Body(), int(min(c.Size(), 40)))
		if err != nil {
			return err
		}
		return p.readFragmentFields(f, r, c, h[4:], flags)
	})
	if err == nil && r.base < 0 {
		err = p.Errorf(b.Off, "box \"traf\" has no tfhd")
	}
	return r, err
}

func (p *parser) readFragmentFields(f *fragment, r *run, b box.Box, h []byte, flags uint32) error {
	need := 4 + 8*(flags&1) + 4*(flags>>1&1) + 4*(flags>>3&1) + 4*(flags>>4&1)
	if uint32(len(h)) < need {
		return p.Errorf(b.Off, "box \"tfhd\" has %d bytes, its flags ask for more", b.Len)
	}
	r.id, r.empty = box.Uint32(h), flags&0x10000 != 0
	h = h[4:]
	if len(p.movies) > 0 {
		r.t = p.movies[0].track(r.id)
		r.size, r.duration = p.movies[0].trex[r.id].size, p.movies[0].trex[r.id].duration
		if r.t == nil {
			p.Distrust("a fragment belongs to a track that the movie box does not know")
		}
	}
	r.base = f.next
	switch {
	case flags&1 != 0:
		base := box.Uint64(h)
		if base > uint64(p.Size()) {
			return p.Errorf(b.Off, "fragment's data at 0x%x lies beyond the end", base)
		}
		r.base, h = int64(base), h[8:]
	case flags&0x20000 != 0:
		r.base = f.box.Off
	case f.nextGoes && !r.goes():
		return p.Errorf(b.Off, "fragment's data has its place from that of a track that goes")
	}
	if flags&2 != 0 {
		h = h[4:]
	}
	if flags&8 != 0 {
		r.duration, h = box.Uint32(h), h[4:]
	}
	if flags&0x10 != 0 {
		r.size = box.Uint32(h)
	}
	f.next = r.base
	return nil
}

// fragmentRunOf is one trun (8.8.8) while its samples are read.
type fragmentRunOf struct {
	*run
	table      box.Column
	off, count int64 // of the first sample, and how many there are
	last       int64 // where the last one lies, once they were visited
	sizeAt     int64 // where a row has the size of its sample, -1 if all are alike
	timed      bool  // a row begins with the duration of its sample
}

// readRun reads trun. ok is false where its samples lie beyond the file.
func (p *parser) readRun(f *fragment, r *run, b box.Box) (x fragmentRunOf, ok bool, err error) {
	_, flags, err := box.FullHead(p.Scan, b)
	if err != nil {
		return x, false, err
	}
	fields, width := runLayout(flags)
	if b.Size() < 8+fields {
		return x, false, p.Errorf(b.Off, "box \"trun\" has %d bytes, its flags ask for more", b.Len)
	}
	h, err := p.Bytes(b.Body()+4, int(4+fields))
	if err != nil {
		return x, false, err
	}
	x = fragmentRunOf{run: r, off: f.next, count: int64(box.Uint32(h)), sizeAt: -1}
	x.table = box.Column{Reader: p.Reader, Off: b.Body() + 8 + fields, N: x.count, Width: width}
	if width > 0 && x.count > (b.End()-x.table.Off)/width {
		return x, false, p.Errorf(b.Off, "box \"trun\" says %d samples and has room for %d", x.count, (b.End()-x.table.Off)/width)
	}
	// Rows that no flag tells of may be of any width.
	if rows := (b.End() - x.table.Off) / max(width, 4); width > 0 && x.count < rows || width == 0 && x.count > 0 && x.count <= rows {
		p.Insist("a run of samples says less of them than it has")
	}
	if flags&1 != 0 {
		x.off = r.base + int64(int32(box.Uint32(h[4:])))
	}
	x.timed = flags&0x100 != 0
	if flags&0x200 != 0 {
		x.sizeAt = 4 * int64(flags>>8&1)
	}
	return x, x.off >= 0 && x.off <= p.Size(), nil
}

// each visits the samples of a run and returns where they end. whole is false if
// that is beyond the file; where all samples are alike and nobody looks, none
// need be visited.
func (p *parser) each(x *fragmentRunOf, visit func(sample) error) (end int64, whole bool, err error) {
	if x.sizeAt < 0 && visit == nil {
		n := times(x.count, int64(x.size), p.Size()+1)
		return min(x.off+n, p.Size()), n <= p.Left(x.off), nil
	}
	end = x.off
	for i := range x.count {
		n := int64(x.size)
		if x.sizeAt >= 0 {
			row, err := x.table.Row(i)
			if err != nil {
				return 0, false, err
			}
			n = int64(box.Uint32(row[x.sizeAt:]))
		}
		if n > p.Left(end) {
			return p.Size(), false, nil
		}
		x.last = end
		if visit != nil {
			if err := visit(sample{i, end, n}); err != nil {
				return 0, false, err
			}
		}
		if end += n; n == 0 && x.sizeAt < 0 {
			break
		}
	}
	return end, true, nil
}

// coverFragment notes the samples of one trun.
func (p *parser) coverFragment(f *fragment, r *run, b box.Box) error {
	x, ok, err := p.readRun(f, r, b)
	if err != nil {
		return err
	}
	r.samples += x.count
	r.runs++
	var whole bool
	if !ok {
		if _, whole, err = p.each(&x, nil); err == nil && !whole && !r.goes() { // samples without bytes lie nowhere
			p.Insist("samples lie beyond the end of the file")
		}
		return err
	}
	if f.next, whole, err = p.each(&x, p.looker(&x)); err != nil {
		return err
	}
	if !whole && !r.goes() {
		p.Distrust("samples lie beyond the end of the file")
	}
	return p.coverFragmentRun(r, x.off, f.next-x.off, x.last)
}

// looker returns what looks into the samples of a run, nil if nothing has to.
func (p *parser) looker(x *fragmentRunOf) func(sample) error {
	if x.t == nil || x.t.goes || x.t.encrypted {
		return nil
	}
	var look func(sample) error
	switch {
	case x.t.codec.Known():
		look = func(f sample) error { _, err := p.frame(x.t, f); return err }
	case x.t.codec.Kind == codec.Pictures && !p.Careful:
		look = p.picture
	case x.t.pictures():
		look = p.inspect(x.t)
	case x.t.timedText():
		look = p.textSample(x.t)
	default:
		return nil
	}
	return func(f sample) error {
		if p.Deep() || x.t.recurs || f.no == 0 || f.no == x.count-1 {
			return look(f)
		}
		return nil
	}
}

func (p *parser) coverFragmentRun(r *run, off, n, last int64) error {
	t := r.t
	if t == nil {
		t = &track{}
	}
	return p.coverRun(t, off, n, last)
}

// auxiliary protects the data of sample encryption that lies in mdat: saio
// tells where, saiz how much (8.7.8, 8.7.9). Where there is a senc box the data
// is in it, and writers do not agree on what the offset counts from.
func (p *parser) auxiliary(r *run, traf, saio box.Box) error {
	total, err := p.auxiliarySize(traf)
	if err != nil || total == 0 {
		return err
	}
	c, err := p.offsetsOf(saio)
	if err != nil {
		return err
	}
	if c.N == 0 {
		p.Distrust("encryption data lies nowhere")
		return nil
	}
	off, err := c.Number(0)
	if err != nil {
		return err
	}
	if off > p.Size()-r.base {
		return nil
	}
	off += r.base
	if off >= traf.Off && off < traf.End() {
		return nil
	}
	if c.N > 1 {
		p.Distrust("encryption data lies in several places")
	}
	return p.coverRun(&track{encrypted: true}, off, total, off)
}

// offsetsOf returns the offsets in saio.
func (p *parser) offsetsOf(b box.Box) (box.Column, error) {
	version, flags, err := box.FullHead(p.Scan, b)
	if err != nil {
		return box.Column{}, err
	}
	width := int64(4)
	if version == 1 {
		width = 8
	}
	return p.Column(b, 4+8*int64(flags&1), width)
}

// auxiliarySize returns the length of the data that is not in a senc box.
func (p *parser) auxiliarySize(traf box.Box) (total int64, err error) {
	inside := false
	_, err = p.Children(traf.Body(), traf.End(), func(c box.Box) error {
		if c.Type == "senc" {
			inside = true
		}
		if c.Type != "saiz" {
			return nil
		}
		sizes, err := p.auxiliarySizes(c)
		if err != nil {
			return err
		}
		total, err = sizes.sum(sizes.each.N)
		return err
	})
	if inside {
		total = 0
	}
	return total, err
}

// readFragmentTexts reads what the texts of a moof box say, before anything is
// claimed: what a track is has to be known by then.
func (p *parser) readFragmentTexts(b box.Box) error {
	if len(p.movies) == 0 || !slices.ContainsFunc(p.movies[0].tracks, func(t *track) bool { return t.hearing != nil }) {
		return nil
	}
	distrusts := p.Distrusts
	defer func() { p.Distrusts = distrusts }()
	f := &fragment{box: b, next: b.Off}
	_, err := p.Children(b.Body(), b.End(), func(c box.Box) error {
		if c.Type != "traf" {
			return nil
		}
		r, err := p.readFragmentHeader(f, c)
		if err != nil {
			return err
		}
		_, err = p.Children(c.Body(), c.End(), func(c box.Box) error {
			switch c.Type {
			case "tfdt":
				return p.readDecodeTime(r, c)
			case "trun":
				return p.readRunText(f, r, c)
			}
			return nil
		})
		return err
	})
	return err
}

// readDecodeTime reads when the samples of a fragment begin (8.8.12).
func (p *parser) readDecodeTime(r *run, b box.Box) error {
	h, err := p.Bytes(b.Body(), int(min(b.Size(), 12)))
	switch {
	case err != nil || r.t == nil:
	case len(h) == 12 && h[0] == 1:
		r.t.decoded = int64(box.Uint64(h[4:]) >> 1 << 1 >> 1)
	case len(h) >= 8:
		r.t.decoded = int64(box.Uint32(h[4:]))
	}
	return err
}

func (p *parser) readRunText(f *fragment, r *run, b box.Box) error {
	x, ok, err := p.readRun(f, r, b)
	if err != nil || !ok {
		return err
	}
	var visit func(sample) error
	if t := r.t; t != nil && t.hearing != nil {
		visit = func(s sample) error {
			long := int64(r.duration)
			if x.timed {
				row, err := x.table.Row(s.no)
				if err != nil {
					return err
				}
				long = int64(box.Uint32(row))
			}
			start := t.decoded
			t.decoded += long
			s.no = t.hearing.next // fragments follow each other
			return p.hear(t, s, start, t.decoded)
		}
	}
	f.next, _, err = p.each(&x, visit)
	return err
}
