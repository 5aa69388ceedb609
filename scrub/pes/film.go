// Package pes puts together the elementary streams that MPEG-2 systems (ISO/IEC 13818-1) cut
// into packets, has their frames looked into, and keeps account of what in a film is no
// picture or sound.
package pes

import (
	"cmp"
	"slices"

	"untag/scrub"
	"untag/scrub/codec"
	"untag/scrub/coded"
)

// Film is the work on one program or transport stream: it is payload but for the parts that
// are claimed for what they are.
type Film struct {
	S    *scrub.Scan
	Look codec.Look

	parts []scrub.Range // not payload, in any order
	// Sampled says that not all of the film is looked at. What stays is then not told apart from
	// payload, lest a plan that looks at all of it finds less payload.
	Sampled bool

	Log   bool // edits are remembered
	Edits []scrub.Edit

	Lattice Lattice // its step is 0 if packets have other lengths each
	room    int     // pieces that runs of packets may take

	edits int
	soft  int // parts that stay as they are
}

// Of parts that stay as they are, some are not told apart from payload if there are very
// many: a broadcast of an hour has a million packets of stuffing. Each part takes two
// claims at the most, its own and that of the payload behind it.
const (
	mostParts = scrub.MaxPieces/2 - 1<<10
	mostSoft  = mostParts / 2
)

// New returns the work on a film.
func New(s *scrub.Scan) *Film { return &Film{S: s, Look: codec.Look{S: s}} }

// part notes a range that is no payload; one that goes on where the last one ended is no
// new one.
func (f *Film) part(off, n int64) bool {
	if k := len(f.parts); k > 0 && f.parts[k-1].End() == off {
		f.parts[k-1].Len += n
		return true
	}
	if len(f.parts) >= mostParts {
		return false
	}
	f.parts = append(f.parts, scrub.Range{Off: off, Len: n})
	return true
}

// Keep claims n bytes at off that stay as they are and are no payload.
func (f *Film) Keep(off, n int64, role scrub.Role, place string) {
	if n > 0 && !f.Sampled && f.soft < mostSoft && f.part(off, n) {
		f.soft++
		f.S.Claim(off, n, role, place)
	}
}

// Goes claims what goes at off, n bytes, which edits change, if the policy says so; tell
// says that it is a finding of its own, and not one more of what was reported.
func (f *Film) Goes(off, n int64, what scrub.Finding, tell bool, edits ...scrub.Edit) {
	if f.edits += len(edits); f.edits > scrub.MaxPieces-1<<10 || !f.part(off, n) {
		f.S.Doubt("there are more tags than can be removed at once: a second run removes more")
		return
	}
	what.Off, what.Len = off, n
	f.S.Claim(off, n, scrub.Identify, what.Place)
	goes := f.S.Goes(scrub.Identify, what.Kind)
	if tell {
		goes = f.S.Found(what)
	}
	for _, e := range edits {
		if goes && f.Log {
			f.Edits = append(f.Edits, e)
		}
		switch {
		case !goes:
		case e.Data != nil:
			f.S.Put(e.Phase, e.Off, e.Data)
		default:
			f.S.Fill(e.Phase, e.Off, e.Len, e.Fill)
		}
	}
}

// Fill has n bytes at off filled with b, unless they are already.
func (f *Film) Fill(off int64, data []byte, b byte, kind scrub.Kind, place string) {
	n := int64(len(data))
	switch {
	case n == 0:
	case Constant(data, b):
		f.Keep(off, n, scrub.Filler, place)
	default:
		f.Goes(off, n, scrub.Finding{Kind: kind, Place: place, Value: coded.Text(data)}, true, scrub.Edit{Off: off, Len: n, Fill: b, Phase: scrub.Destroy})
	}
}

// Told doubts packets of sound and subtitles, which nobody looks into, that begin with text.
func (f *Film) Told(data []byte) {
	const most, sentence = 28, 24
	if coded.Speaks(data[:min(len(data), most)], sentence) {
		f.S.Doubt("text among the coded sound")
	}
}

// Cut doubts the start of a packet, at the end of a stream, that holds text.
func (f *Film) Cut(b []byte) {
	const word = 8
	if coded.Tells(b, word) {
		f.S.Doubt("the last packet is cut short, and holds text")
	}
}

// Constant tells whether all bytes are c.
func Constant(b []byte, c byte) bool {
	for _, x := range b {
		if x != c {
			return false
		}
	}
	return true
}

// Finish claims all that no part is as payload, between two offsets.
func (f *Film) Finish(from, to int64, place string) {
	slices.SortFunc(f.parts, func(a, b scrub.Range) int { return cmp.Compare(a.Off, b.Off) })
	f.room = scrub.MaxPieces - 2*len(f.parts) - f.edits - 1<<10
	for _, r := range f.parts {
		f.between(from, r.Off, place)
		from = max(from, r.End())
	}
	f.between(from, to, place)
}
