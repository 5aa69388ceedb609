package scrubtest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"untag/scrub"
)

// damage holds the parser to laws 8, 9 and 10 on variants of a medium that lost
// their end or whose numbers lie. Random bytes are for [Fuzz].
func (c *court) damage(h *Harness, data []byte, p *scrub.Plan, lot *rand.Rand) {
	if h.variants() == 0 || len(p.Map) == 0 {
		return
	}
	v := variants{court: c, h: h, data: data, whole: intact(p), refused: p.Refused != ""}
	per := max(1, h.variants()/3)
	for _, end := range pickCuts(p, per, lot) {
		if c.full(7) || c.full(8) {
			return
		}
		v.cut(end)
	}
	for _, f := range pickFlips(p, data, 2*per, lot) {
		if c.full(7) || c.full(8) {
			return
		}
		v.flip(f)
	}
}

// intact is the payload but for what the parser itself calls damaged, and leaves
// alone for want of knowing better.
func intact(p *scrub.Plan) []scrub.Range {
	return ranges(slices.DeleteFunc(slices.Clone(p.Map), func(s scrub.Span) bool { return strings.Contains(s.Place, "damage") }), scrub.Payload)
}

type variants struct {
	*court
	h       *Harness
	data    []byte
	whole   []scrub.Range // the payload of the undamaged medium
	refused bool          // the undamaged medium was refused
}

// cut tries the medium without what follows end.
func (v *variants) cut(end int64) {
	what := fmt.Sprintf("cut at 0x%x", end)
	data := v.data[:end]
	p := v.damaged(data, what, upTo(v.whole, end))
	if p == nil || v.h.Streams || v.refused {
		return
	}
	st := p.Status()
	if d := differ(v.whole, payload(p)); d >= 0 && (st == scrub.Clean || st == scrub.Dirty) {
		v.breach(8, d, "%s: called %s although payload is lost", what, st)
	}
}

// flip tries the medium with a few bytes replaced.
func (v *variants) flip(f flip) {
	data := bytes.Clone(v.data)
	copy(data[f.off:], f.data)
	v.damaged(data, fmt.Sprintf("with %x for %x at 0x%x of %s", f.data, v.data[f.off:f.off+int64(len(f.data))], f.off, f.place), v.whole)
}

// damaged holds the plan for a damaged variant to what holds for all plans, and
// to leaving the payload of the undamaged medium alone.
func (v *variants) damaged(data []byte, what string, whole []scrub.Range) *scrub.Plan {
	p := v.measured(v.h, data, what)
	if p == nil {
		return nil
	}
	for _, e := range p.Edits {
		if d := met(whole, e); d >= 0 {
			v.breach(8, d, "%s: an edit (%s, %d bytes at 0x%x) meets what was payload; the plan is %s",
				what, e.Phase, e.Len, e.Off, p.Status())
			break
		}
	}
	if d := meeting(whole, p.End, p.Size-p.End); d >= 0 {
		v.breach(8, d, "%s: the tail from 0x%x on meets what was payload", what, p.End)
	}
	if off, n := unexplained(data, p); n > 0 {
		v.breach(9, off, "%s: %d bytes go that nothing explains, %s", what, n, p.Status())
	}
	result := Perform(data, p)
	v.shown(data, result, what)
	if again := v.court.plan(v.h, result, what+", then finished"); again != nil {
		v.finished(p, again, what)
	}
	return p
}

// pickCuts returns ends at and around the boundaries of the map, most at the most.
func pickCuts(p *scrub.Plan, most int, lot *rand.Rand) (ends []int64) {
	for s := range scrub.Each(p.Map) {
		for _, end := range []int64{s.Off, s.Off + 1, s.End() - 1, s.Off + s.Len/2} {
			if end > 0 && end < p.Size && (len(ends) == 0 || ends[len(ends)-1] != end) {
				ends = append(ends, end)
			}
		}
	}
	return some(ends, most, lot)
}

type flip struct {
	off   int64
	data  []byte
	place string
}

// pickFlips returns changes that make the numbers near the start of structures
// zero, one, or as large as can be. Where the numbers are is known to the format
// alone, so the usual places are tried, types of structures among them: the name
// of a structure is as easily damaged as its length.
func pickFlips(p *scrub.Plan, data []byte, most int, lot *rand.Rand) (flips []flip) {
	whole := payload(p)
	for s := range scrub.Each(p.Map) {
		for _, at := range []int64{0, 1, 2, 4, 8, 12} {
			for _, b := range numbers(at) {
				end := s.Off + at + int64(len(b))
				if at < s.Len && end <= p.Size && meeting(whole, s.Off+at, int64(len(b))) < 0 {
					flips = append(flips, flip{s.Off + at, b, s.Place})
				}
			}
		}
	}
	return some(flips, most, lot)
}

func numbers(at int64) (out [][]byte) {
	if at == 1 || at == 2 {
		for _, n := range []uint16{0, 1, 0x7fff, 0xffff} {
			out = append(out, binary.BigEndian.AppendUint16(nil, n))
		}
		return out
	}
	for _, n := range []uint32{0, 1, 0x7fffffff, 0xffffffff} {
		out = append(out, binary.BigEndian.AppendUint32(nil, n))
	}
	return out
}

// some returns most of all by lot, in order.
func some[T any](all []T, most int, lot *rand.Rand) (out []T) {
	left := most
	for i, x := range all {
		if lot.IntN(len(all)-i) < left {
			out = append(out, x)
			left--
		}
	}
	return out
}
