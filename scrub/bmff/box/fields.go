package box

import (
	"cmp"
	"slices"

	"untag/scrub"
)

// bits reads numbers of so many bits; what is not there reads as zeros, and at
// then lies behind the end.
type bits struct {
	Data []byte
	At   int // in bits
}

// Take reads a number of n bits.
func (r *bits) Take(n int) (v int) {
	for range n {
		v = v<<1 | ByteAt(r.Data, r.At/8)>>(7-r.At%8)&1
		r.At++
	}
	return v
}

// Bytes is how many bytes were begun.
func (r *bits) Bytes() int64 { return int64(r.At+7) / 8 }

// Fields reads a description field by field and notes what none of its kind says.
type Fields struct {
	bits
	Plain []byte // what the bytes are when reserved bits are as they have to be
	Bad   bool   // a field has a value that it can't have
}

// Form reads the fields of a description.
type Form func(f *Fields)

// NewFields returns the fields that b holds, of which none was read.
func NewFields(b []byte) *Fields {
	return &Fields{bits: bits{Data: b}, Plain: append([]byte(nil), b...)}
}

// Number reads a field of n bits.
func (f *Fields) Number(n int) (v int64) {
	for range n {
		v = v<<1 | int64(f.Take(1))
	}
	return v
}

// UpTo reads a field of n bits, whose highest value is known.
func (f *Fields) UpTo(n int, most int64) int64 {
	v := f.Number(n)
	f.Bad = f.Bad || v > most || v < 0
	return v
}

// Signed reads a field of n bits that is no farther from zero than most.
func (f *Fields) Signed(n int, most int64) {
	v := f.Number(n)
	if v>>(n-1) == 1 {
		v -= 1 << n
	}
	f.Bad = f.Bad || v > most || v < -most
}

// Among reads a field of n bits with one of a few values.
func (f *Fields) Among(n int, values ...int64) int64 {
	v := f.Number(n)
	f.Bad = f.Bad || !slices.Contains(values, v)
	return v
}

// Zero passes over n reserved bits.
func (f *Fields) Zero(n int) {
	for ; n > 0; n, f.At = n-1, f.At+1 {
		if i := f.At / 8; i < len(f.Plain) {
			f.Plain[i] &^= 0x80 >> (f.At % 8)
		}
	}
}

// Is reads bytes that are the same in all descriptions of a kind.
func (f *Fields) Is(s string) {
	for i := range len(s) {
		f.Among(8, int64(s[i]))
	}
}

// Full reads version and flags, of which none are defined.
func (f *Fields) Full(version int64) {
	f.Among(8, version)
	f.Zero(24)
}

// Word reads four letters that are one of a list.
func (f *Fields) Word(list string) {
	v := f.Number(32)
	f.Bad = f.Bad || !Has(list, string(Bytes32(uint32(v))))
}

// Small is more than rates, sizes and counts are, and less than four letters;
// Fraction is for the parts of a fraction.
const (
	Small    = 1<<29 - 1
	Fraction = 1 << 20
)

// MostFields is more than the fields of any description take.
const MostFields = 4 << 10

// Formed claims n bytes at off that have a form, sets reserved bits to zero, and
// returns where the fields end. ok is false, and nothing is claimed, if they are no
// such description.
func (w *Walk) Formed(off, n int64, read Form, place string) (end int64, ok bool, err error) {
	b := w.Get(off, int(min(n, MostFields)))
	f := NewFields(b)
	read(f)
	k := f.Bytes()
	if f.Bad || k > int64(len(b)) {
		return 0, false, nil
	}
	w.Claim(off, k, scrub.Structure, place)
	for i := int64(0); i < k; i++ {
		if b[i] == f.Plain[i] {
			continue
		}
		j := i
		for ; j < k && b[j] != f.Plain[j]; j++ {
		}
		w.Rewrite(off+i, f.Plain[i:j], scrub.Hidden, place+"/reserved")
		i = j
	}
	return off + k, true, nil
}

// FormedBox claims a box that has a form; one that hasn't is doubted.
func (w *Walk) FormedBox(b Box, read Form, place string) error {
	w.Claim(b.Off, b.Head, scrub.Structure, place)
	end, ok, err := w.Formed(b.Body(), b.Size(), read, place)
	if err != nil || ok {
		return cmp.Or(err, w.Slack(b, end, place))
	}
	return w.opaqueBody(b, place)
}

// Sane doubts n bytes at off that have no such form.
func (w *Walk) Sane(off, n int64, read Form) error {
	f := NewFields(w.Get(off, int(n)))
	if read(f); f.Bad || f.Bytes() > n {
		w.Doubt("a field has a value that it can't have")
	}
	return nil
}

// Opaque keeps a box that decoders need, or may need, and that nothing can look into.
func (w *Walk) Opaque(b Box, place string) error {
	w.Claim(b.Off, b.Head, scrub.Structure, place)
	return w.opaqueBody(b, place)
}

func (w *Walk) opaqueBody(b Box, place string) error {
	empty := w.Zeros(b.Body(), b.Size())
	w.Claim(b.Body(), b.Size(), scrub.Structure, place)
	if !empty {
		w.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: place, Off: b.Off, Len: b.Len})
		w.Doubt("the description of a decoder can't be looked into")
	}
	return nil
}
