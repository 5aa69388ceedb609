// Package mpegts parses MPEG transport streams (ISO/IEC 13818-1): television, AVCHD, HDV,
// the segments of live streams.
//
// All of a stream is payload but for tables that tell of the station, the hour or the writer,
// streams of positions and other data, stuffing, and what hides in coded pictures. What goes
// becomes null packets.
package mpegts

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/pes"
	"untag/scrub/sniff"
)

// Format is the transport stream.
var Format = scrub.Format{
	Name: "mpeg-ts", Title: "MPEG transport stream: television, AVCHD, HDV", Extensions: []string{"m2ts", "mts", "m2t", "tp", "trp"},
	Sniff: sniff.TransportStream,
	Parse: func(s *scrub.Scan) error {
		g, err := findGrid(s)
		if err != nil {
			return err
		}
		return parse(s, g)
	},
}

// grid is where packets lie.
type grid struct {
	size  int64 // of a packet, with what stands before and after its 188 bytes
	lead  int64 // bytes before it: the time of arrival on Blu-ray
	start int64 // of the first packet
}

const (
	packet   = 188
	syncByte = 0x47
)

// findGrid finds sync bytes in a row, a packet apart each.
func findGrid(s *scrub.Scan) (grid, error) {
	head := s.Get(0, int(min(s.Size(), scrub.SniffLen)))
	const enough = 5
	for _, n := range []int{packet, 192, 204} {
		for first := range head {
			row := inRow(head[first:], n)
			if row < enough && (row < 2 || first > 4 || int64(row*n) != s.Size()) {
				continue
			}
			g := grid{size: int64(n), start: int64(first)}
			if n == 192 {
				g.lead = 4
			}
			if g.start -= g.lead; g.start < 0 {
				g.start += g.size
			}
			return g, nil
		}
	}
	return grid{}, s.Errorf(0, "no packets of 188, 192 or 204 bytes")
}

// inRow counts the packets of n bytes that follow one another from the start of b on.
func inRow(b []byte, n int) (row int) {
	for ; len(b) > 3 && b[0] == syncByte && b[3]&0x30 != 0; b = b[min(len(b), n):] {
		row++
	}
	return row
}

// parser is the work on one stream.
type parser struct {
	*pes.Film
	grid
	names     names
	pids      [8192]*pid
	programs  map[int]int    // where the maps of programs are said to be
	maps      map[int]bool   // programs whose maps were read
	known     map[string]int // maps that were read, and how often
	newest    map[int][]byte // the map that each program has now
	trouble   bool           // tables contradict themselves
	sealed    bool           // some of it is encrypted
	lost      bool           // packets are not where they have to be
	strays    int
	surveyed  int64    // up to here tables are read before the rest; negative once that is done
	streams   []stream // of maps, to be declared
	end, left int64    // where packets end, and whole ones
	tracks    []*pes.Track
}

func newParser(s *scrub.Scan, g grid) *parser {
	p := &parser{Film: pes.New(s), grid: g, names: readNames(), programs: map[int]int{}, maps: map[int]bool{}, known: map[string]int{}, newest: map[int][]byte{}, end: s.Size(), left: s.Size()}
	p.Lattice = pes.Lattice{Start: g.start, Step: g.size, Lead: g.lead, Empty: emptyPacket}
	p.pid(0).fate = tables
	p.pid(selectionPID).fate = tables
	p.pid(nullPID).fate = null
	return p
}

// How much is read at the start to learn of tables, at the end, and of samples between,
// where not all of a stream is looked at.
const (
	headLen, tailLen, sampleLen = 8 << 20, 4 << 20, 512 << 10
	samples                     = 16
)

func parse(s *scrub.Scan, g grid) error {
	p := newParser(s, g)
	if err := p.survey(); err != nil {
		return err
	}
	if size := s.Size(); !s.Deep() && size > headLen+tailLen+2*samples*sampleLen {
		mark := s.Point()
		err := p.some(size)
		if err != nil || !s.Edited(mark) {
			return err
		}
		s.Reset(mark) // what is found at some places is everywhere
		p = newParser(s, g)
		if err := p.survey(); err != nil {
			return err
		}
	}
	if err := p.walk(g.start, s.Size(), p.packet); err != nil {
		return err
	}
	return p.finish()
}

// some looks at the start, the end, and samples between.
func (p *parser) some(size int64) error {
	p.Sampled = true
	step := (size - headLen - tailLen) / samples / p.size * p.size
	from, n := p.start, int64(headLen)
	for i := range samples + 1 {
		to := min(size, from+n)
		if i == samples {
			to = size
		}
		if err := p.walk(from, to, p.packet); err != nil {
			return err
		}
		if err := p.endTracks(); err != nil {
			return err
		}
		from, n = p.start+headLen/p.size*p.size+int64(i)*step, sampleLen/p.size*p.size
		if i == samples-1 {
			from, n = max(from, p.start+(size-tailLen-p.start)/p.size*p.size), size
		}
	}
	return p.finish()
}

// survey reads as much as is needed to know the tables.
func (p *parser) survey() error {
	p.surveyed = min(p.S.Size(), p.start+headLen/p.size*p.size)
	for range 2 { // maps may come before what says where they are
		clear(p.known)
		if err := p.walk(p.start, p.surveyed, p.learn); err != nil {
			return err
		}
		for _, x := range p.pids {
			if x != nil {
				x.sections = assembler{}
			}
		}
		if len(p.maps) == len(p.programs) {
			break
		}
	}
	p.surveyed = -p.surveyed
	p.declareAll()
	p.lost, p.end, p.left = false, p.S.Size(), p.S.Size()
	return nil
}

// walk visits the packets between two offsets. Where they are not a packet apart any more, it
// goes on where they are again.
func (p *parser) walk(from, to int64, visit func(off int64, b []byte) error) error {
	buf := make([]byte, (512<<10)/p.size*p.size)
	for from+p.size <= to {
		b := buf[:min(int64(len(buf)), (to-from)/p.size*p.size)]
		if _, err := p.S.ReadAt(b, from); err != nil {
			return err
		}
		for ; len(b) > 0; b, from = b[p.size:], from+p.size {
			if b[p.lead] != syncByte {
				break
			}
			if err := visit(from, b[:p.size]); err != nil {
				return err
			}
		}
		if len(b) == 0 {
			continue
		}
		next := p.resync(from, to)
		if next >= to {
			if to == p.S.Size() {
				p.end, p.left = from, to
			}
			return nil
		}
		from, p.lost = next, true
	}
	if to == p.S.Size() {
		p.left = from
	}
	return nil
}

// resync finds where packets go on, to if they don't.
func (p *parser) resync(from, to int64) int64 {
	const enough, window = 3, 64 << 10
	overlap := enough * p.size
	for from++; to-from >= p.size; {
		b := p.S.Get(from, int(min(window, to-from)))
		for i := 0; i+int(p.size) <= len(b); i++ {
			if b[i+int(p.lead)] != syncByte {
				continue
			}
			row := inRow(b[i+int(p.lead):], int(p.size))
			if row >= enough || from+int64(len(b)) == to && row >= (len(b)-i)/int(p.size) && row > 0 && from+int64(i)+int64(row)*p.size+p.size > to {
				return from + int64(i)
			}
		}
		if from+int64(len(b)) == to {
			break
		}
		from += int64(len(b)) - overlap
	}
	return to
}

// cutShort deals with less than a packet at the end. What may be the start of one that is
// played stays.
func (p *parser) cutShort() error {
	const head = 4
	b := p.S.Get(p.left, int(p.S.Left(p.left)))
	if len(b) == 0 {
		return nil
	}
	b = b[min(len(b), int(p.lead)):]
	if len(b) > 0 && b[0] != syncByte {
		p.end = p.left
	}
	if len(b) < head || p.end == p.left {
		return nil
	}
	off, b := p.left+p.lead, b[:min(len(b), packet)]
	n := int64(len(b))
	switch x := p.pids[pidOf(b)]; {
	case x == nil && p.strays == 0:
		p.end = p.left
	case x == nil:
	case x.fate != gone && x.fate != null:
		return p.packetCut(x, off, b)
	case x.clock:
	case bytes.Equal(b, emptyPacket[:n]):
		p.Keep(off, n, scrub.Structure, "null")
	default:
		p.Goes(off, n, scrub.Finding{Kind: scrub.Hidden, Place: "packets/cut"}, true, scrub.Edit{Off: off, Len: n, Data: emptyPacket[:n:n], Phase: scrub.Destroy})
	}
	return nil
}

// packetCut looks into what there is of a packet that stays.
func (p *parser) packetCut(x *pid, off int64, b []byte) error {
	const head = 4
	if len(b) == head {
		return nil
	}
	if at := bodyOf(b); x.track != nil && at < len(b) && b[1]&0x40 == 0 {
		return x.track.Add(off+int64(at), b[at:])
	}
	p.Cut(b[head:])
	return nil
}

// finish decides about packets that no table tells of, and claims what is left.
func (p *parser) finish() error {
	p.settleStrays()
	if err := p.cutShort(); err != nil {
		return err
	}
	if err := p.endTracks(); err != nil {
		return err
	}
	for _, t := range p.tracks {
		if t.Foreign() {
			p.S.Doubt("a stream holds nothing of what it is announced as")
		}
	}
	if p.lost {
		p.S.Doubt("packets are not where they have to be")
	}
	if p.start > 0 {
		p.S.Doubt("something stands before the first packet")
	}
	if p.sealed {
		p.S.Doubt("encrypted packets can't be looked into")
	}
	for _, x := range p.pids {
		if x != nil {
			p.loose(x)
			p.tell(x)
		}
	}
	p.Finish(0, p.end, "packets")
	if p.end < p.S.Size() {
		e := scrub.End{Off: p.end, Proof: scrub.Counted, More: p.more}
		if p.lost {
			e.Doubt = "packets are not where they have to be"
		}
		p.S.End(e)
	}
	return nil
}

func (p *parser) endTracks() error {
	for _, t := range p.tracks {
		if err := t.End(); err != nil {
			return err
		}
	}
	return nil
}

// more tells whether n bytes at off, which are not where packets go on, are packets after all.
func (p *parser) more(off, n int64) (string, error) {
	if n%p.size == 0 {
		return "packets that are damaged", nil
	}
	if p.resync(off, off+n) < off+n {
		return "packets", nil
	}
	return "", nil
}
