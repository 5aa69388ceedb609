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
	most     = 48 // sequences of a frame, of all standards
	packLen  = 5
)

// needed are packs that say how sound and pictures are coded. The others are as empty as
// a recorder leaves them that has nothing to say.
var needed = []byte{0x50, 0x51, 0x60, 0x61}

// film is the work on one. What stands in one place of all frames goes by one edit, as long
// as no frame has a pack there that is needed.
type film struct {
	*scrub.Scan
	frame  int64 // its length
	from   int64 // where frames begin that are alike
	dirty  []bool
	spared []bool // by the places of packs in a frame
	found  bool
}

// place is where a pack stands in a sequence, or room in which nothing is to be but ones.
type place struct {
	off, n int64
	room   bool
}

// tells tells whether what stands in a place goes.
func (x place) tells(b []byte) bool {
	if x.room {
		return len(bytes.Trim(b, "\xff")) > 0 && len(bytes.Trim(b, "\x00")) > 0
	}
	return !x.spared(b) && string(b[1:]) != "\xff\xff\xff\xff"
}

func (x place) spared(b []byte) bool { return !x.room && bytes.IndexByte(needed, b[0]) >= 0 }

// places are where packs stand in a sequence, and what is left of the blocks before sound and pictures.
var places = func() (all []place) {
	for i := range int64(6) {
		first, step, n := int64(3), int64(packLen), int64(15)
		switch i {
		case 0:
			n, first = 0, 8 // behind the numbers of the tracks
		case 1, 2:
			first, step, n = 6, 8, 6 // behind the numbers of a subcode
		}
		for k := range n {
			all = append(all, place{i*block + first + k*step, packLen, false})
		}
		behind := first + n*step
		if i == 1 || i == 2 {
			behind -= 3
		}
		all = append(all, place{i*block + behind, block - behind, true})
	}
	for i := range int64(sounds) {
		all = append(all, place{about + i*16*block + 3, packLen, false})
	}
	return all
}()

// pattern is what a sequence is made of.
var pattern = func() (p scrub.Pattern) {
	add := func(end int64, role scrub.Role, place string) {
		off := int64(0)
		if n := len(p.Parts); n > 0 {
			off = p.Parts[n-1].End()
		}
		p.Parts = append(p.Parts, scrub.Span{Off: off, Len: end - off, Role: role, Place: place})
	}
	add(about, scrub.Structure, "packs")
	for _, x := range places[len(places)-sounds:] {
		add(x.off, scrub.Payload, "frames")
		add(x.off+x.n, scrub.Structure, "packs")
	}
	add(sequence, scrub.Payload, "frames")
	return p
}()

func parse(s *scrub.Scan) error {
	end, err := s.CutMarks(0)
	if err != nil {
		return err
	}
	f := &film{Scan: s}
	if f.frame, err = f.length(end); err != nil {
		return err
	}
	off := int64(0)
	for end-off >= sequence {
		n, err := f.read(off, min(f.frame, (end-off)/sequence*sequence))
		if err != nil {
			return err
		}
		if off += n; n < f.frame {
			if n%sequence != 0 || end-off >= sequence {
				s.Doubt("blocks are not where they belong")
			}
			break
		}
	}
	f.flush(off)
	s.ClaimRun(0, off, pattern)
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

// length is that of a frame: sequences are counted in the second byte of their headers.
func (f *film) length(end int64) (int64, error) {
	first := f.Get(0, 3)
	for n := int64(1); n < most && (n+1)*sequence <= end; n++ {
		b := f.Get(n*sequence, 3)
		if string(b) == string(first) {
			return n * sequence, nil
		}
	}
	return 10 * sequence, nil
}

// read looks at a frame, or as much as there is of one, and returns how much of it is sound.
func (f *film) read(off, n int64) (int64, error) {
	b, err := f.Bytes(off, int(n))
	if err != nil {
		return 0, err
	}
	dirty, spared := make([]bool, f.frame/sequence*int64(len(places))), make([]bool, f.frame/sequence*int64(len(places)))
	whole := int64(0)
	for ; whole < n && isWhole(b[whole:]); whole += sequence {
		for i, x := range places {
			in, k := b[whole+x.off:][:x.n], int(whole/sequence)*len(places)+i
			spared[k], dirty[k] = x.spared(in), x.tells(in)
		}
	}
	if whole < f.frame || !f.found || !f.joins(dirty, spared) {
		f.flush(off)
		f.from, f.dirty, f.spared, f.found = off, dirty, spared, true
	}
	return whole, nil
}

// joins adds a frame to those before it, if none needs what goes from another.
func (f *film) joins(dirty, spared []bool) bool {
	for i := range dirty {
		if (dirty[i] || f.dirty[i]) && (spared[i] || f.spared[i]) {
			return false
		}
	}
	for i := range dirty {
		f.dirty[i], f.spared[i] = f.dirty[i] || dirty[i], f.spared[i] || spared[i]
	}
	return true
}

// flush makes the edits in the frames that are alike, up to an offset.
func (f *film) flush(off int64) {
	over := scrub.Stripes{Step: min(f.frame, off-f.from)}
	for i, dirty := range f.dirty {
		x, first := places[i%len(places)], int64(1) // behind the kind of a pack
		if x.room {
			first = 0
		}
		if dirty {
			over.Parts = append(over.Parts, scrub.Edit{Off: int64(i/len(places))*sequence + x.off + first, Len: x.n - first, Fill: 0xff})
		}
	}
	if f.found && len(over.Parts) > 0 && f.Found(scrub.Finding{Kind: scrub.Time, Place: "packs", Off: f.from, Len: off - f.from}) {
		f.EditRun(scrub.Destroy, f.from, off-f.from, over)
	}
	f.found = false
}

// isWhole tells whether the blocks of a sequence are those that belong there: what they are
// their first three bits say.
func isWhole(b []byte) bool {
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
