package apply

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"untag/platform/walk"
	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
)

// What is said after cleaning is what whoever asks next is told: never more, for
// whole media and for damaged ones.
func TestNeverMoreThanVerifySays(t *testing.T) {
	for _, profile := range []scrub.Profile{scrub.ProfileDevice, scrub.ProfileStrict} {
		t.Run(string(profile), func(t *testing.T) {
			dir := t.TempDir()
			for i, s := range samples.All() {
				if profile == scrub.ProfileStrict && i%3 > 0 { // for time: what differs is what goes, not how
					continue
				}
				for what, data := range damages(s.Data) {
					put(t, dir, fmt.Sprintf("%s %s%s", filepath.Base(s.Name), what, s.Ext), data)
				}
			}
			opt := Options{Scrub: scrub.Options{Policy: scrub.Policy{Profile: profile}}}
			said := judged(t, dir, opt)
			opt.DryRun = true
			partly := 0
			for path, now := range judged(t, dir, opt) {
				before := said[path]
				if before.Status == Partly {
					partly++
				}
				if before.Status == Cleaned {
					before.Status = Clean
				}
				if before.Status != now.Status {
					t.Errorf("%s: %s %q after cleaning, and then %s %q", filepath.Base(path), before.Status, before.Reasons, now.Status, now.Reasons)
				}
			}
			if partly == 0 {
				t.Error("no damage leaves a doubt")
			}
		})
	}
}

// damages are the medium, and the same damaged in a few ways.
func damages(data []byte) map[string][]byte {
	lot := rand.New(rand.NewPCG(uint64(len(data)), 11))
	all := map[string][]byte{"whole": data, "half zeros": append(bytes.Clone(data[:len(data)/2]), make([]byte, len(data)-len(data)/2)...)}
	for i := range 2 {
		all[fmt.Sprint("cut ", i)] = data[:1+lot.IntN(len(data)-1)]
	}
	for i := range 3 {
		flipped := bytes.Clone(data)
		flipped[lot.IntN(len(flipped))] ^= 1 << lot.IntN(8)
		all[fmt.Sprint("flip ", i)] = flipped
	}
	if long := longestPayload(data); long.Len > 1 {
		all["half lost"] = slices.Delete(bytes.Clone(data), int(long.Off+long.Len/2), int(long.End()))
	}
	return all
}

// longestPayload is where most of the picture or sound lies.
func longestPayload(data []byte) (long scrub.Span) {
	p, err := formats.Engine().Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{})
	if err != nil {
		return long
	}
	for _, s := range p.Map {
		if s.Role == scrub.Payload && s.Len > long.Len {
			long = s
		}
	}
	return long
}

// judged runs over a folder with the parsers of the program.
func judged(t *testing.T, dir string, opt Options) map[string]Outcome {
	t.Helper()
	root, err := walk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	got := map[string]Outcome{}
	err = Run(context.Background(), []*walk.Root{root}, Direct(formats.Engine()), opt, func(o Outcome) {
		o.Reasons = slices.Clone(o.Reasons)
		got[o.Path] = o
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}
