package bmff

import (
	"cmp"
	"slices"

	"untag/scrub"
)

// fields reads a description field by field and notes what none of its kind says.
type fields struct {
	bits
	plain []byte // what the bytes are when reserved bits are as they have to be
	bad   bool   // a field has a value that it can't have
}

// form reads the fields of a description.
type form func(f *fields)

func newFields(b []byte) *fields {
	return &fields{bits: bits{b: b}, plain: append([]byte(nil), b...)}
}

// number reads a field of n bits.
func (f *fields) number(n int) (v int64) {
	for range n {
		v = v<<1 | int64(f.take(1))
	}
	return v
}

// upTo reads a field of n bits, whose highest value is known.
func (f *fields) upTo(n int, most int64) int64 {
	v := f.number(n)
	f.bad = f.bad || v > most || v < 0
	return v
}

// signed reads a field of n bits that is no farther from zero than most.
func (f *fields) signed(n int, most int64) {
	v := f.number(n)
	if v>>(n-1) == 1 {
		v -= 1 << n
	}
	f.bad = f.bad || v > most || v < -most
}

// among reads a field of n bits with one of a few values.
func (f *fields) among(n int, values ...int64) int64 {
	v := f.number(n)
	f.bad = f.bad || !slices.Contains(values, v)
	return v
}

// zero passes over n reserved bits.
func (f *fields) zero(n int) {
	for ; n > 0; n, f.at = n-1, f.at+1 {
		if i := f.at / 8; i < len(f.plain) {
			f.plain[i] &^= 0x80 >> (f.at % 8)
		}
	}
}

// is reads bytes that are the same in all descriptions of a kind.
func (f *fields) is(s string) {
	for i := range len(s) {
		f.among(8, int64(s[i]))
	}
}

// full reads version and flags, of which none are defined.
func (f *fields) full(version int64) {
	f.among(8, version)
	f.zero(24)
}

// small is more than rates, sizes and counts are, and less than four letters;
// fraction is for the parts of a fraction.
const (
	small    = 1<<29 - 1
	fraction = 1 << 20
)

// mostFields is more than the fields of any description take.
const mostFields = 4 << 10

// formed claims n bytes at off that have a form, puts reserved bits right, and
// returns where the fields end. ok is false, and nothing is claimed, if they are no
// such description.
func (p *parser) formed(off, n int64, read form, place string) (end int64, ok bool, err error) {
	b, err := p.s.Bytes(off, int(min(n, mostFields)))
	if err != nil {
		return 0, false, err
	}
	f := newFields(b)
	read(f)
	k := f.bytes()
	if f.bad || k > int64(len(b)) {
		return 0, false, nil
	}
	p.s.Claim(off, k, scrub.Structure, place)
	for i := int64(0); i < k; i++ {
		if b[i] == f.plain[i] {
			continue
		}
		j := i
		for ; j < k && b[j] != f.plain[j]; j++ {
		}
		p.rewrite(off+i, f.plain[i:j], scrub.Hidden, place+"/reserved")
		i = j
	}
	return off + k, true, nil
}

// readBox claims a box that has a form; one that hasn't is doubted.
func (p *parser) readBox(b box, read form, place string) error {
	p.s.Claim(b.off, b.head, scrub.Structure, place)
	end, ok, err := p.formed(b.body(), b.size(), read, place)
	if err != nil || ok {
		return cmp.Or(err, p.slack(b, end, place))
	}
	return p.opaqueBody(b, place)
}

// sane doubts n bytes at off that have no such form.
func (p *parser) sane(off, n int64, read form) error {
	b, err := p.s.Bytes(off, int(n))
	if err != nil {
		return err
	}
	f := newFields(b)
	if read(f); f.bad || f.bytes() > n {
		p.s.Doubt("a field has a value that it can't have")
	}
	return nil
}
