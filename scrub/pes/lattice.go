package pes

import "untag/scrub"

// Lattice is how the packets of a film lie: Step bytes each, of which Lead stand before the
// packet. Empty is one that holds nothing. Of those there are millions, for each of which
// there is a bit.
type Lattice struct {
	Start, Step, Lead int64
	Empty             []byte

	empty, dirty []byte // which packets hold nothing, and which not yet
	end          int64  // of the last one that does
}

const mostPackets = 1 << 26 // for which there are bits

// nothing notes a packet at off that holds nothing, or will, if it is dirty.
func (l *Lattice) nothing(off int64, dirty bool) bool {
	slot := off - l.Lead - l.Start
	if l.Step == 0 || slot < 0 || slot%l.Step != 0 || slot/l.Step >= mostPackets {
		return false
	}
	set(&l.empty, slot/l.Step)
	if dirty {
		set(&l.dirty, slot/l.Step)
	}
	l.end = max(l.end, l.Start+slot+l.Step)
	return true
}

func set(mask *[]byte, i int64) {
	for int64(len(*mask)) <= i/8 {
		*mask = append(*mask, 0)
	}
	(*mask)[i/8] |= 1 << (i % 8)
}

// cut returns the bits of a mask from i on, n of them, and whether any is set.
func cut(mask []byte, i, n int64) (out scrub.Mask, any bool) {
	out = make(scrub.Mask, (n+7)/8)
	for k := range n {
		if at := i + k; at/8 < int64(len(mask)) && mask[at/8]>>(at%8)&1 == 1 {
			out[k/8] |= 1 << (k % 8)
			any = true
		}
	}
	return out, any
}

// Null claims a packet at off that holds nothing.
func (f *Film) Null(off, n int64, place string) {
	if f.Sampled || !f.Lattice.nothing(off, false) {
		f.Keep(off, n, scrub.Structure, place)
	}
}

// Away has a packet at off hold nothing, if the policy says so; tell says that it is a
// finding of its own.
func (f *Film) Away(off int64, what scrub.Finding, tell bool) {
	l := &f.Lattice
	n := int64(len(l.Empty))
	if what.Off, what.Len = off, n; tell && !f.S.Found(what) || !tell && !f.S.Goes(scrub.Identify, what.Kind) || !l.nothing(off, true) {
		f.Goes(off, n, what, false, scrub.Edit{Off: off, Len: n, Data: l.Empty, Phase: scrub.Destroy})
	}
}

// between claims what lies between two parts: payload, but for packets that hold nothing.
func (f *Film) between(from, to int64, place string) {
	l := &f.Lattice
	if end := min(to, l.end); l.Step > 0 && end > l.Start {
		first, last := (max(from-l.Start, 0)+l.Step-1)/l.Step, (end-l.Start)/l.Step
		for first < last && !scrub.Mask(l.empty).Has(first) {
			first++
		}
		for last > first && !scrub.Mask(l.empty).Has(last-1) {
			last--
		}
		if at := l.Start + first*l.Step; first < last {
			f.S.Claim(from, at-from, scrub.Payload, place)
			f.run(first, last-first, place)
			from = l.Start + last*l.Step
		}
	}
	f.S.Claim(from, to-from, scrub.Payload, place)
}

// run claims n packets from the i-th on.
func (f *Film) run(i, n int64, place string) {
	const pieces = 6 // at the most: a claim and an edit, and their parts
	l := &f.Lattice
	off := l.Start + i*l.Step
	dirty, any := cut(l.dirty, i, n)
	if f.room -= pieces; f.room < 0 {
		if any {
			f.S.Doubt("there are more tags than can be removed at once: a second run removes more")
		}
		f.S.Claim(off, n*l.Step, scrub.Payload, place)
		return
	}
	size := int64(len(l.Empty))
	p := scrub.Pattern{Rest: scrub.Span{Role: scrub.Payload, Place: place}}
	p.Mask, _ = cut(l.empty, i, n)
	for _, x := range []scrub.Span{{Off: 0, Len: l.Lead, Role: scrub.Payload, Place: place}, {Off: l.Lead, Len: size, Role: scrub.Structure, Place: "null"}, {Off: l.Lead + size, Len: l.Step - l.Lead - size, Role: scrub.Payload, Place: place}} {
		if x.Len > 0 {
			p.Parts = append(p.Parts, x)
		}
	}
	f.S.ClaimRun(off, n*l.Step, p)
	if any {
		f.S.EditRun(scrub.Destroy, off, n*l.Step, scrub.Stripes{Step: l.Step, Parts: []scrub.Edit{{Off: l.Lead, Len: size, Data: l.Empty}}, Mask: dirty})
	}
}
