package scrubtest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"untag/scrub"
)

// Bit is one bit of a medium.
type Bit struct {
	Off   int64
	Mask  byte
	Place string // where it is in the format's own terms
}

// Flip returns a copy of data with the bit flipped.
func (b Bit) Flip(data []byte) []byte {
	out := bytes.Clone(data)
	out[b.Off] ^= b.Mask
	return out
}

func (b Bit) String() string { return fmt.Sprintf("bit %02x at 0x%x of %s", b.Mask, b.Off, b.Place) }

// dense is how many bytes of a span are types and numbers in all likelihood.
const dense = 24

// PickBits returns a bit of each byte that is not payload: of types, names and
// numbers, text included. It returns most of them by lot, the first bytes of
// spans rather than others, or all and every bit of them if most is negative.
func PickBits(p *scrub.Plan, most int, lot *rand.Rand) []Bit {
	var first, other []Bit
	for s := range scrub.Each(p.Map) {
		if s.Role == scrub.Payload {
			continue
		}
		for i := range s.Len {
			masks := []byte{1 << lot.IntN(8)}
			if most < 0 {
				masks = []byte{1, 2, 4, 8, 16, 32, 64, 128}
			}
			for _, m := range masks {
				if b := (Bit{s.Off + i, m, s.Place}); i < dense {
					first = append(first, b)
				} else {
					other = append(other, b)
				}
			}
		}
	}
	if most < 0 {
		return append(first, other...)
	}
	return append(some(first, most-most/4, lot), some(other, most/4, lot)...)
}

// Bits holds the engine to law 9 on variants of a medium with one bit flipped,
// as many as [PickBits] picks: a bit in a name costs no byte of the payload,
// a bit in a number less than half of it. It returns how many it tried.
func (h *Harness) Bits(name string, data []byte, most int) (int, []Breach) {
	c := &court{}
	whole := c.plan(h, data, "as it came")
	if whole == nil || whole.Refused != "" {
		return 0, c.breaches
	}
	bits := PickBits(whole, most, lots(name))
	for i, b := range bits {
		if !c.lose(h, data, whole, b) || most >= 0 && c.full(9) {
			return i + 1, c.breaches
		}
	}
	return len(bits), c.breaches
}

// EveryBit is [Harness.Bits] for every bit of media that is not payload, none of which may cost any.
func EveryBit(t *testing.T, engine *scrub.Engine, media ...[]byte) {
	t.Helper()
	h := Harness{Engine: engine}
	for i, data := range media {
		n, breaches := h.Bits(fmt.Sprintf("medium %d", i), data, -1)
		if n == 0 {
			t.Errorf("medium %d: no bit was tried", i)
		}
		for _, b := range breaches {
			t.Error(b)
		}
	}
}

// Bit is [Harness.Bits] for one bit of a medium that the plan is for.
func (h *Harness) Bit(data []byte, whole *scrub.Plan, b Bit) []Breach {
	c := &court{}
	c.lose(h, data, whole, b)
	return c.breaches
}

// heads is how many bytes around a flipped bit are taken back with it: the type and
// length of what was retired for it.
const heads = 8

// lose flips a bit, has the plan for the damaged medium performed, and looks for
// what was payload; if it is not all there, once more with the bit flipped back. An
// index that was filled with zeros costs a film like media data that were.
func (c *court) lose(h *Harness, data []byte, whole *scrub.Plan, b Bit) bool {
	bad := b.Flip(data)
	p, err := h.Engine.Rehearse(bytes.NewReader(bad), int64(len(bad)), h.Options)
	if err != nil {
		c.breach(8, b.Off, "%v flipped: a read error from memory: %v", b, err)
		return false
	}
	if err := p.Check(); err != nil {
		c.breach(2, b.Off, "%v flipped: %v", b, err)
		return false
	}
	if off, n := unexplained(bad, p); n > 0 {
		c.breach(9, off, "%v flipped: %d bytes go that nothing explains, %s", b, n, p.Status())
	}
	result := Perform(bad, p)
	c.shown(bad, result, fmt.Sprintf("%v flipped", b))
	was := payload(whole)
	all := total(was)
	lost := int64(0)
	for _, what := range []string{"and cleaned", "cleaned, and flipped back"} {
		again := c.plan(h, result, fmt.Sprintf("%v flipped, %s", b, what))
		if again == nil {
			return false
		}
		if lost = all - kept(data, result, was, payload(again)); lost == 0 {
			return true
		}
		head := min(int64(len(result)), b.Off+heads)
		copy(result[min(head, max(0, b.Off-heads)):head], data[max(0, b.Off-heads):])
	}
	if 2*lost >= all && all > 0 || lost > 0 && inName(data, b.Off) {
		c.breach(9, b.Off, "%v flipped costs %d of %d bytes of picture or sound, %s %s %q", b, lost, all, p.Status(), p.Refused, p.Doubts)
	}
	return true
}

// inName tells whether the byte at off is one of four letters or more in a row.
func inName(data []byte, off int64) bool {
	n := 1
	for i := off; i > 0 && isLetter(data[i-1]); i-- {
		n++
	}
	for i := off; i+1 < int64(len(data)) && isLetter(data[i+1]); i++ {
		n++
	}
	return isLetter(data[off]) && n >= 4
}

func isLetter(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c == ' ' || c == 0xa9
}

// total is the sum of the lengths.
func total(all []scrub.Range) (n int64) {
	for _, r := range all {
		n += r.Len
	}
	return n
}

// kept counts the bytes that are the same and in both lists of ranges.
func kept(before, after []byte, was, now []scrub.Range) (n int64) {
	for _, r := range was {
		for len(now) > 0 && now[0].End() <= r.Off {
			now = now[1:]
		}
		for _, s := range now {
			if s.Off >= r.End() {
				break
			}
			for i := max(r.Off, s.Off); i < min(r.End(), s.End()); i++ {
				if before[i] == after[i] {
					n++
				}
			}
		}
	}
	return n
}
