package scrub

import (
	"bytes"
	"errors"
	"io"
	"math"
	"testing"
)

func reader(data []byte) *Reader {
	n := int64(len(data))
	return newReader(bytes.NewReader(data), n, newMeter(n))
}

func numbered(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i ^ i>>8 ^ i>>16)
	}
	return b
}

func TestBytesAcrossPages(t *testing.T) {
	data := numbered(3*pageSize + 100)
	r := reader(data)
	for _, off := range []int{0, 1, pageSize - 1, pageSize, 2*pageSize - 3, 3 * pageSize, 3*pageSize + 99} {
		for _, n := range []int{0, 1, 5, pageSize, pageSize + 1, 2 * pageSize} {
			got, err := r.Bytes(int64(off), n)
			if off+n > len(data) {
				if !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("%d bytes at %d: %v", n, off, err)
				}
				continue
			}
			if err != nil || !bytes.Equal(got, data[off:off+n]) {
				t.Errorf("%d bytes at %d: %v", n, off, err)
			}
		}
	}
}

// A last page that is short doesn't cut the pages that come to its slot later.
func TestBytesAfterShortPage(t *testing.T) {
	data := numbered(pageCount*pageSize + 10)
	r := reader(data)
	for _, off := range []int64{pageCount * pageSize, 0, pageCount * pageSize} {
		n := min(10, r.Left(off))
		got, err := r.Bytes(off, int(n))
		if err != nil || !bytes.Equal(got, data[off:off+n]) {
			t.Errorf("at %d: %v", off, err)
		}
	}
	if got, err := r.Bytes(pageSize-5, 10); err != nil || !bytes.Equal(got, data[pageSize-5:pageSize+5]) {
		t.Errorf("across the slot that was short: %v", err)
	}
}

func TestBytesOfHostileSizes(t *testing.T) {
	r := reader(numbered(100))
	for _, tt := range []struct {
		off int64
		n   int
	}{{-1, 1}, {0, -1}, {101, 1}, {50, 51}, {math.MaxInt64, 1}, {1, math.MaxInt}, {0, MaxPiece + 1}} {
		if b, err := r.Bytes(tt.off, tt.n); !errors.Is(err, io.ErrUnexpectedEOF) || b != nil {
			t.Errorf("%d bytes at %d: %v", tt.n, tt.off, err)
		}
	}
}

func TestBytesAreCopies(t *testing.T) {
	r := reader(numbered(100))
	a, _ := r.Bytes(0, 10)
	clear(a)
	if b, _ := r.Bytes(0, 10); b[1] != 1 {
		t.Error("what a caller does to its bytes is seen by the next one")
	}
}

func TestLeft(t *testing.T) {
	r := reader(numbered(10))
	for off, want := range map[int64]int64{0: 10, 4: 6, 10: 0, 11: 0, -1: 0, math.MinInt64: 0, math.MaxInt64: 0} {
		if got := r.Left(off); got != want {
			t.Errorf("at %d: %d, want %d", off, got, want)
		}
	}
}

func TestConstant(t *testing.T) {
	data := append(bytes.Repeat([]byte{7}, 200<<10), 8, 7)
	r := reader(data)
	for _, tt := range []struct {
		off, n int64
		want   bool
	}{{0, 200 << 10, true}, {0, 200<<10 + 1, false}, {5, 0, true}, {200<<10 + 1, 1, true}, {200 << 10, 1, false}} {
		if got, err := r.Constant(tt.off, tt.n, 7); got != tt.want || err != nil {
			t.Errorf("%d bytes at %d: %v, %v", tt.n, tt.off, got, err)
		}
	}
	r = reader(data)
	if _, err := r.Bytes(pageSize+10, 2); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ off, n, read int64 }{
		{pageSize + 1, pageSize - 1, 0},        // is in the cache
		{3 * pageSize, 100, 100},               // is not
		{pageSize - 10, 20, 20},                // begins before what is
		{pageSize, pageSize + 10, 10},          // ends behind it
		{2 * pageSize, 100 << 10, 100 << 10},   // in pieces
		{10*pageSize - 1, pageSize, pageSize},  // across pages
		{200 << 10, 1, 1}, {200<<10 - 1, 3, 3}, // another byte
	} {
		before := r.meter.read
		got, err := r.Constant(tt.off, tt.n, 7)
		if want := tt.off+tt.n <= 200<<10; got != want || err != nil || r.meter.read-before != tt.read {
			t.Errorf("%d bytes at %d: %v, %v, %d bytes read, want %d", tt.n, tt.off, got, err, r.meter.read-before, tt.read)
		}
	}
	for _, n := range []int64{-1, 200<<10 + 3, math.MaxInt64} {
		if _, err := r.Constant(0, n, 7); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

// holed is a medium of zeros that lies on the drive in its first and last piece only.
type holed struct{ size, piece, read int64 }

func (h *holed) ReadAt(p []byte, off int64) (int, error) {
	h.read += int64(len(p))
	clear(p)
	if end := off + int64(len(p)); end == h.size {
		p[len(p)-1] = 1
	}
	return len(p), nil
}

func (h *holed) NextData(off int64) int64 {
	if off < h.piece {
		return off
	}
	return max(off, h.size-h.piece)
}

func TestHolesAreNotRead(t *testing.T) {
	const size, piece = 1 << 45, 1 << 20
	for name, through := range map[string]func(*holed) io.ReaderAt{
		"itself":    func(h *holed) io.ReaderAt { return h },
		"memory":    func(h *holed) io.ReaderAt { return &memory{src: h, kept: map[Range][]byte{}} },
		"extent":    func(h *holed) io.ReaderAt { return extentReader{h, Extents{{0, size}}} },
		"unchanged": func(h *holed) io.ReaderAt { return newStaged(h, nil) },
	} {
		h := &holed{size: size, piece: piece}
		r := newReader(through(h), size, newMeter(size))
		for n, want := range map[int64]bool{size - 1: true, size: false} {
			if got, err := r.Constant(0, n, 0); got != want || err != nil {
				t.Errorf("%s, %d bytes: %v, %v", name, n, got, err)
			}
		}
		if h.read > 8*piece {
			t.Errorf("%s: %d bytes read", name, h.read)
		}
	}
	filled := newStaged(&holed{size: size, piece: piece}, []Edit{{Off: size / 2, Len: 1, Fill: 1, Phase: Destroy}})
	if got, err := newReader(filled, size, newMeter(size)).Constant(0, size-1, 0); got || err != nil {
		t.Errorf("an edit in a hole is passed over: %v, %v", got, err)
	}
}

func TestReadingInCirclesEnds(t *testing.T) {
	r := reader(numbered(100 << 10))
	p := make([]byte, 100<<10)
	var err error
	n := 0
	for ; err == nil && n < 10000; n++ {
		_, err = r.ReadAt(p, 0)
	}
	if !errors.Is(err, ErrBudget) {
		t.Errorf("after %d passes: %v", n, err)
	}
}

func TestMeterOfHugeMedia(t *testing.T) {
	for _, size := range []int64{0, 1 << 40, math.MaxInt64 / 16, math.MaxInt64} {
		if m := newMeter(size); m.limit < size || m.limit <= 0 {
			t.Errorf("a medium of %d bytes may be read for %d", size, m.limit)
		}
	}
}

func TestShortMedium(t *testing.T) {
	r := newReader(bytes.NewReader(numbered(10)), 20, newMeter(20))
	if _, err := r.Bytes(5, 10); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a medium that is shorter than said: %v", err)
	}
	r = newReader(failing{}, 20, newMeter(20))
	if _, err := r.Bytes(5, 10); !errors.Is(err, errBroken) {
		t.Errorf("the error of the medium is lost: %v", err)
	}
}
