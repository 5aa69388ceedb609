package formats_test

import (
	"os"
	"sync/atomic"
	"testing"

	"untag/samples"
	"untag/scrub/scrubtest"
)

// One bit costs no film. UNTAG_BITS=all flips every bit of every sample.
func TestFlippedBits(t *testing.T) {
	most := 200
	switch {
	case os.Getenv("UNTAG_BITS") == "all":
		most = -1
	case testing.Short():
		most = 20
	}
	var tried, bad atomic.Int64
	t.Run("samples", func(t *testing.T) {
		for _, s := range samples.All() {
			t.Run(s.Name, func(t *testing.T) {
				t.Parallel()
				h := scrubtest.Harness{Engine: parsed(t, s.Format)}
				n, breaches := h.Bits(s.Name, s.Data, most)
				tried.Add(int64(n))
				bad.Add(int64(len(breaches)))
				for _, b := range breaches {
					t.Error(b)
				}
			})
		}
	})
	t.Logf("%d bits, %d breaches", tried.Load(), bad.Load())
}
