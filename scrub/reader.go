package scrub

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
)

const (
	pageSize  = 4 << 10
	pageCount = 16
	// MaxPiece is the most that [Reader.Bytes] returns at once.
	MaxPiece = 1 << 20
)

// Reader gives a parser bounded, cached and counted access to a medium.
type Reader struct {
	src   io.ReaderAt
	size  int64
	meter *meter
	pages [pageCount]page
}

type page struct {
	no   int64 // page number plus one, so that the zero value is empty
	data []byte
}

// meter is shared by a medium and all that is nested in it.
type meter struct {
	read, limit int64
	failed      error  // the first failure of [Reader.Get]
	outer       *meter // of the medium that this one reads from, or nil
}

func newReader(src io.ReaderAt, size int64, m *meter) *Reader {
	return &Reader{src: src, size: size, meter: m}
}

// newMeter allows for a few passes over the whole medium and no more.
func newMeter(size int64) *meter {
	limit := int64(math.MaxInt64)
	if size < math.MaxInt64/16 {
		limit = 8*size + 16<<20
	}
	return &meter{limit: limit}
}

// Sparse is what the source of a medium may know beside its bytes.
type Sparse interface {
	// NextData returns where the first byte from off on is that lies on the drive,
	// or the size of the medium: what comes before it reads as zeros. It returns
	// off where it does not know.
	NextData(off int64) int64
}

// nextData is [Sparse.NextData] of src, at most end.
func nextData(src io.ReaderAt, off, end int64) int64 {
	if s, ok := src.(Sparse); ok {
		return max(off, min(end, s.NextData(off)))
	}
	return off
}

// NextData implements [Sparse].
func (r *Reader) NextData(off int64) int64 { return nextData(r.src, off, r.size) }

// Size is the length of the medium in bytes.
func (r *Reader) Size() int64 { return r.size }

// Left is how many bytes there are from off to the end; 0 if off is outside.
func (r *Reader) Left(off int64) int64 {
	if off < 0 || off > r.size {
		return 0
	}
	return r.size - off
}

// ReadAt reads len(p) bytes at off, past the cache. It fails with
// [io.ErrUnexpectedEOF] if the medium holds fewer.
func (r *Reader) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || int64(len(p)) > r.Left(off) {
		return 0, &shortError{off, int64(len(p)), r.size}
	}
	if len(p) == 0 {
		return 0, nil
	}
	r.meter.read += int64(len(p))
	if r.meter.read > r.meter.limit {
		return 0, ErrBudget
	}
	n, err := r.src.ReadAt(p, off)
	if n == len(p) {
		return n, nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, fmt.Errorf("reading %d bytes at 0x%x: %w", len(p), off, err)
}

// Bytes returns a copy of n bytes at off, n being at most [MaxPiece].
func (r *Reader) Bytes(off int64, n int) ([]byte, error) {
	if n < 0 || n > MaxPiece || off < 0 || int64(n) > r.Left(off) {
		return nil, &shortError{off, int64(n), r.size}
	}
	b := make([]byte, n)
	if n > pageSize {
		_, err := r.ReadAt(b, off)
		return b, err
	}
	for done := 0; done < n; {
		p, err := r.page((off + int64(done)) / pageSize)
		if err != nil {
			return nil, err
		}
		done += copy(b[done:], p[(off+int64(done))%pageSize:])
	}
	return b, nil
}

// Get is [Reader.Bytes] for what the caller knows to be there. Where it can't be read
// after all, it is zeros, as it might have been: the plan fails, and parsers need not ask
// each time.
func (r *Reader) Get(off int64, n int) []byte {
	b, err := r.Bytes(off, n)
	if err != nil {
		r.meter.fail(err)
		return make([]byte, max(0, min(n, MaxPiece)))
	}
	return b
}

// GetInto is [Reader.Get] of as many bytes as p has room for, past the cache.
func (r *Reader) GetInto(p []byte, off int64) {
	if _, err := r.ReadAt(p, off); err != nil {
		r.meter.fail(err)
		clear(p)
	}
}

// Zeros is [Reader.Constant] in the manner of [Reader.Get].
func (r *Reader) Zeros(off, n int64) bool {
	zeros, err := r.Constant(off, n, 0)
	r.meter.fail(err)
	return zeros
}

func (m *meter) fail(err error) {
	for ; m != nil && err != nil; m = m.outer {
		m.failed = cmp.Or(m.failed, err)
	}
}

// failure returns how reading failed by [Reader.Get]. What condemns the medium alone is
// returned once: whoever nests it goes on.
func (m *meter) failure() error {
	err := m.failed
	for ; m != nil && Refusal(err); m = m.outer {
		if m.failed == err {
			m.failed = nil
		}
	}
	return err
}

func (r *Reader) page(no int64) ([]byte, error) {
	slot := &r.pages[no%pageCount]
	if slot.no == no+1 {
		return slot.data, nil
	}
	n := min(pageSize, r.size-no*pageSize)
	if slot.data == nil {
		slot.data = make([]byte, pageSize)
	}
	slot.no, slot.data = 0, slot.data[:n]
	if _, err := r.ReadAt(slot.data, no*pageSize); err != nil {
		return nil, err
	}
	slot.no = no + 1
	return slot.data, nil
}

// Constant tells whether all n bytes at off are b.
func (r *Reader) Constant(off, n int64, b byte) (bool, error) {
	if n < 0 || n > r.Left(off) {
		return false, &shortError{off, n, r.size}
	}
	var buf []byte
	for n > 0 {
		p := r.cached(off, n)
		if p == nil {
			if buf == nil {
				buf = make([]byte, min(n, constantPiece))
			}
			p = buf[:min(n, constantPiece)]
			if _, err := r.ReadAt(p, off); err != nil {
				return false, err
			}
		}
		if !constant(p, b) {
			return false, nil
		}
		off, n = off+int64(len(p)), n-int64(len(p))
		if b == 0 && n > constantPiece { // a file that says it is a terabyte long has no terabyte of data
			hole := nextData(r.src, off, off+n) - off
			off, n = off+hole, n-hole
		}
	}
	return true, nil
}

const constantPiece = 64 << 10

// Trim returns how many of n bytes at off are left without the zeros at their end. Where a
// medium was cut short, zeros may be what an interrupted run made of a mark behind it.
func (r *Reader) Trim(off, n int64) (int64, error) {
	for n > 0 {
		b, err := r.Bytes(off+n-min(n, pageSize), int(min(n, pageSize)))
		if err != nil {
			return n, err
		}
		left := len(bytes.TrimRight(b, "\x00"))
		if n -= int64(len(b) - left); left > 0 {
			break
		}
	}
	return n, nil
}

// cached returns those of n bytes at off that lie in one page of the cache, nil
// if the page isn't there.
func (r *Reader) cached(off, n int64) []byte {
	no := off / pageSize
	slot := &r.pages[no%pageCount]
	if slot.no != no+1 {
		return nil
	}
	p := slot.data[off%pageSize:]
	return p[:min(n, int64(len(p)))]
}

// constant tells whether p, which is not empty, holds nothing but b: its first
// byte is b, and each byte is as the one before.
func constant(p []byte, b byte) bool {
	return p[0] == b && bytes.Equal(p[1:], p[:len(p)-1])
}

// Memory returns a reader of bytes that are in memory: a part of a medium that its
// container has in pieces.
func Memory(b []byte) *Reader {
	return newReader(bytes.NewReader(b), int64(len(b)), &meter{limit: math.MaxInt64})
}
