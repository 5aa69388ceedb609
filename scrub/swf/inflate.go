package swf

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/zlib"
	"io"

	"untag/scrub"
)

// maxFilm is how long a compressed film may be that is looked into.
const maxFilm = 16 << 20

// inflate returns a compressed film of n bytes as it would be without compression, and
// where its compressed form ends.
func inflate(s *scrub.Scan, n int64) (end int64, film []byte, err error) {
	if n > maxFilm {
		return 0, nil, s.Errorf(4, "a compressed film of %d bytes is not looked into", n)
	}
	in := &counted{Reader: bufio.NewReader(io.NewSectionReader(s, fileHead, s.Left(fileHead)))}
	z, err := zlib.NewReader(in)
	if err != nil {
		return 0, nil, s.Errorf(fileHead, "compressed film: %v", err)
	}
	body, err := io.ReadAll(io.LimitReader(z, n-fileHead+1))
	if err != nil || int64(len(body)) != n-fileHead {
		return 0, nil, s.Errorf(fileHead, "compressed film of %d bytes, expected %d", len(body), n-fileHead)
	}
	head := s.Get(0, fileHead)
	head[0] = 'F'
	return fileHead + in.n, append(head, body...), nil
}

// deflate compresses a film behind its header.
func deflate(film []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := zlib.NewWriterLevel(&b, zlib.BestCompression)
	if err != nil {
		return nil, err
	}
	_, err = z.Write(film[fileHead:])
	err = cmp.Or(err, z.Close())
	return b.Bytes(), err
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
