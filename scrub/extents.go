package scrub

import "io"

// Extents lays ranges of a medium end to end, as the parts of an ICC profile
// that is spread over several JPEG segments. It maps the bytes of what is
// nested back to the bytes of what holds it.
type Extents []Range

// Size is the number of bytes in all ranges.
func (x Extents) Size() (n int64) {
	for _, r := range x {
		n += r.Len
	}
	return n
}

// Slice returns the ranges that hold n bytes from off on, or as many as there are.
func (x Extents) Slice(off, n int64) Extents {
	if off < 0 || n <= 0 {
		return nil
	}
	if len(x) == 1 && off <= x[0].Len && n <= x[0].Len-off {
		return Extents{{x[0].Off + off, n}}
	}
	var out Extents
	for _, r := range x {
		if n <= 0 {
			break
		}
		if off >= r.Len {
			off -= r.Len
			continue
		}
		take := min(r.Len-off, n)
		out = append(out, Range{r.Off + off, take})
		n -= take
		off = 0
	}
	return out
}

// inside tells whether all ranges lie in a medium of size bytes.
func (x Extents) inside(size int64) bool {
	for _, r := range x {
		if r.Off < 0 || r.Len < 0 || r.Off > size || r.Len > size-r.Off {
			return false
		}
	}
	return true
}

// extentReader reads the bytes of x out of src.
type extentReader struct {
	src io.ReaderAt
	x   Extents
}

func (e extentReader) ReadAt(p []byte, off int64) (int, error) {
	done := 0
	for _, r := range e.x.Slice(off, int64(len(p))) {
		n, err := e.src.ReadAt(p[done:done+int(r.Len)], r.Off)
		done += n
		if err != nil {
			return done, err
		}
	}
	if done < len(p) {
		return done, io.EOF
	}
	return done, nil
}

// NextData implements [Sparse].
func (e extentReader) NextData(off int64) int64 {
	if len(e.x) != 1 {
		return off
	}
	return nextData(e.src, e.x[0].Off+off, e.x[0].End()) - e.x[0].Off
}
