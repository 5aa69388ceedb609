package ends

import (
	"bufio"
	"compress/zlib"
	"io"

	"untag/scrub"
)

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
