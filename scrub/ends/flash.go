package ends

import (
	"bufio"
	"compress/zlib"
	"io"

	"untag/scrub"
)

// flv walks the tags of a Flash video, each of which is followed by its length.
func flv(s *scrub.Scan) (end scrub.End, err error) {
	b, err := s.Bytes(0, 9)
	if err != nil {
		return end, err
	}
	off, tags := be32(b, 5)+4, 0
	for s.Left(off) >= flvHead+4 {
		if b, err = s.Bytes(off, flvHead); err != nil {
			return end, err
		}
		n := be(b, 1, 3) + flvHead
		if !flvTag(b) || n > s.Left(off)-4 {
			break
		}
		last, err := s.Bytes(off+n, 4)
		if err != nil {
			return end, err
		}
		if be32(last, 0) != n {
			break
		}
		off, tags = off+n+4, tags+1
	}
	if tags == 0 {
		return end, s.Errorf(off, "no tag")
	}
	return scrub.End{Off: off, Least: flvHead + 4, More: func(off, n int64) (string, error) { return moreTags(s, off, n) }}, nil
}

const flvHead = 11

// moreTags looks for tags in n bytes at off: one that is cut short or damaged, and
// others after it.
func moreTags(s *scrub.Scan, off, n int64) (string, error) {
	b, err := s.Bytes(off, int(min(n, window)))
	if err != nil || len(b) < flvHead+4 {
		return "", err
	}
	if flvTag(b) || be(b, 1, 3)+flvHead+4 == n || be32(b, len(b)-4) == int64(len(b)-4) {
		return "a tag that is cut short or damaged", nil
	}
	for i := range b[:len(b)-flvHead-4] {
		end := int64(i) + be(b, i+1, 3) + flvHead
		if flvTag(b[i:]) && (end > int64(len(b)-4) || be32(b, int(end)) == end-int64(i)) {
			return "tags", nil
		}
	}
	return "", nil
}

// flvTag tells whether b starts like a tag: sound, picture or script.
func flvTag(b []byte) bool {
	return (b[0] == 8 || b[0] == 9 || b[0] == 18) && be(b, 8, 3) == 0
}

// swf reads the length in the header of a Flash film. In compressed films it is
// that of what comes out, so they are decompressed to find where that ends.
func swf(s *scrub.Scan) (end scrub.End, err error) {
	const head = 8
	b, err := s.Bytes(0, head)
	if err != nil {
		return end, err
	}
	n := le32(b, 4)
	if n <= head {
		return end, s.Errorf(4, "film of %d bytes", n)
	}
	if b[0] == 'F' {
		if n > s.Size() {
			return end, s.Errorf(4, "film of %d bytes, %d are there", n, s.Size())
		}
		end.Off = n
		last, err := s.Bytes(n-2, 2)
		if err == nil && string(last) != "\x00\x00" {
			end.Doubt = "no end tag stands before them"
		}
		return end, err
	}
	if n > 64*s.Size() || n > 256<<20 {
		return end, s.Errorf(4, "film of %d bytes in %d", n, s.Size())
	}
	in := &counted{Reader: bufio.NewReader(io.NewSectionReader(s, head, s.Left(head)))}
	z, err := zlib.NewReader(in)
	if err != nil {
		return end, s.Errorf(head, "compressed film: %v", err)
	}
	out, err := io.Copy(io.Discard, io.LimitReader(z, n-head+1))
	if err != nil || out != n-head {
		return end, s.Errorf(head, "compressed film of %d bytes, expected %d", out, n-head)
	}
	return scrub.End{Off: head + in.n, Proof: scrub.Proven}, nil
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
