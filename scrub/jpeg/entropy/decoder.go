// Package entropy steps through the coded blocks of a JPEG without making pixels of
// them (ITU-T T.81, F.2 and G.1), to find where each scan ends for those who do.
//
// Start with [ReadFrame] and [New].
package entropy

import (
	"io"

	"untag/scrub"
)

// Decoder steps through the scans of one picture.
type Decoder struct {
	Interval int // groups of blocks between restart markers, 0 for none

	src    io.ReaderAt
	frame  Frame
	dc, ac [4]*Table
	bits   bitReader
	all    []*Table
	work   int64 // groups that are left before it is too much
}

// New returns a decoder for the scans of f, which lie in src.
func New(src io.ReaderAt, f Frame) *Decoder {
	return &Decoder{src: src, frame: f, work: maxWork, dc: usualTables(0), ac: usualTables(1)}
}

// maxWork bounds the groups of blocks of all scans of a picture: those of a
// progressive one may take no bits.
const maxWork = 256 << 20

// Scan is what stepping through a scan finds.
type Scan struct {
	scrub.Range
	Gaps []scrub.Range // bytes that are no coded data to a decoder
	Lost string        // why it ended early

	Ones, Zeros, Odd bool // what bytes that are not full end with
}

// pad notes the bits that fill the last byte.
func (f *Scan) pad(b *bitReader) {
	n := b.n & 7
	switch v := b.acc >> (64 - n); {
	case n == 0:
	case v == 0:
		f.Zeros = true
	case v == 1<<n-1:
		f.Ones = true
	default:
		f.Odd = true
	}
}

// MaxTables bounds the tables of a picture, of which each takes 3 to 15 KiB: encoders
// write a few for each of a hundred scans at most.
const MaxTables = 1 << 10

// MaxGaps bounds the list of bytes that are no coded data: there may be some in
// each interval, and as many intervals as blocks.
const MaxGaps = 1 << 14

// Tables takes the tables of a DHT, whose payload b lies at off. If there are too many, no scan that
// follows can be stepped through.
func (d *Decoder) Tables(b []byte, off int64) {
	for len(b) >= 17 && TableLength(b) <= len(b) {
		if len(d.all) == MaxTables {
			d.work = 0
			return
		}
		n := TableLength(b)
		t := newTable(b[1:17], b[17:n])
		if t != nil {
			t.Class, t.Off = b[0]>>4, off+17
			d.all = append(d.all, t)
		}
		switch id := b[0] & 15; {
		case b[0]>>4 == 0 && id < 4:
			d.dc[id] = t
		case b[0]>>4 == 1 && id < 4:
			d.ac[id] = t
		}
		b, off = b[n:], off+int64(n)
	}
}

// Scan steps through the scan with the header b, whose data is r. The error is one
// of reading.
func (d *Decoder) Scan(b []byte, r scrub.Range) (Scan, error) {
	f := d.scan(b, r)
	return f, d.bits.err
}

func (d *Decoder) scan(b []byte, r scrub.Range) (f Scan) {
	f.Range = r
	h, ok := d.frame.Header(b)
	next, ok := d.stepper(h, ok, r.Len > shortScan)
	if !ok {
		f.Lost = "a scan has no decoder"
		return f
	}
	d.bits.start(d.src, r)
	for i := range h.Groups {
		if len(f.Gaps) > MaxGaps {
			f.Lost = "there are bytes behind the last block of too many intervals"
			return f
		}
		if d.Interval > 0 && i > 0 && i%d.Interval == 0 {
			if !d.restart(&f, i/d.Interval-1) {
				f.Lost = "a restart marker is missing"
				return f
			}
			next.restart()
		}
		ok := next.step(&d.bits, i)
		if left := d.bits.left(); left < 0 || !ok && left < 16 { // the bits of a code that is cut short may be no code
			if d.bits.align() < r.End() {
				f.Lost = "coded data is missing"
			}
			return f
		}
		if d.work--; !ok || d.work < 0 {
			f.Lost = "coded data is damaged"
			return f
		}
	}
	h.done(&d.frame)
	f.pad(&d.bits)
	if at := d.bits.used(); at < r.End() {
		f.Gaps = append(f.Gaps, scrub.Range{Off: at, Len: r.End() - at})
	}
	return f
}

// restart goes on behind the next restart marker.
func (d *Decoder) restart(f *Scan, number int) bool {
	f.pad(&d.bits)
	at := d.bits.used()
	if end := d.bits.align(); end > at {
		f.Gaps = append(f.Gaps, scrub.Range{Off: at, Len: end - at})
	}
	return d.bits.restart(number)
}

// Whole tells whether all bits of all coefficients were there.
func (d *Decoder) Whole() bool { return d.frame.whole() }

// All returns the tables of the picture, with what of them its scans used.
func (d *Decoder) All() []*Table {
	for _, t := range d.all {
		t.count()
	}
	return d.all
}

// stepper steps over one group of blocks after the other.
type stepper interface {
	step(b *bitReader, group int) bool
	restart()
}

// shortScan is the length of scans, in bytes, through which it takes less time to
// step code by code than to prepare for more.
const shortScan = 8 << 10

// stepper returns the one for a scan, if all tables are there.
func (d *Decoder) stepper(h Header, ok, long bool) (stepper, bool) {
	if !ok {
		return nil, false
	}
	if !d.frame.Progressive {
		s := sequential{}
		for _, u := range h.Units {
			s = append(s, tablePair{d.dc[u.DC], d.ac[u.AC]})
			if d.dc[u.DC] == nil || d.ac[u.AC] == nil {
				return nil, false
			}
			if long {
				d.ac[u.AC].prepare()
			}
		}
		return s, true
	}
	if h.From == 0 && h.Refines {
		return levelBits(len(h.Units)), true
	}
	if h.From == 0 {
		s := levels{}
		for _, u := range h.Units {
			s = append(s, d.dc[u.DC])
			if d.dc[u.DC] == nil {
				return nil, false
			}
		}
		return s, true
	}
	s := &band{from: h.From, to: h.To, refines: h.Refines, ac: d.ac[h.Units[0].AC], blocks: d.frame.Components[h.Units[0].Component].blocks}
	return s, s.ac != nil
}
