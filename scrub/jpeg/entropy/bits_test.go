package entropy

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"untag/scrub"
	"untag/scrub/jpeg/entropy/plain"
)

// However data, stuffing, markers and the edges of what is read at once lie to
// each other, bits are what they are.
func TestBitsAreThose(t *testing.T) {
	lot := rand.New(rand.NewPCG(1, 2))
	var b bitReader
	marks := []string{"\xff\x00", "\xff\xd0", "\xff\xff\xd1", "\xff\xff\xff\xff\xd2", "\xff\xff\x00", "\xff", "\xff\xff", "\xff\xd9", "\xff\x00\xff\x00\xff\xd3"}
	for at := -12; at < 4; at++ { // where the mark stands, seen from the edge
		for i, mark := range marks {
			data := make([]byte, bitBuffer+at+len(mark)+lot.IntN(24))
			for i := range data {
				data[i] = byte(lot.IntN(254))
			}
			copy(data[1000:], "\xff\x00")
			copy(data[bitBuffer+at:], mark)
			off := lot.IntN(2)
			b.start(bytes.NewReader(data), scrub.Range{Off: int64(off), Len: int64(len(data) - off)})
			p := &plain.Bits{Data: data, At: off}
			b.drop(8 * (bitBuffer - 40))
			p.At += bitBuffer - 40 + len("\x00")
			agree(t, lot, fmt.Sprintf("mark %d at %d", i, at), &b, p)
		}
	}
	for n := range 2000 {
		data := make([]byte, lot.IntN(40))
		for i := range data {
			data[i] = []byte{0, 0, 0xFF, 0xFF, firstRestart, firstRestart + 1, byte(lot.Uint32()), byte(lot.Uint32())}[lot.IntN(8)]
		}
		b.start(bytes.NewReader(data), scrub.Range{Len: int64(len(data))})
		agree(t, lot, fmt.Sprintf("random %d: %x", n, data), &b, &plain.Bits{Data: data})
	}
}

// agree asks both for the same.
func agree(t *testing.T, lot *rand.Rand, name string, b *bitReader, p *plain.Bits) {
	t.Helper()
	for step := range 120 {
		var got, want any
		switch what := lot.IntN(12); {
		case what == 0:
			n := lot.IntN(100)
			b.drop(n)
			p.Take(n)
		case what == 1:
			got, want = b.used(), int64(p.At)
		case what == 2 && p.Left() < 100:
			at := p.Align()
			got, want = b.align(), int64(at)
			if got == want {
				number := lot.IntN(4)
				ok := p.Restart(number)
				if got, want = b.restart(number), ok; got == false && want == false {
					return
				}
			}
		default:
			n := lot.IntN(17)
			got, want = b.take(n), p.Take(n)
		}
		if got != want {
			t.Fatalf("%s: step %d: %v, want %v", name, step, got, want)
		}
		if b.stopped && b.left() != p.Left() && (b.left() >= 0 || p.Left() >= 0) {
			t.Fatalf("%s: step %d: %d left, want %d", name, step, b.left(), p.Left())
		}
	}
}

// failing can't be read from end on.
type failing struct {
	*bytes.Reader
	end int64
}

func (f failing) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > f.end {
		return 0, errFailing
	}
	return f.Reader.ReadAt(p, off)
}

var errFailing = errors.New("bad sector")

// What can't be read ends the data, and is not forgotten.
func TestBitsThatCanNotBeRead(t *testing.T) {
	for _, n := range []int{0, 1, 2, 9, bitBuffer, bitBuffer + 1, 2 * bitBuffer} {
		data := make([]byte, n+3)
		var b bitReader
		b.start(failing{bytes.NewReader(data), int64(n)}, scrub.Range{Len: int64(len(data))})
		for range len(data) + 200 {
			b.take(8)
		}
		if b.left() >= 0 || b.err != errFailing || b.align() > int64(n) || b.restart(0) || b.err != errFailing {
			t.Errorf("%d bytes: %d left, %v", n, b.left(), b.err)
		}
	}
}

func TestCoefficientsArePaged(t *testing.T) {
	c := make(coefficients, 2)
	*c.at(pageBlocks) |= 4
	if c[0] != nil || *c.at(pageBlocks) != 4 || *c.at(0) != 0 {
		t.Errorf("%v", c)
	}
}
