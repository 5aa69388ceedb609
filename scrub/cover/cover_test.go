package cover_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"untag/scrub"
	"untag/scrub/cover"
)

// TestSweep compares the sweep over regions with a byte by byte account.
func TestSweep(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		const size = 64
		var c cover.Cover[int]
		want := [size]byte{}
		for range rnd.IntN(8) {
			r := cover.Region[int]{Off: int64(rnd.IntN(size)), Len: int64(rnd.IntN(16)), Stays: rnd.IntN(2) == 0, Place: "x"}
			r.Len = min(r.Len, size-r.Off)
			if err := c.Add(r); err != nil {
				t.Fatal(err)
			}
			for i := r.Off; i < r.End(); i++ {
				if r.Stays {
					want[i] = 's'
				} else if want[i] == 0 {
					want[i] = 'g'
				}
			}
		}
		stay, go_ := c.Split()
		got, at := [size]byte{}, int64(0)
		err := cover.Sweep(0, size, stay, go_, func(off, n int64, stays, goes bool, _ string) error {
			if off != at || n <= 0 {
				t.Fatalf("run at %d of %d bytes after %d", off, n, at)
			}
			at = off + n
			for i := off; i < at; i++ {
				if stays {
					got[i] = 's'
				} else if goes {
					got[i] = 'g'
				}
			}
			return nil
		})
		if err != nil || got != want || at != size {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
}

func TestSharedAndMeeting(t *testing.T) {
	for _, c := range []struct {
		regions      []cover.Region[int]
		shared, meet bool
	}{
		{[]cover.Region[int]{{Off: 8, Len: 4, Stays: true}, {Off: 0, Len: 8, Stays: true}, {Off: 12, Len: 2}}, false, false},
		{[]cover.Region[int]{{Off: 8, Len: 4, Stays: true}, {Off: 0, Len: 9, Stays: true}}, true, false},
		{[]cover.Region[int]{{Off: 8, Len: 4, Stays: true}, {Off: 0, Len: 9}}, false, true},
	} {
		var k cover.Cover[int]
		for _, r := range c.regions {
			if err := k.Add(r); err != nil {
				t.Fatal(err)
			}
		}
		stay, goes := k.Split()
		if k.Shared() != c.shared || cover.Meet(stay, goes) != c.meet {
			t.Errorf("%v: shared %v, meet %v", c.regions, k.Shared(), cover.Meet(stay, goes))
		}
	}
}

func TestAround(t *testing.T) {
	e := scrub.NewEngine([]scrub.Format{{
		Name:  "toy",
		Sniff: func([]byte, int64) bool { return true },
		Parse: func(s *scrub.Scan) error {
			var k cover.Cover[int]
			for _, r := range []scrub.Range{{Off: 14, Len: 2}, {Off: 4, Len: 3}, {Off: 4, Len: 9}, {Off: 8, Len: 1}} {
				if k.Piece(r) && r.Off != 8 {
					s.Claim(r.Off, r.Len, scrub.Filler, "piece")
				}
			}
			k.Forget(2)
			if k.Has(8) || !k.Has(4) || k.Pieces() != 2 {
				t.Errorf("%d pieces", k.Pieces())
			}
			claim := k.Around(s, "media")
			claim(0, 10)
			claim(10, 10)
			return nil
		},
	}})
	p, err := e.Plan(bytes.NewReader(make([]byte, 20)), 20, scrub.Options{})
	if err != nil || len(p.Doubts) > 0 || len(p.Map) != 5 || p.Map[1] != (scrub.Span{Off: 4, Len: 3, Role: scrub.Filler, Place: "piece"}) {
		t.Errorf("%v: %v, doubts %q", err, p.Map, p.Doubts)
	}
}
