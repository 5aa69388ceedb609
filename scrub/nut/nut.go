// Package nut cleans films in NUT, by its specification (version 3 and 4).
//
// A film is packets with checksums, which begin with codes of eight bytes, and frames of
// which the packets say how their heads are written. Of a packet of tags what goes is left
// out, zeros follow, and the checksum is made anew.
package nut

import (
	"bytes"
	"encoding/binary"

	"untag/scrub"
	"untag/scrub/codec"
	"untag/scrub/crc"
	"untag/scrub/sniff"
)

const begins = "nut/multimedia container\x00"

// Format is NUT.
var Format = scrub.Format{
	Name: "nut", Title: "NUT film", Extensions: []string{"nut"},
	Sniff: sniff.Like(begins), Parse: parse,
}

// Codes of packets.
const (
	mainCode   = 0x4e4d_7a56_1f5f_04ad
	streamCode = 0x4e53_1140_5bf2_f9db
	syncCode   = 0x4e4b_e4ad_eeca_4569
	indexCode  = 0x4e58_dd67_2f23_e64e
	infoCode   = 0x4e49_ab68_b596_ba78

	codeLen  = 8
	checkLen = 4
	maxHead  = 1 << 16 // of a packet that describes something
)

var names = map[uint64]string{mainCode: "main header", streamCode: "stream header", syncCode: "syncpoint", indexCode: "index", infoCode: "info"}

func parse(s *scrub.Scan) error {
	before := s.Point()
	f := &film{Scan: s, all: s.Deep()}
	more, err := f.parse(s.Size())
	if err == nil && (more || !f.whole) {
		s.Reset(before)
		end := s.Size()
		if !f.whole { // a mark at the end would be taken for frames
			if end, err = s.CutMarks(int64(len(begins))); err != nil {
				return err
			}
		}
		_, err = (&film{Scan: s, all: f.all || more}).parse(end)
	}
	return err
}

// film is the work on one file.
type film struct {
	*scrub.Scan
	look    codec.Look
	all     bool  // every picture is looked into
	whole   bool  // an index closes it
	end     int64 // of what is looked at
	due     int64 // from where on nothing is claimed yet
	codes   [256]frameCode
	known   bool // the codes are
	elided  []scrub.Range
	ticks   []float64 // lengths of ticks in seconds
	streams map[uint64]*stream
	last    frame
}

// stream is what its header says.
type stream struct {
	codec.Stream
	picture bool
	frames  int64
}

// packet is one with a checksum.
type packet struct {
	code      uint64
	off       int64
	body, end int64 // of what it holds; the checksum follows
	sound     bool
}

func (p packet) next() int64 { return p.end + checkLen }

// parse claims the film up to an offset, and tells whether all pictures have to be looked
// into.
func (f *film) parse(end int64) (more bool, err error) {
	f.look, f.streams, f.end, f.due = codec.Look{S: f.Scan}, map[uint64]*stream{}, end, int64(len(begins))
	f.Claim(0, f.due, scrub.Structure, "name")
	off := f.due
	for off < end && !f.whole {
		next, tells, err := f.part(off)
		if err != nil {
			return false, err
		}
		if more = more || tells; more && !f.all {
			return true, nil
		}
		if next < 0 {
			f.Doubt("bytes that are no part of the film lie in it, or it is cut short")
			if next, err = f.resume(off + 1); err != nil {
				return false, err
			}
		}
		off = next
	}
	tells, err := f.lastFrame()
	if err != nil || tells && !f.all {
		return tells, err
	}
	f.payload(off)
	if f.whole {
		f.End(scrub.End{Off: off, Proof: scrub.Proven, Least: codeLen, More: f.more})
		return false, nil
	}
	f.Doubt("the film has no index: it was not finished")
	return false, nil
}

// part claims a packet or frame, and returns where the next one is, -1 if there is none.
func (f *film) part(off int64) (next int64, tells bool, err error) {
	b, err := f.Bytes(off, int(min(codeLen, f.end-off)))
	if err != nil {
		return -1, false, err
	}
	if b[0] != 'N' {
		return f.frame(off)
	}
	p, ok, err := f.read(off)
	if err != nil || !ok {
		return -1, false, err
	}
	if tells, err = f.lastFrame(); err != nil {
		return -1, false, err
	}
	next, err = f.packet(p)
	return next, tells, err
}

// read reads a packet; none is there if its code is not known or it is too long.
func (f *film) read(off int64) (p packet, ok bool, err error) {
	const forward, short = 10, 4 << 10
	b, err := f.Bytes(off, int(min(f.end-off, codeLen+forward+checkLen)))
	if err != nil || len(b) < codeLen {
		return p, false, err
	}
	p = packet{code: binary.BigEndian.Uint64(b), off: off}
	c := cursor{b: b[codeLen:]}
	n := c.number()
	if names[p.code] == "" || c.bad || n < checkLen || n > uint64(f.end-off) {
		return p, false, nil
	}
	head := codeLen + int64(c.at)
	p.sound = true
	if n > short {
		p.sound = crc.Ogg.Update(0, b[:head]) == uint32(c.fixed(checkLen))
		head += checkLen
	}
	p.body, p.end = off+head, off+head+int64(n)-checkLen
	if c.bad || p.next() > f.end {
		return p, false, nil
	}
	const window = 64 << 10
	sum := uint32(0)
	for at := p.body; at < p.next(); at += window {
		piece, err := f.Bytes(at, int(min(p.next()-at, window)))
		if err != nil {
			return p, false, err
		}
		sum = crc.Ogg.Update(sum, piece)
	}
	p.sound = p.sound && sum == 0
	return p, true, nil
}

// packet claims one and returns where it ends; -1 if there is none.
func (f *film) packet(p packet) (next int64, err error) {
	following, err := f.follows(p)
	switch {
	case err != nil:
		return -1, err
	case !p.sound && p.code == infoCode && following: // what an earlier run left
	case !p.sound:
		f.Doubt("the checksum of a packet is wrong")
		return -1, nil
	case p.code == indexCode:
		f.payload(p.off)
		f.due = p.next()
		return p.next(), f.index(p)
	}
	if p.next()-p.off > maxHead {
		f.Doubt("a %s is too long to be looked into", names[p.code])
		return p.next(), nil
	}
	b, err := f.Bytes(p.body, int(p.end-p.body))
	if err != nil {
		return -1, err
	}
	if p.code != syncCode { // those are too many: they are part of the film
		f.payload(p.off)
		f.due = p.next()
		f.Claim(p.off, p.next()-p.off, scrub.Structure, names[p.code])
	}
	c := &cursor{b: b}
	switch p.code {
	case mainCode:
		f.mainHeader(c, p.body)
	case streamCode:
		err = f.streamHeader(c, p)
	case syncCode:
		f.dated(c.number())
		c.number()
	case infoCode:
		return p.next(), f.info(c, p)
	}
	if err == nil && c.bad {
		f.Doubt("a %s contradicts itself", names[p.code])
	} else if err == nil && len(bytes.Trim(b[c.at:], "\x00")) > 0 {
		f.Doubt("a %s is longer than it has to be", names[p.code])
	}
	return p.next(), err
}

// follows tells whether another packet does.
func (f *film) follows(p packet) (bool, error) {
	if f.end-p.next() < codeLen {
		return false, nil
	}
	b, err := f.Bytes(p.next(), codeLen)
	return err == nil && names[binary.BigEndian.Uint64(b)] != "", err
}

// resume returns where the next packet is from which frames can be read on, or the end.
func (f *film) resume(off int64) (int64, error) {
	const window = 64 << 10
	codes := [][]byte{binary.BigEndian.AppendUint64(nil, syncCode), binary.BigEndian.AppendUint64(nil, infoCode), binary.BigEndian.AppendUint64(nil, indexCode), binary.BigEndian.AppendUint64(nil, streamCode)}
	for ; f.end-off >= codeLen; off += window - codeLen {
		b, err := f.Bytes(off, int(min(f.end-off, window)))
		if err != nil {
			return -1, err
		}
		first := -1
		for _, code := range codes {
			if i := bytes.Index(b, code); i >= 0 && (first < 0 || i < first) {
				first = i
			}
		}
		if first >= 0 {
			return off + int64(first), nil
		}
		if len(b) < window {
			break
		}
	}
	return f.end, nil
}

// more looks for packets behind the end.
func (f *film) more(off, n int64) (string, error) {
	end := f.end
	f.end = off + n
	at, err := f.resume(off)
	f.end = end
	if err == nil && at < off+n {
		return "packets", nil
	}
	return "", err
}

// payload claims what precedes an offset.
func (f *film) payload(to int64) {
	f.Claim(f.due, to-f.due, scrub.Payload, "frames")
	f.due = max(f.due, to)
}

// index claims the list of syncpoints, which ends with its own length: then it closes
// the film.
func (f *film) index(p packet) error {
	f.Claim(p.off, p.next()-p.off, scrub.Structure, "index")
	n := p.end - p.body
	if n > scrub.MaxPiece {
		f.Unread()
	}
	b, err := f.Bytes(p.end-codeLen, codeLen)
	if err != nil || int64(binary.BigEndian.Uint64(b)) != p.next()-p.off {
		f.Doubt("an index does not say how long it is")
		return err
	}
	f.whole = true
	if n > scrub.MaxPiece {
		return nil
	}
	if b, err = f.Bytes(p.body, int(n-codeLen)); err != nil {
		return err
	}
	c := &cursor{b: b}
	c.number()
	points := c.number()
	for i := uint64(0); i < points && !c.bad; i++ {
		c.number()
	}
	for range f.streams {
		c.entries(points)
	}
	if c.bad || len(bytes.Trim(b[c.at:], "\x00")) > 0 {
		f.Doubt("an index contradicts itself")
	}
	return nil
}
