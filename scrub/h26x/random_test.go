package h26x_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"untag/scrub/h26x"
	"untag/scrub/scrubtest"
)

// Units of all shapes that a writer may choose, rich in zeros.
func TestRandomUnits(t *testing.T) {
	for seed := range uint64(300) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 26))
			codec := h26x.Codec(1 + r.IntN(3))
			slice := append(sliceUnit(codec), make([]byte, r.IntN(600))...)
			f := frame(randomUnit(r, codec), slice, randomUnit(r, codec))
			h := scrubtest.Harness{Engine: engine, Streams: true, States: 80, Variants: -1}
			h.Laws(t, t.Name(), toy(codec, 4, 'f', f))
		})
	}
}

func randomUnit(r *rand.Rand, codec h26x.Codec) []byte {
	types := []int{0, 1, 2, 3, 4, 5, 5, 5, 6, 30, 37, 47, 100, 133, 136, 137, 144, 200, 254, 254, 260}
	var messages [][]byte
	for range 1 + r.IntN(4) {
		messages = append(messages, msg(types[r.IntN(len(types))], randomBody(r)))
	}
	return seiUnit(codec, messages...)
}

func randomBody(r *rand.Rand) []byte {
	n := r.IntN(40)
	switch r.IntN(4) {
	case 0:
		n = sizes[r.IntN(len(sizes))] - r.IntN(3)
	case 1:
		n = r.IntN(600)
	}
	b := make([]byte, n)
	zeros := r.IntN(4)
	for i := range b {
		if b[i] = byte(r.Uint32()); r.IntN(4) < zeros {
			b[i] = []byte{0, 0, 1, 3, 0xff}[r.IntN(5)]
		}
	}
	return b
}

// FuzzMessages takes what it is given as the messages of one unit.
func FuzzMessages(f *testing.F) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 7))
		f.Add(byte(r.IntN(3)), bytes.Join([][]byte{msg(1, randomBody(r)), msg(5, randomBody(r)), msg(6, randomBody(r))}, nil))
	}
	h := scrubtest.Harness{Engine: engine, Streams: true, Wild: true, States: 12, Variants: -1, Patience: 5 * time.Second}
	f.Fuzz(func(t *testing.T, codec byte, messages []byte) {
		if len(messages) > 4096 {
			t.Skip("longer than needed")
		}
		c := h26x.Codec(1 + codec%3)
		h.Laws(t, "fuzz", toy(c, 4, 'f', frame(seiUnit(c, messages), sliceUnit(c))))
	})
}
