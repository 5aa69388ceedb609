package raw_test

import (
	"bytes"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/scrubtest"
)

// needed are the ranges of a sample that decoders need: its own words for it, and what renders.
func needed(s samples.Sample, p *scrub.Plan) (all []scrub.Range) {
	out := scrubtest.Perform(s.Data, p)
	for _, b := range s.MustStay {
		for at := 0; ; at += len(b) {
			i := bytes.Index(s.Data[at:], b)
			if i < 0 {
				break
			}
			if at += i; bytes.Equal(out[at:at+len(b)], b) {
				all = append(all, scrub.Range{Off: int64(at), Len: int64(len(b))})
			}
		}
	}
	for _, x := range p.Map {
		if x.Role == scrub.Render {
			all = append(all, scrub.Range{Off: x.Off, Len: x.Len})
		}
	}
	return all
}

// One bit, wherever it is lost, costs nothing that decoders need.
func TestOneBitDestroysNothing(t *testing.T) {
	for name, step := range map[string]int{"cr3/timed": 1, "crw/plain": 1, "x3f/plain": 5, "raf/plain": 1, "mrw/plain": 1} {
		s := samples.Get(name)
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			sound := plan(t, s.Data)
			var bits []int64
			for _, x := range sound.Map {
				if x.Role == scrub.Structure || x.Role == scrub.Render || x.Role == scrub.Identify {
					for bit := 8 * x.Off; bit < 8*min(x.End(), x.Off+128); bit++ {
						bits = append(bits, bit)
					}
				}
			}
			if testing.Short() {
				step = 101
			}
			kept := needed(s, sound)
			for i := 0; i < len(bits); i += step {
				bad := bytes.Clone(s.Data)
				bad[bits[i]/8] ^= 1 << (bits[i] % 8)
				p := plan(t, bad)
				out := scrubtest.Perform(bad, p)
				for _, r := range kept {
					if !bytes.Equal(out[r.Off:min(r.End(), int64(len(out)))], bad[r.Off:r.End()]) {
						t.Errorf("bit %d of 0x%x: %.20q at 0x%x is lost; %s", bits[i]%8, bits[i]/8, s.Data[r.Off:r.End()], r.Off, p.Status())
					}
				}
			}
		})
	}
}
