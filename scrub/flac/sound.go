package flac

import (
	"crypto/md5"

	"untag/scrub"
	"untag/scrub/coded"
	"untag/scrub/crc"
)

const (
	piece  = 256 << 10 // read at a time
	probes = 16        // frames that are followed where not all are
	sizes  = 12        // where STREAMINFO has the lengths of the shortest and longest frame

	longestFrame = 4 << 20 // more than eight channels of 65,535 samples take
)

// header returns the header of the frame at off, nil if there is none.
func (f *file) header(off int64) (*frame, error) {
	b := f.Get(off, int(min(f.Left(off), longest)))
	if len(b) < 6 {
		return nil, nil
	}
	return parseFrame(b), nil
}

// sound is the work on frames.
type sound struct {
	*file
	b  []byte // of the file from at on
	at int64

	frames      int   // that were followed, not all if
	some        bool  // is set,
	least, most int64 // and their lengths in bytes
	variable    bool
	want        int64 // number of the next one
}

// first returns where the first frame in [off, end) starts that leads on, -1 if there is
// none.
func (s *sound) first(off, end int64) (int64, error) {
	for off < end {
		b := s.Get(off, int(min(end-off, piece)))
		for i := range b {
			at := off + int64(i)
			if b[i] != 0xff || i+1 < len(b) && b[i+1]&0xfe != 0xf8 {
				continue
			}
			if to, _, err := s.next(at); err != nil || to > at {
				return at, err
			}
		}
		off += int64(len(b))
	}
	return -1, nil
}

// next follows the frame at off: it returns where it ends, off if nothing tells, and its
// header. A frame ends where its checksum agrees and the next one starts, or, if there is
// none, where what it codes does.
func (s *sound) next(off int64) (end int64, h *frame, err error) {
	if h, err = s.head(off); err != nil || h == nil {
		return off, nil, err
	}
	want := h.next()
	var r uint32
	for at := off; at < min(s.Size(), off+longestFrame); {
		b, err := s.from(at)
		if err != nil {
			return 0, nil, err
		}
		for i := range b {
			r = crc.FLAC16.Update(r, b[i:i+1])
			here := at + int64(i) + 1
			if r != 0 || here-off <= int64(h.size) {
				continue
			}
			n, err := s.head(here)
			if err != nil {
				return 0, nil, err
			}
			if n != nil && (n.number == want || s.length(off, h) == here-off) {
				return here, h, nil
			}
		}
		at += int64(len(b))
	}
	return off + s.length(off, h), h, nil
}

// length is how long the frame at off is by what it codes, 0 if it isn't whole.
func (s *sound) length(off int64, h *frame) int64 {
	b, err := s.Bytes(off, int(min(s.Left(off), scrub.MaxPiece)))
	if err != nil {
		return 0
	}
	return int64(h.length(b, s.bits))
}

// head is [file.header], out of the bytes at hand if they hold it.
func (s *sound) head(off int64) (*frame, error) {
	if at := off - s.at; at >= 0 && at+longest <= int64(len(s.b)) {
		return parseFrame(s.b[at:]), nil
	}
	return s.header(off)
}

// from returns bytes from at on, as many as are at hand.
func (s *sound) from(at int64) ([]byte, error) {
	if at < s.at || at >= s.at+int64(len(s.b)) {
		n := int(min(s.Left(at), piece))
		if cap(s.b) < n {
			s.b = make([]byte, n)
		}
		s.b, s.at = s.b[:n], at
		if _, err := s.ReadAt(s.b, at); err != nil {
			return nil, err
		}
	}
	return s.b[at-s.at:], nil
}

// sum empties the checksum of the sound if it is none: zeros stand for one that is unknown.
func (f *file) sum() error {
	const at = magic + header + 18
	if b := f.Get(at, md5.Size); f.bits == 0 || coded.Sum(b) {
		return nil
	}
	return f.Field(at, make([]byte, md5.Size), scrub.Hidden, "STREAMINFO/MD5")
}

// frames claims the sound, which starts at off, and declares its end.
func (f *file) frames(off int64) error {
	if err := f.sum(); err != nil {
		return err
	}
	s := &sound{file: f}
	at, done := off, int64(0)
	deep := f.Deep()
	for n := 0; f.Left(at) > 0; n++ {
		if !deep && n == probes {
			late, err := s.late(at)
			if err != nil {
				return err
			}
			f.Claim(at, late-at, scrub.Payload, "frames")
			at, s.some = late, late > at
		}
		end, h, err := s.next(at)
		switch {
		case err != nil:
			return err
		case end > at:
			f.Claim(at, end-at, scrub.Payload, "frames")
			if s.frames > 0 && h.number != s.want && !s.some {
				f.Doubt("frames are missing before the one at 0x%x", at)
			}
			s.count(h, end-at)
			done, at = f.position(h)+h.samples, end
			continue
		case h == nil && n > 0 && (f.total == 0 || done >= f.total):
			return s.over(at, done)
		}
		to, err := s.first(at+1, f.Size())
		if err != nil {
			return err
		}
		f.Doubt("the frame at 0x%x is damaged or cut short", at)
		if to < 0 {
			end, err := f.CutMarks(at)
			f.Claim(at, end-at, scrub.Payload, "damaged frame")
			return err
		}
		f.Claim(at, to-at, scrub.Payload, "damaged frame")
		at = to
	}
	return s.over(at, done)
}

// count notes what STREAMINFO says about all frames.
func (s *sound) count(h *frame, n int64) {
	if s.frames == 0 || n < s.least {
		s.least = n
	}
	s.most = max(s.most, n)
	s.variable, s.want = h.variable, h.next()
	s.frames++
}

// over declares the end of the sound, of which so many samples were found.
func (s *sound) over(at, done int64) error {
	f := s.file
	if s.frames > 1 && !s.variable && f.largest != f.block {
		f.Doubt("frames have %d samples, %d are said to be", f.block, f.largest)
	}
	if b := f.Get(sizes, 6); f.bits > 0 && !s.some && s.frames > 0 {
		for i, n := range []int64{s.least, s.most} { // 0 is for unknown
			if is := be(b[3*i : 3*i+3]); is != n && is != 0 {
				if err := f.Field(sizes+3*int64(i), make([]byte, 3), scrub.Hidden, "STREAMINFO/frame sizes"); err != nil {
					return err
				}
			}
		}
	}
	e := scrub.End{Off: at, Proof: scrub.Counted, More: f.more}
	switch {
	case f.total == done && done > 0:
		e.Proof = scrub.Proven
	case f.total == 0 && done == 0:
		e.Doubt = "there is no sound"
		f.Doubt("%s", e.Doubt)
	case f.total == 0:
		b := f.Get(at, int(min(f.Left(at), 2)))
		if len(b) > 0 && b[0] == 0xff && (len(b) < 2 || b[1]&^1 == 0xf8) {
			e.Least = longest // half the header of a frame
		}
	case f.total > 0:
		f.Doubt("%d samples are there, %d are said to be", done, f.total)
		e.Doubt = "the medium does not say how long it is"
	}
	f.Scan.End(e)
	return nil
}

// more tells whether frames are among n bytes at off.
func (f *file) more(off, n int64) (string, error) {
	at, err := (&sound{file: f}).first(off, off+n)
	if err != nil || at < 0 {
		return "", err
	}
	return "frames of sound", nil
}

// late returns where a frame near the end starts, of which all before at were followed:
// numbers of bytes are halved until few are left.
func (s *sound) late(at int64) (int64, error) {
	for end := s.Size(); end-at > 2*longestFrame; {
		middle := at + (end-at)/2
		to, err := s.first(middle, min(end, middle+longestFrame))
		if err != nil {
			return at, err
		}
		if to < 0 {
			end = middle
		} else {
			at = to
		}
	}
	return at, nil
}

// position is the number of a frame's first sample.
func (f *file) position(h *frame) int64 {
	if h.variable {
		return h.number
	}
	if f.block == 0 {
		f.block = h.samples
	}
	return h.number * f.block
}
