package scrub_test

import (
	"errors"
	"testing"

	"untag/scrub"
)

var errDrive = errors.New("bad sector")

// drive is full of zeros and can be read until it fails.
type drive struct{ fails bool }

func (d *drive) ReadAt(b []byte, _ int64) (int, error) {
	if d.fails {
		return 0, errDrive
	}
	clear(b)
	return len(b), nil
}

// A parser that doesn't ask whether reading failed has its plan fail all the same, as has
// the one that holds it. What is not there condemns the medium alone.
func TestGet(t *testing.T) {
	const size, part = 256 << 10, 16 << 10
	for _, c := range []struct {
		off     int64
		fails   bool
		refused bool
		err     error
	}{
		{10000, false, false, nil},
		{10000, true, false, errDrive},
		{part - 4, false, true, nil},
	} {
		d := &drive{}
		inner := scrub.Format{Name: "inner", Inner: true, Parse: func(s *scrub.Scan) error {
			s.Claim(0, s.Size(), scrub.Payload, "all")
			d.fails = c.fails
			if b := s.Get(c.off, 8); len(b) != 8 || b[0] != 0 {
				t.Errorf("%q", b)
			}
			return nil
		}}
		refused := false
		outer := scrub.Format{Name: "outer", Sniff: func([]byte, int64) bool { return true }, Parse: func(s *scrub.Scan) error {
			refused = scrub.Refusal(s.MediumAs("inner", scrub.Extents{{Off: 100, Len: part}}, "part"))
			s.Claim(0, s.Size(), scrub.Payload, "all")
			return nil
		}}
		p, err := scrub.NewEngine([]scrub.Format{outer, inner}).Plan(d, size, scrub.Options{})
		if !errors.Is(err, c.err) || refused != c.refused || err == nil && p.Refused != "" {
			t.Errorf("%+v: %+v %v %v", c, p, err, refused)
		}
	}
}

// What could not be read before a try is not forgotten with it.
func TestTryForgetsNothing(t *testing.T) {
	f := scrub.Format{Name: "short", Sniff: func([]byte, int64) bool { return true }, Parse: func(s *scrub.Scan) error {
		s.Claim(0, s.Size(), scrub.Payload, "all")
		s.Get(s.Size()-4, 8)
		if s.Try(func() error { return nil }) == nil {
			t.Error("a try on what can't be read")
		}
		return nil
	}}
	p, err := scrub.NewEngine([]scrub.Format{f}).Plan(&drive{}, 4096, scrub.Options{})
	if err != nil || p.Refused == "" {
		t.Errorf("%+v, %v", p, err)
	}
}
