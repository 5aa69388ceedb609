// Package swf cleans Flash films, by Adobe's specification of them, version 19.
//
// A film is a header and tags. What goes becomes a tag of a code that no player knows, of
// the same length. In a compressed film nothing can be replaced where it stands: it is
// cleaned in memory, compressed anew, and the file is written anew.
package swf

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"strconv"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/codec"
	"untag/scrub/sniff"
)

//go:embed tags.tsv
var table string

var rules = chunk.Table(table)

// Format is the Flash film.
var Format = scrub.Format{
	Name: "swf", Title: "Flash film", Extensions: []string{"swf"},
	Sniff: sniff.Like("FWS", "CWS", "ZWS"), Parse: parse,
}

const (
	fileHead = 8
	unused   = 1000 // a code that no player knows
)

var dialect = &chunk.Dialect{
	Least:  2,
	Read:   readTag,
	Filler: func(p chunk.Part) bool { return p.ID == strconv.Itoa(unused) },
	Retire: func(s *scrub.Scan, p chunk.Part, unlink, destroy scrub.Phase) {
		length := uint16(min(p.Size, long))
		if p.Head > 2 {
			length = long
		}
		s.Put(unlink, p.Off, binary.LittleEndian.AppendUint16(nil, unused<<6|length))
		s.Fill(destroy, p.Body(), p.Size, 0)
	},
	Vital: []string{"0", "1"},
	Raw: func(id string) []byte {
		code, _ := strconv.Atoi(id)
		return binary.BigEndian.AppendUint16(nil, uint16(code))
	},
	Name: func(id string) string {
		name, _, _ := bytes.Cut([]byte(rules()[""][id].Meaning), []byte(":"))
		return string(append(name, " ("+id+")"...))
	},
}

// long stands for a length that follows.
const long = 0x3f

func readTag(s *scrub.Scan, off, end int64) (chunk.Part, error) {
	b := s.Get(off, 2)

	word := binary.LittleEndian.Uint16(b)
	p := chunk.Part{ID: strconv.Itoa(int(word >> 6)), Off: off, Head: 2, Size: int64(word & long)}
	if p.Size == long {
		if end-off < 6 {
			return p, s.Errorf(off, "a tag without its length")
		}
		p.Head, p.Size = 6, int64(binary.LittleEndian.Uint32(s.Get(off+2, 4)))
	}
	if p.Size > end-p.Body() {
		p.Size, p.Cut = end-p.Body(), true
	}
	return p, nil
}

func parse(s *scrub.Scan) error {
	b := s.Get(0, fileHead)

	switch n := int64(binary.LittleEndian.Uint32(b[4:])); {
	case n <= fileHead:
		return s.Errorf(4, "film of %d bytes", n)
	case b[0] == 'C':
		return compressed(s, n, inflate, deflate)
	case b[0] == 'Z':
		return compressed(s, n, unpack, pack)
	}
	return chunk.Parse(s, dialect, rules(), plan)
}

// film is the work on one that is not compressed.
type film struct {
	*chunk.Walk
	look *codec.Look
	left *int64 // bytes of packed pictures that are looked into yet
}

func plan(w *chunk.Walk) error {
	left := int64(maxUnpacked)
	f := film{w, &codec.Look{S: w.Scan}, &left}
	w.Hands = f.hands()
	b := w.Get(0, int(min(w.Size(), fileHead+32)))
	if len(b) <= fileHead {
		return w.Errorf(fileHead, "no film behind the header")
	}
	const rate = 4 // pictures in a second, and how many there are
	n, bits := int64(binary.LittleEndian.Uint32(b[4:])), 5+4*int64(b[fileHead]>>3)
	first := fileHead + (bits+7)/8 + rate
	if first > int64(len(b)) {
		return w.Errorf(fileHead, "no film behind the header")
	}
	w.Claim(0, first, scrub.Structure, "header")
	end := n
	if n > w.Size() {
		w.Distrust("the film was not finished, or is cut short")
		var err error
		if end, err = w.CutMarks(first); err != nil {
			return err
		}
	}
	last, err := f.chain(first, end)
	if err != nil || last != end {
		w.Distrust("the tags don't lead to the end of the film")
		f.shorten(end, n)
	}
	ended, err := f.tags(first, end, "")
	if err != nil || end != n {
		return err
	}
	e := scrub.End{Off: end, Proof: scrub.Counted, Least: 2}
	switch {
	case !ended:
		e.Doubt = "no end tag stands before them"
	case last != end:
		e.Doubt = "it is not sure where the medium ends"
	}
	w.Scan.End(e)
	return nil
}

// shorten has a film of n bytes, of which end are left, say so before marks behind them become zeros,
// which pass for an end tag.
func (f film) shorten(end, n int64) {
	if n > end && (f.Marked() || end < f.Size()) {
		f.Put(scrub.Unlink, 4, binary.LittleEndian.AppendUint32(nil, uint32(end)))
	}
}

// chain returns where the tags from off on end, behind the end tag, or -1.
func (f film) chain(off, end int64) (last int64, err error) {
	last = -1
	_, err = f.Parts(off, end, func(p chunk.Part) error {
		if last >= 0 || p.ID == "1" && p.Size > 0 {
			last = -1
			return f.Errorf(p.Off, "a tag %s of %d bytes", p.ID, p.Size)
		}
		if p.ID == "0" && p.Size == 0 {
			last = p.End()
		}
		return nil
	})
	if scrub.Refusal(err) {
		err = nil
	}
	return last, err
}

// tags claims those in [off, end), and tells whether there is an end tag.
func (f film) tags(off, end int64, place string) (ended bool, err error) {
	if place != "" {
		place += "/"
	}
	for !ended && end-off >= f.Least {
		p, err := f.Read(f.Scan, off, end)
		if scrub.Refusal(err) {
			break
		}
		if err != nil {
			return false, err
		}
		off, ended = p.End(), p.ID == "0" && p.Size == 0
		if sure, err := f.sure(p); err != nil || !sure {
			f.Claim(p.Off, p.Len(), scrub.Payload, place+"tags")
			continue
		}
		if _, err := f.Part(p, "", place+f.Name(p.ID)); err != nil {
			return false, err
		}
	}
	zeros, err := f.Constant(off, end-off, 0)
	if err != nil || ended && zeros {
		f.Claim(off, end-off, scrub.Filler, place+"rest")
		return ended, err
	}
	f.Distrust("no end tag stands at the end")
	f.Claim(off, end-off, scrub.Payload, place+"rest")
	return ended, nil
}

// sure tells whether a tag is what it says. Where tags don't lead to each other, two
// bytes are no proof: XMP begins like XML, ProductInfo has one length.
func (f film) sure(p chunk.Part) (bool, error) {
	if !f.Careful || f.Filler(p) {
		return true, nil
	}
	b := f.Get(p.Body(), int(min(p.Size, 1)))
	return !p.Cut && (p.ID == "41" && p.Size == 26 || p.ID == "77" && string(b) == "<"), nil
}

// compressed cleans a film that zlib (SWF 6 and later) or LZMA (SWF 13 and later) made of one of n
// bytes: open returns that and where its compressed form ends, and shut compresses it.
func compressed(s *scrub.Scan, n int64, open func(*scrub.Scan, int64) (int64, []byte, error), shut func([]byte) ([]byte, error)) error {
	end, film, err := open(s, n)
	if err != nil {
		s.Doubt("%v", err)
		if end, err = s.CutMarks(fileHead); err == nil {
			s.Claim(0, end, scrub.Payload, "film")
		}
		return err
	}
	s.Claim(0, fileHead, scrub.Structure, "header")
	before := s.Point()
	err = s.Packed(film, fileHead, end-fileHead, "film", "a compressed film can't be cleaned where it stands", shut)
	if e := (scrub.End{Off: end, Proof: scrub.Proven}); err == nil {
		if s.Doubted(before) {
			e.Doubt = "the film before them is not sure to be whole"
		}
		s.End(e)
	}
	return err
}
