package chunk

import (
	"cmp"
	"encoding/binary"
	"slices"

	"untag/scrub"
)

// Field is a number or a reserved place of a [Layout].
type Field struct {
	n    int               // length in bytes
	fits func(uint64) bool // nil: it has to be zeros
}

// Layout is what stands in a part, field by field: [Walk.Record] reads it.
type Layout []Field

// UpTo is a number of n bytes, of most at the most.
func UpTo(n int, most uint64) Field {
	return Field{n, func(v uint64) bool { return v <= most }}
}

// Any is a number of n bytes of any value.
func Any(n int) Field { return Field{n, func(uint64) bool { return true }} }

// Is is a number of n bytes that fits says can be one.
func Is(n int, fits func(uint64) bool) Field { return Field{n, fits} }

// Flags are n bytes of which only bits of mask may be set.
func Flags(n int, mask uint64) Field { return Field{n, func(v uint64) bool { return v&^mask == 0 }} }

// One is a number of n bytes that is one of some.
func One(n int, of ...uint64) Field {
	return Field{n, func(v uint64) bool { return slices.Contains(of, v) }}
}

// Signed is a number of n bytes, of most at the most whatever its sign.
func Signed(n int, most int64) Field {
	shift := 64 - 8*n
	return Field{n, func(v uint64) bool { w := int64(v<<shift) >> shift; return w <= most && w >= -most }}
}

// Zero are n bytes that mean nothing.
func Zero(n int) Field { return Field{n, nil} }

// Many is the fields of a layout so many times.
func (l Layout) Many(times int) (all Layout) {
	for range times {
		all = append(all, l...)
	}
	return all
}

// Size is the length of all fields in bytes.
func (l Layout) Size() (n int64) {
	for _, f := range l {
		n += int64(f.n)
	}
	return n
}

func (d *Dialect) number(b []byte) (v uint64) {
	if d.Order == binary.BigEndian {
		for _, c := range b {
			v = v<<8 | uint64(c)
		}
		return v
	}
	for i := len(b) - 1; i >= 0; i-- {
		v = v<<8 | uint64(b[i])
	}
	return v
}

// Number reads the number that b is.
func (d *Dialect) Number(b []byte) int64 { return int64(d.number(b) & (1<<63 - 1)) }

// fits tells whether the numbers in b, which has the length of l, are of values that
// they can have. What has to be zeros is not looked at.
func (l Layout) fits(d *Dialect, b []byte) bool {
	for _, f := range l {
		if f.fits != nil && !f.fits(d.number(b[:f.n])) {
			return false
		}
		b = b[f.n:]
	}
	return true
}

// Record claims n bytes at off, whose first ones are the fields of a layout, or as many
// of them as there are. A value that a field can't have is a doubt; what is reserved
// has to be zeros, as have all bytes behind the fields.
func (w *Walk) Record(off, n int64, l Layout, place string) error {
	for _, f := range l {
		if int64(f.n) > n {
			break
		}
		if f.fits == nil {
			if err := w.Hide(off, int64(f.n), place+"/reserved"); err != nil {
				return err
			}
		} else {
			w.rows(off, int64(f.n), Layout{f}, place)
		}
		off, n = off+int64(f.n), n-int64(f.n)
	}
	return w.Hide(off, n, place+"/rest")
}

// Rows claims n bytes at off as rows of one layout, of whole ones as many as there are.
// What is left over has to be zeros.
func (w *Walk) Rows(off, n int64, l Layout, place string) error {
	whole := n - n%l.Size()
	w.rows(off, whole, l, place)
	return w.Hide(off+whole, n-whole, place+"/rest")
}

func (w *Walk) rows(off, n int64, l Layout, place string) {
	size := l.Size()
	w.Claim(off, n, scrub.Structure, place)
	piece := min(n, maxGuard/size*size)
	for ; n > 0; off, n = off+piece, n-piece {
		b := w.Get(off, int(min(n, piece)))
		for ; len(b) > 0; b = b[size:] {
			if !l.fits(w.Dialect, b[:size]) {
				w.Doubt("%s has a value that it can't have", place)
				return
			}
		}
	}
}

// Recorded is a [Hand] for parts that are the fields of a layout.
func Recorded(l Layout) Hand {
	return func(w *Walk, p Part, place string) (bool, error) {
		w.Claim(p.Off, p.Head, scrub.Structure, place)
		return true, cmp.Or(w.Record(p.Body(), p.Size, l, place), w.pad(p, place))
	}
}
