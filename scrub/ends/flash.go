package ends

import (
	"bufio"
	"compress/zlib"
	"io"

	"untag/scrub"
)

// flv walks the tags of a Flash video, each of which is followed by its length.
func flv(s *scrub.Scan) (int64, error) {
	const tagHead = 11
	b, err := s.Bytes(0, 9)
	if err != nil {
		return 0, err
	}
	off, tags := be32(b, 5)+4, 0
	for s.Left(off) >= tagHead+4 {
		if b, err = s.Bytes(off, tagHead); err != nil {
			return 0, err
		}
		n := be(b, 1, 3) + tagHead
		if !flvTag(b) || n > s.Left(off)-4 {
			break
		}
		last, err := s.Bytes(off+n, 4)
		if err != nil {
			return 0, err
		}
		if be32(last, 0) != n {
			break
		}
		off, tags = off+n+4, tags+1
	}
	if tags == 0 {
		return 0, s.Errorf(off, "no tag")
	}
	if b, err = rest(s, off); err != nil {
		return 0, err
	}
	if len(b) >= tagHead && flvTag(b) {
		return 0, s.Errorf(off, "a tag that is cut short")
	}
	return unlessShort(s, off, tagHead+4)
}

// flvTag tells whether b starts like a tag: sound, picture or script.
func flvTag(b []byte) bool {
	return (b[0] == 8 || b[0] == 9 || b[0] == 18) && be(b, 8, 3) == 0
}

// swf reads the length in the header of a Flash film. In compressed films it is
// that of what comes out, so they are decompressed to find where that ends.
func swf(s *scrub.Scan) (int64, error) {
	const head = 8
	b, err := s.Bytes(0, head)
	if err != nil {
		return 0, err
	}
	n := le32(b, 4)
	if n <= head {
		return 0, s.Errorf(4, "film of %d bytes", n)
	}
	if b[0] == 'F' {
		if n > s.Size() {
			return 0, s.Errorf(4, "film of %d bytes, %d are there", n, s.Size())
		}
		return unlessZeros(s, n)
	}
	if n > 64*s.Size() || n > 256<<20 {
		return 0, s.Errorf(4, "film of %d bytes in %d", n, s.Size())
	}
	in := &counted{Reader: bufio.NewReader(io.NewSectionReader(s, head, s.Left(head)))}
	z, err := zlib.NewReader(in)
	if err != nil {
		return 0, s.Errorf(head, "compressed film: %v", err)
	}
	out, err := io.Copy(io.Discard, io.LimitReader(z, n-head+1))
	if err != nil || out != n-head {
		return 0, s.Errorf(head, "compressed film of %d bytes, expected %d", out, n-head)
	}
	return unlessZeros(s, head+in.n)
}

// counted counts what a decompressor takes. Since it reads bytes one by one, no
// decompressor takes more than it needs.
type counted struct {
	*bufio.Reader
	n int64
}

func (c *counted) ReadByte() (byte, error) {
	b, err := c.Reader.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}
