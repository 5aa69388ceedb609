package scrubtest

import (
	"testing"
	"time"

	"untag/scrub"
)

// fuzzLimit is the largest input that a fuzz target looks at.
const fuzzLimit = 1 << 20

// Fuzz is the body of a fuzz target: whatever the bytes, laws 1, 2, 3 and 5
// hold, law 4 at a few stops, and law 7. Of what is in doubt the payload stays ([Harness.Wild]).
func Fuzz(f *testing.F, engine *scrub.Engine, seeds ...[]byte) {
	for _, s := range seeds {
		f.Add(s)
	}
	h := Harness{Engine: engine, Wild: true, States: 6, Variants: -1, Patience: 5 * time.Second}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > fuzzLimit {
			t.Skip("larger than a fuzz target looks at")
		}
		h.Laws(t, "fuzz", data)
	})
}
