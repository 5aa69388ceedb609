package telemetry_test

import (
	"fmt"
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

// Places, plates and names that machines write without measurements.
func TestWithoutMeasurements(t *testing.T) {
	lists := func(lines ...string) (track []piece) {
		for i := range 20 {
			track = append(track, piece{float64(i), float64(i + 1), []byte(lines[i%len(lines)])})
		}
		return track
	}
	numbered := func(format string) (track []piece) {
		for i := range 20 {
			track = append(track, piece{float64(i), float64(i + 1), fmt.Appendf(nil, format, i+1)})
		}
		return track
	}
	for name, c := range map[string]struct {
		track []piece
		want  telemetry.Verdict
	}{
		"three words":              {lists("filled.count.soap", "index.home.raft", "daring.lion.race"), telemetry.Telemetry},
		"three words with slashes": {lists("///filled.count.soap", "///index.home.raft"), telemetry.Telemetry},
		"three words of Korean":    {lists("///사과.나무.하늘", "///바다.구름.강물"), telemetry.Telemetry},
		"addresses of them":        {lists("https://what3words.com/filled.count.soap", "https://w3w.co/index.home.raft"), telemetry.Telemetry},
		"a few of them":            {lists("///filled.count.soap", "Look!", "There.", "No."), telemetry.Unsure},
		"the name of a site":       {lists("www.example.com", "Look!", "There.", "No.", "Yes."), telemetry.Speech},
		"a plate, twice":           {lists("KA AB 4711")[:2], telemetry.Unsure},
		"a plate in one word":      {lists("ZH482133")[:2], telemetry.Unsure},
		"two signs":                {lists("MIAMI", "Room 5")[:2], telemetry.Speech},
		"a street and a number":    {numbered("#%d Bahnhofstrasse, Luzern"), telemetry.Unsure},
		"a counter":                {numbered("Frame %d"), telemetry.Speech},
		"a counter of two words":   {numbered("Test line %d"), telemetry.Speech},
	} {
		if v, rule := judge(c.track); v != c.want {
			t.Errorf("%s: %v (%s)", name, v, rule)
		}
	}
}
