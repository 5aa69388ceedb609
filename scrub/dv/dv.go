// Package dv cleans DV without a container (IEC 61834, SMPTE 314M): when it was recorded,
// the time code and what the camera did, which stand in packs of each frame.
package dv

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/sniff"
)

// Format is DV.
var Format = scrub.Format{
	Name: "dv", Title: "DV film", Extensions: []string{"dv"}, Parse: parse,
	Sniff: sniff.Like("\x1f\x07\x00?" + sniff.Skip(76) + "\x3f\x07\x00"),
}

// A frame is sequences of blocks: one that is a header, two of subcode, three about
// pictures, and nine times one of sound and fifteen of pictures.
const (
	block    = 80
	sequence = 150 * block
	about    = 6 * block // what comes before sound and pictures
	sounds   = 9
	most     = 12_000 // sequences: 40 seconds
)

// needed are packs that say how sound and pictures are coded. The others are as empty as
// a recorder leaves them that has nothing to say.
var needed = []byte{0x50, 0x51, 0x60, 0x61}

func parse(s *scrub.Scan) error {
	end, err := s.CutMarks(0)
	if err != nil {
		return err
	}
	off := int64(0)
	for n := 0; end-off >= sequence; n++ {
		if n == most {
			s.Doubt("the film is longer than can be kept account of: only its start is cleaned")
			break
		}
		b := s.Get(off, sequence)
		if !whole(b) {
			s.Doubt("blocks are not where they belong")
			break
		}
		clean(s, off, b)
		off += sequence
	}
	zeros := s.Zeros(off, end-off)
	if !zeros && end-off < sequence {
		s.Doubt("the film was not finished, or is cut short")
	}
	role := scrub.Payload
	if zeros {
		role = scrub.Filler
	}
	s.Claim(off, end-off, role, "rest")
	return nil
}

// whole tells whether the blocks of a sequence are those that belong there: what they are
// their first three bits say.
func whole(b []byte) bool {
	for i := range sequence / block {
		kind := [6]byte{0, 1, 1, 2, 2, 2}
		want := byte(4)
		if i < len(kind) {
			want = kind[i]
		} else if (i-len(kind))%16 == 0 {
			want = 3
		}
		if b[i*block]>>5 != want {
			return false
		}
	}
	return true
}

// clean claims a sequence and empties its packs.
func clean(s *scrub.Scan, off int64, b []byte) {
	after := bytes.Clone(b[:about])
	for i := 1; i < 6; i++ {
		first, step, n := 3, 5, 15
		if i < 3 {
			first, step, n = 6, 8, 6 // behind the numbers of a subcode
		}
		for k := range n {
			empty(after[i*block+first+k*step:])
		}
	}
	s.Claim(off, about, scrub.Structure, "packs")
	put(s, off, b[:about], after)
	due := int64(about)
	for i := range int64(sounds) {
		at := about + i*16*block + 3
		if bytes.IndexByte(needed, b[at]) >= 0 {
			continue
		}
		after := bytes.Clone(b[at : at+5])
		empty(after)
		s.Claim(off+due, at-due, scrub.Payload, "frames")
		s.Claim(off+at, 5, scrub.Structure, "packs")
		put(s, off+at, b[at:at+5], after)
		due = at + 5
	}
	s.Claim(off+due, sequence-due, scrub.Payload, "frames")
}

// empty empties a pack that is not needed.
func empty(pack []byte) {
	if bytes.IndexByte(needed, pack[0]) < 0 {
		copy(pack[1:5], "\xff\xff\xff\xff")
	}
}

// put replaces bytes by as many others, if they differ.
func put(s *scrub.Scan, off int64, was, is []byte) {
	if !bytes.Equal(was, is) && s.Found(scrub.Finding{Kind: scrub.Time, Place: "packs", Off: off, Len: int64(len(was))}) {
		s.Put(scrub.Destroy, off, is)
	}
}
