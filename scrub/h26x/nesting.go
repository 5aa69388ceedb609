package h26x

import (
	"math"

	"untag/scrub"
)

// nested looks at the messages inside a nesting message. They are removed where
// their size stays: another size would have to change the outer one as well.
func (u *unit) nested(m sei) (out []Piece) {
	if m.typ != typeNestingSVC && m.typ != typeNestingMVC && m.typ != typeNesting {
		return nil
	}
	list, ok := u.inside(m).nested(u.codec, m.typ)
	if !ok {
		return []Piece{u.piece(m.at, m.end, verdict{kind: scrub.Unknown, value: "nested messages that can't be read"})}
	}
	for _, in := range list {
		out = append(out, u.inner(in)...)
	}
	return out
}

// nested reads the body of a nesting message.
func (c cursor) nested(codec Codec, typ int) (list []sei, ok bool) {
	if !c.scope(codec, typ) {
		return nil, false
	}
	for c.at < len(c.raw) {
		m, ok := c.message()
		if !ok || m.long() || len(list) == mostNested {
			return nil, false
		}
		list = append(list, m)
	}
	return list, true
}

// inner returns the pieces of a nested message.
func (u *unit) inner(m sei) []Piece {
	v := u.judge(m)
	switch {
	case v.keep > 0:
		return u.cut(m, v)
	case v.stays:
		return nil
	case v.kind != "" && m.plain():
		return []Piece{u.piece(m.at, m.end, v, u.refill(m)...)}
	}
	return []Piece{u.piece(m.at, m.end, v)}
}

// scope passes what the nested messages apply to, up to the first one.
func (c *cursor) scope(codec Codec, typ int) bool {
	b := bits{c: c}
	switch {
	case typ == typeNestingSVC:
		b.scalable()
	case typ == typeNestingMVC:
		b.views()
	case codec == VVC:
		b.subpictures()
	default:
		b.layers()
	}
	return !b.failed
}

// scalable is scalable_nesting of H.264 G.13.1.1.
func (b *bits) scalable() {
	if b.read(1) == 1 { // all_layer_representations_in_au_flag
		return
	}
	for range b.count() + 1 {
		b.read(3 + 4) // sei_dependency_id, sei_quality_id
	}
	b.read(3) // sei_temporal_id
}

// views is mvc_scalable_nesting of H.264 H.13.1.1.
func (b *bits) views() {
	operation := b.read(1) == 1
	if !operation && b.read(1) == 1 { // all_view_components_in_au_flag
		return
	}
	for range b.count() + 1 {
		b.read(10) // sei_view_id
	}
	if operation {
		b.read(3) // sei_op_temporal_id
	}
}

// layers is scalable_nesting of H.265 D.2.24.
func (b *bits) layers() {
	b.read(1) // bitstream_subset_flag
	if b.read(1) == 0 {
		if b.read(1) == 1 { // all_layers_flag
			return
		}
		b.read(3) // nesting_no_op_max_temporal_id_plus1
		for range b.count() + 1 {
			b.read(6) // nesting_layer_id
		}
		return
	}
	first := b.read(1) // default_op_flag
	for range b.count() + 1 - first {
		b.read(3) // nesting_max_temporal_id_plus1
		b.count() // nesting_op_idx
	}
}

// subpictures is scalable_nesting of H.266 D.6.
func (b *bits) subpictures() {
	sets, parts := b.read(1), b.read(1)
	switch {
	case sets == 1:
		for range b.count() + 1 {
			b.count() // sn_ols_idx_delta_minus1
		}
	case b.read(1) == 0: // sn_all_layers_flag
		for range b.count() {
			b.read(6) // sn_layer_id
		}
	}
	if parts == 1 {
		n := b.count() + 1
		size := b.count() + 1
		for range n {
			b.read(size) // sn_subpic_id
		}
	}
	b.count() // sn_num_seis_minus1
}

// bits reads the bits of a payload. What is left of the last byte is padding.
type bits struct {
	c      *cursor
	last   byte
	left   int // bits of last
	failed bool
}

// read returns the next n bits, the low 31 if there are more: a number that is
// no negative one where an int has 32 bits.
func (b *bits) read(n int) (v int) {
	for ; n > 0 && !b.failed; n-- {
		if b.left == 0 {
			last, ok := b.c.next()
			if !ok {
				b.failed = true
				return 0
			}
			b.last, b.left = last, 8
		}
		b.left--
		v = (v<<1 | int(b.last>>b.left&1)) & math.MaxInt32
	}
	return v
}

// count reads an Exp-Golomb number (ue(v), H.264 9.1). What counts things here
// is small.
func (b *bits) count() int {
	zeros := 0
	for b.read(1) == 0 {
		if zeros++; b.failed || zeros > 16 {
			b.failed = true
			return 0
		}
	}
	n := 1<<zeros | b.read(zeros)
	if n-1 > mostNested {
		b.failed = true
		return 0
	}
	return n - 1
}
