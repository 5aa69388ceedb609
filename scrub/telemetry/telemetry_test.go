package telemetry_test

import (
	"testing"

	"untag/scrub/telemetry"
)

func judge(pieces []piece) (telemetry.Verdict, string) {
	var t telemetry.Track
	for _, p := range pieces {
		t.Add(p.start, p.end, p.text)
	}
	return t.Judge()
}

const seeds = 5

// Every form of telemetry is found, whatever its length, and never taken for
// speech.
func TestTelemetry(t *testing.T) {
	for _, f := range forms {
		for seed := range uint64(seeds) {
			for _, n := range []int{5, 20, 100, 400} {
				if v, rule := judge(f.track(seed, n)); v != telemetry.Telemetry {
					t.Errorf("%s, seed %d, %d samples: %v (%s)", f.name, seed, n, v, rule)
				}
			}
		}
	}
}

// A track too short to be judged is not called speech.
func TestShortTelemetry(t *testing.T) {
	for _, f := range forms {
		for seed := range uint64(seeds) {
			for n := 1; n <= 3; n++ {
				if v, rule := judge(f.track(seed, n)); v == telemetry.Speech {
					t.Errorf("%s, seed %d, %d samples: %v (%s)", f.name, seed, n, v, rule)
				}
			}
		}
	}
}

func TestDoubtful(t *testing.T) {
	for _, f := range doubtful {
		for seed := range uint64(seeds) {
			if v, rule := judge(f.track(seed, 60)); v != telemetry.Unsure {
				t.Errorf("%s, seed %d: %v (%s)", f.name, seed, v, rule)
			}
		}
	}
}

// Nothing that people say is taken for telemetry, however long or short, and
// next to nothing raises a doubt.
func TestSpeech(t *testing.T) {
	for _, s := range speakers {
		for seed := range uint64(seeds) {
			for _, n := range []int{1, 2, 3, 7, 30, 100, 400} {
				v, rule := judge(s.track(seed, n))
				if v == telemetry.Telemetry || v == telemetry.Unsure && n >= 7 && !s.near {
					t.Errorf("%s, seed %d, %d samples: %v (%s)", s.name, seed, n, v, rule)
				}
			}
		}
	}
}
