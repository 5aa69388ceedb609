package formats_test

import (
	"io"
	"testing"
	"time"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
	"untag/scrub/scrubtest"
)

func TestGiantVideo(t *testing.T) {
	parsed(t, "bmff")
	for _, first := range []bool{true, false} {
		const size, count = 4 << 30, 1_000_000
		b, err := samples.BigMP4(size, count, first)
		if err != nil {
			t.Fatal(err)
		}
		p := scrubtest.Giant(t, formats.Engine(), "video", b, size, scrub.Options{}, 2*time.Minute)
		if p == nil {
			continue
		}
		if p.Status() != scrub.Dirty {
			t.Errorf("moov first %v: %s: %s %q", first, p.Status(), p.Refused, p.Doubts)
		}
		if limit := int64(size / 16); p.Read > limit {
			t.Errorf("moov first %v: %d bytes read, want at most %d: the index, and a page for each sample of telemetry", first, p.Read, limit)
		}
	}
}

// spliced is a medium of a start, a pattern in the middle and an end.
type spliced struct {
	start, middle, end []byte
	size               int64
}

func (s spliced) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) && off < s.size {
		var from []byte
		switch tail := s.size - int64(len(s.end)); {
		case off < int64(len(s.start)):
			from = s.start[off:]
		case off >= tail:
			from = s.end[off-tail:]
		default:
			from = s.middle[(off-int64(len(s.start)))%int64(len(s.middle)):]
			from = from[:min(int64(len(from)), tail-off)]
		}
		k := copy(p[n:], from)
		n, off = n+k, off+int64(k)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func TestGiantPhoto(t *testing.T) {
	e := parsed(t, "jpeg")
	s := samples.Get("jpeg/exif-ii").Data
	middle := make([]byte, 64<<10)
	for i := range middle {
		middle[i] = byte(i*31) &^ 0x80 // no marker in it
	}
	const size = 1 << 30
	p := scrubtest.Giant(t, e, "photo", spliced{s[:len(s)-2], middle, s[len(s)-2:], size}, size, scrub.Options{}, 2*time.Minute)
	if p != nil && p.Status() != scrub.Dirty {
		t.Errorf("%s: %s %q", p.Status(), p.Refused, p.Doubts)
	}
}

// A small medium with an endless tail: the tail is never read as a whole.
func TestGiantTails(t *testing.T) {
	for _, name := range []string{"jpeg/everything", "bmff/plain", "bmff/fragmented", "png/text"} {
		t.Run(name, func(t *testing.T) {
			s := samples.Get(name)
			e := parsed(t, s.Format)
			for _, fill := range []byte{0, 0xff, 'A'} {
				scrubtest.Giant(t, e, name, scrubtest.Sparse{Head: s.Data, Fill: fill}, 2<<30, scrub.Options{}, time.Minute)
			}
		})
	}
}
