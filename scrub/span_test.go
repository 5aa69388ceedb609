package scrub

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestTile(t *testing.T) {
	a, b := Span{Off: 0, Len: 100, Role: Identify, Place: "a"}, Span{Off: 50, Len: 100, Role: Payload, Place: "b"}
	tests := []struct {
		name      string
		claims    []Span
		size      int64
		want      []Span
		unclaimed int64
		overlap   int64
	}{
		{"nothing", nil, 0, nil, 0, -1},
		{"no claims", nil, 9, []Span{{0, 9, Identify, "unclaimed", nil}}, 9, -1},
		{"one", []Span{{0, 9, Payload, "p", nil}}, 9, []Span{{0, 9, Payload, "p", nil}}, 0, -1},
		{"out of order", []Span{{4, 5, Payload, "p", nil}, {0, 4, Structure, "s", nil}}, 9, []Span{{0, 4, Structure, "s", nil}, {4, 5, Payload, "p", nil}}, 0, -1},
		{"a hole", []Span{{0, 2, Structure, "s", nil}, {5, 4, Payload, "p", nil}}, 9,
			[]Span{{0, 2, Structure, "s", nil}, {2, 3, Identify, "unclaimed", nil}, {5, 4, Payload, "p", nil}}, 3, -1},
		{"a hole at the end", []Span{{0, 2, Structure, "s", nil}}, 9, []Span{{0, 2, Structure, "s", nil}, {2, 7, Identify, "unclaimed", nil}}, 7, -1},
		{"joined", []Span{{0, 2, Filler, "f", nil}, {2, 3, Filler, "f", nil}}, 5, []Span{{0, 5, Filler, "f", nil}}, 0, -1},
		{"the earlier wins", []Span{{0, 6, Structure, "s", nil}, {4, 4, Filler, "f", nil}}, 8, []Span{{0, 6, Structure, "s", nil}, {6, 2, Filler, "f", nil}}, 0, 4},
		{"payload shared by two tracks", []Span{{0, 6, Payload, "p", nil}, {4, 4, Payload, "q", nil}}, 8, []Span{{0, 6, Payload, "p", nil}, {6, 2, Payload, "q", nil}}, 0, -1},
		{"payload wins over what came before", []Span{a, b}, 150, []Span{{0, 50, Identify, "a", nil}, b}, 0, 50},
		{"payload wins in the middle", []Span{a, {20, 10, Render, "r", nil}}, 100,
			[]Span{{0, 20, Identify, "a", nil}, {20, 10, Render, "r", nil}, {30, 70, Identify, "a", nil}}, 0, 20},
		{"payload wins over several", []Span{a, {10, 110, Filler, "f", nil}, {50, 65, Payload, "p", nil}}, 120,
			[]Span{{0, 50, Identify, "a", nil}, {50, 65, Payload, "p", nil}, {115, 5, Filler, "f", nil}}, 0, 10},
		{"twice the same", []Span{{0, 4, Structure, "s", nil}, {0, 4, Structure, "s", nil}}, 4, []Span{{0, 4, Structure, "s", nil}}, 0, 0},
		{"empty claims", []Span{{2, 0, Payload, "p", nil}, {0, 4, Structure, "s", nil}, {4, -1, Payload, "p", nil}}, 4, []Span{{0, 4, Structure, "s", nil}}, 0, -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, unclaimed, overlap := tile(slices.Clone(tt.claims), tt.size)
			if !slices.Equal(got, tt.want) || unclaimed != tt.unclaimed || overlap != tt.overlap {
				t.Errorf("got %v, %d unclaimed, overlap %d\nwant %v, %d, %d", got, unclaimed, overlap, tt.want, tt.unclaimed, tt.overlap)
			}
		})
	}
}

// Whatever is claimed, the map tiles the file and shows all that is protected.
func TestTileOfAnyClaims(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		const size = 64
		var claims []Span
		protected := make([]bool, size)
		for range r.IntN(12) {
			off := r.Int64N(size)
			c := Span{Off: off, Len: r.Int64N(size - off + 1), Role: Role(1 + r.IntN(6)), Place: string(rune('a' + r.IntN(3)))}
			claims = append(claims, c)
			for i := c.Off; i < c.End(); i++ {
				protected[i] = protected[i] || c.Role.protected()
			}
		}
		m, _, _ := tile(claims, size)
		p := Plan{Size: size, End: size, Map: m}
		if err := p.Check(); err != nil {
			t.Fatalf("%v of %v: %v", m, claims, err)
		}
		for _, s := range m {
			for i := s.Off; i < s.End(); i++ {
				if s.Role.protected() != protected[i] {
					t.Fatalf("byte %d is %s in %v of %v", i, s.Role, m, claims)
				}
			}
		}
	}
}

func TestMeets(t *testing.T) {
	in := []Range{{10, 5}, {20, 1}, {30, 10}}
	for _, tt := range []struct {
		off, n int64
		want   bool
	}{
		{0, 10, false}, {0, 11, true}, {14, 1, true}, {15, 5, false}, {15, 6, true}, {20, 1, true}, {21, 9, false},
		{39, 100, true}, {40, 100, false}, {12, 0, false}, {0, 100, true},
	} {
		if got := meets(in, tt.off, tt.n); got != tt.want {
			t.Errorf("%d bytes at %d: %v", tt.n, tt.off, got)
		}
	}
	if meets(nil, 0, 100) {
		t.Error("something meets nothing")
	}
}

func TestProtectedRangesJoin(t *testing.T) {
	claims := []Span{{0, 4, Payload, "a", nil}, {2, 4, Render, "b", nil}, {6, 2, Payload, "c", nil}, {8, 2, Structure, "s", nil}, {10, 0, Payload, "e", nil}, {12, 1, Payload, "d", nil}}
	if got, want := protect(claims).ranges, []Range{{0, 8}, {12, 1}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
