package scrub

import (
	"bytes"
	"errors"
	"io"
	"math"
	"slices"
	"testing"
)

func TestExtentsSlice(t *testing.T) {
	one, three := Extents{{100, 50}}, Extents{{10, 5}, {30, 5}, {20, 5}}
	tests := []struct {
		name   string
		x      Extents
		off, n int64
		want   Extents
	}{
		{"all of one", one, 0, 50, Extents{{100, 50}}},
		{"middle of one", one, 10, 5, Extents{{110, 5}}},
		{"beyond one", one, 40, 20, Extents{{140, 10}}},
		{"far beyond", one, 60, 20, nil},
		{"nothing", one, 10, 0, nil},
		{"before", one, -5, 20, nil},
		{"a length that overflows", one, 10, math.MaxInt64, Extents{{110, 40}}},
		{"a negative length", one, 10, -4, nil},
		{"across", three, 3, 9, Extents{{13, 2}, {30, 5}, {20, 2}}},
		{"at a boundary", three, 5, 5, Extents{{30, 5}}},
		{"before several", three, -1, 3, nil},
		{"beyond several", three, 12, 50, Extents{{22, 3}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.x.Slice(tt.off, tt.n); !slices.Equal(got, tt.want) && len(got)+len(tt.want) > 0 {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestExtentsInside(t *testing.T) {
	for _, tt := range []struct {
		x    Extents
		want bool
	}{
		{Extents{{0, 10}}, true}, {Extents{{0, 11}}, false}, {Extents{{10, 0}}, true}, {Extents{{11, 0}}, false},
		{Extents{{-1, 2}}, false}, {Extents{{2, -1}}, false}, {Extents{{5, math.MaxInt64}}, false}, {nil, true},
	} {
		if got := tt.x.inside(10); got != tt.want {
			t.Errorf("%v inside 10: %v", tt.x, got)
		}
	}
}

func TestExtentReader(t *testing.T) {
	src := bytes.NewReader([]byte("0123456789abcdef"))
	r := extentReader{src, Extents{{10, 3}, {2, 2}, {15, 1}}}
	p := make([]byte, 4)
	if n, err := r.ReadAt(p, 1); n != 4 || err != nil || string(p) != "bc23" {
		t.Errorf("%q, %d, %v", p[:n], n, err)
	}
	if n, err := r.ReadAt(p, 4); n != 2 || err != io.EOF || string(p[:n]) != "3f" {
		t.Errorf("at the end: %q, %d, %v", p[:n], n, err)
	}
	broken := extentReader{failing{}, Extents{{0, 9}}}
	if _, err := broken.ReadAt(p, 0); !errors.Is(err, errBroken) {
		t.Errorf("the error of the medium is lost: %v", err)
	}
}

var errBroken = errors.New("broken")

// failing is a medium that can't be read.
type failing struct{}

func (failing) ReadAt([]byte, int64) (int, error) { return 0, errBroken }
