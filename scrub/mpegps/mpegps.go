// Package mpegps parses MPEG program streams (ISO/IEC 13818-1, 2.5, and ISO/IEC 11172-1): films
// of DVDs, video CDs, camcorders with discs and cards.
//
// All of a stream is payload but for packets of data that nobody plays, padding, the reserved
// areas of a DVD's navigation, and what hides in coded pictures. What goes becomes padding.
package mpegps

import (
	"bytes"
	"maps"
	"slices"

	"untag/scrub"
	"untag/scrub/codec"
	"untag/scrub/mpegts"
	"untag/scrub/pes"
	"untag/scrub/sniff"
)

// Format is the program stream.
var Format = scrub.Format{
	Name: "mpeg-ps", Title: "MPEG program stream, VOB", Extensions: []string{"mpg", "mpeg", "mpe", "vob"},
	Sniff: sniff.Like("\x00\x00\x01\xba"),
	Parse: func(s *scrub.Scan) error { return newParser(s).parse(0) },
}

// Part is a program stream that starts in the middle of a packet.
var Part = scrub.Format{
	Name: "mpeg-ps-part", Title: "MPEG program stream that starts in the middle",
	Sniff: sniff.Binary(sniff.Holds(2, "\x00\x00\x01\xba")),
	Parse: func(s *scrub.Scan) error {
		return newParser(s).parse(int64(max(0, bytes.Index(s.Get(0, int(min(s.Size(), scrub.SniffLen))), pack))))
	},
}

var (
	pack    = []byte{0, 0, 1, packID}
	endCode = []byte{0, 0, 1, endID}
)

// Stream ids (2.4.3.7).
const (
	endID      = 0xb9
	packID     = 0xba
	systemID   = 0xbb
	mapID      = 0xbc
	private1   = 0xbd
	paddingID  = 0xbe
	private2   = 0xbf
	firstSound = 0xc0
	lastSound  = 0xdf
	firstVideo = 0xe0
	lastVideo  = 0xef
	extendedID = 0xfd
)

// parser is the work on one stream.
type parser struct {
	*pes.Film
	tracks      map[int]*pes.Track    // by stream id, that of private stream 1 with the first byte of its data
	headless    map[int]*codec.Stream // of MPEG-1 and MPEG-2 video, as far as is known
	types       map[byte]byte         // of streams, as the map has them
	seen        map[int]int           // packets of streams that stay
	strays      map[int][]scrub.Range // those of streams that nobody plays
	few         int                   // ranges of strays
	end         int64                 // of the last unit
	closed      bool                  // it is an end code
	sealed      bool
	gap         int // bytes that may follow packets in a sector
	descriptors mpegts.Descriptors
}

func newParser(s *scrub.Scan) *parser {
	return &parser{Film: pes.New(s), tracks: map[int]*pes.Track{}, headless: map[int]*codec.Stream{}, types: map[byte]byte{}, seen: map[int]int{}, strays: map[int][]scrub.Range{}, descriptors: mpegts.NewDescriptors()}
}

// How much is read at the start, at the end, and of samples between, where not all of a
// stream is looked at.
const (
	headLen, tailLen, sampleLen = 4 << 20, 4 << 20, 512 << 10
	samples                     = 16
)

// parse works on a stream that begins at from.
func (p *parser) parse(from int64) error {
	s := p.S
	if from > 0 {
		s.Doubt("something stands before the first pack")
	}
	if size := s.Size(); !s.Deep() && size > headLen+tailLen+2*samples*sampleLen {
		mark := s.Point()
		err := p.some(from, size)
		if err != nil || !s.Edited(mark) {
			return err
		}
		s.Reset(mark) // what is found at some places is everywhere
		*p = *newParser(s)
	}
	if err := p.walk(from, s.Size()); err != nil {
		return err
	}
	return p.finish()
}

// some looks at the start, the end, and samples between.
func (p *parser) some(from, size int64) error {
	p.Sampled = true
	step := (size - headLen - tailLen) / samples
	for i := range samples + 2 {
		at, n := from, int64(headLen)
		switch {
		case i == samples+1:
			at, n = size-tailLen, tailLen
		case i > 0:
			at, n = headLen+int64(i-1)*step, sampleLen
		}
		at = p.resync(at, min(size, at+n))
		if err := p.walk(at, min(size, at+n)); err != nil {
			return err
		}
		if err := p.endTracks(); err != nil {
			return err
		}
	}
	return p.finish()
}

// walk visits the units between two offsets.
func (p *parser) walk(from, to int64) error {
	const most = 6 + 0xffff // bytes of a packet
	buf := make([]byte, 512<<10)
	for from < to {
		b := buf[:min(int64(len(buf)), to-from)]
		if _, err := p.S.ReadAt(b, from); err != nil {
			return err
		}
		more := from+int64(len(b)) < to
		used := 0
		for len(b)-used >= most || !more && used < len(b) {
			n, err := p.unit(from+int64(used), b[used:])
			if err != nil {
				return err
			}
			if n > 0 {
				used += n
				continue
			}
			next := bytes.Index(b[used+1:], pack)
			if next < 0 {
				break
			}
			p.S.Doubt("something stands between packets")
			used += 1 + next
		}
		from += int64(used)
		if used > 0 && (more || from == to) {
			continue
		}
		next := p.resync(from+1, to)
		if next == to {
			return nil
		}
		p.S.Doubt("something stands between packets")
		from = next
	}
	return nil
}

// resync finds the next pack, or the end code at the end, to if there is none.
func (p *parser) resync(from, to int64) int64 {
	at := p.find(pack, from, to)
	if at == to && to-from >= 4 && bytes.Equal(p.S.Get(to-4, 4), endCode) {
		return to - 4
	}
	return at
}

// find returns where some bytes stand first, to if they don't.
func (p *parser) find(what []byte, from, to int64) int64 {
	const window = 64 << 10
	for to-from >= int64(len(what)) {
		b := p.S.Get(from, int(min(window, to-from)))
		if k := bytes.Index(b, what); k >= 0 {
			return from + int64(k)
		}
		if from+int64(len(b)) == to {
			break
		}
		from += int64(len(b)) - int64(len(what)) + 1
	}
	return to
}

func (p *parser) endTracks() error {
	for _, key := range slices.Sorted(maps.Keys(p.tracks)) {
		if err := p.tracks[key].End(); err != nil {
			return err
		}
	}
	return nil
}

// finish decides about packets that nobody plays, and claims what is left.
func (p *parser) finish() error {
	if err := p.endTracks(); err != nil {
		return err
	}
	for _, t := range p.tracks {
		if t.Foreign() {
			p.S.Doubt("a stream holds nothing of what it is announced as")
		}
	}
	for _, st := range p.headless {
		if !st.Headed() {
			p.S.Doubt("pictures without a header: nothing tells how they are coded")
		}
	}
	if p.sealed {
		p.S.Doubt("encrypted packets can't be looked into")
	}
	p.settleStrays()
	p.Finish(0, p.end, "packets")
	if p.end < p.S.Size() {
		p.S.End(p.ending())
	}
	return nil
}

// ending is what is known of the end: without an end code, which DVDs and killed writers
// leave out, nothing tells that no more follows.
func (p *parser) ending() scrub.End {
	if p.closed {
		return scrub.End{Off: p.end, Proof: scrub.Proven, More: p.more}
	}
	return scrub.End{Off: p.end, Least: 64 << 10, More: p.more}
}

// more tells whether there are packets among n bytes at off.
func (p *parser) more(off, n int64) (string, error) {
	const window, overlap = 64 << 10, 4
	for n >= overlap {
		b := p.S.Get(off, int(min(n, window)))
		for i := 0; i+overlap <= len(b); i++ {
			k := bytes.Index(b[i:len(b)-1], pack[:3])
			if k < 0 {
				break
			}
			if i += k; b[i+3] >= packID && b[i+3] <= lastVideo {
				return "packets", nil
			}
		}
		step := max(1, int64(len(b))-overlap)
		off, n = off+step, n-step
	}
	return "", nil
}
