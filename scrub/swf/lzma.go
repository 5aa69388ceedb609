package swf

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"io"

	"github.com/ulikunitz/xz/lzma"

	"untag/scrub"
)

// Behind the header of a film that LZMA compressed stand the length of its compressed form, and
// five bytes of LZMA's properties, of which four are how far back copies reach (SWF 19, chapter 2).
const (
	lzmaProps = 5
	lzmaHead  = fileHead + 4 + lzmaProps
)

// unpack is [inflate] for a film that LZMA compressed.
func unpack(s *scrub.Scan, n int64) (end int64, film []byte, err error) {
	if n > maxFilm {
		return 0, nil, s.Errorf(4, "a compressed film of %d bytes is not looked into", n)
	}
	b, err := s.Bytes(0, int(min(s.Size(), lzmaHead)))
	if err != nil || len(b) < lzmaHead {
		return 0, nil, cmp.Or(err, error(s.Errorf(fileHead, "no compressed film behind the header")))
	}
	size := int64(binary.LittleEndian.Uint32(b[fileHead:]))
	head := binary.LittleEndian.AppendUint64(bytes.Clone(b[fileHead+4:]), uint64(n-fileHead))
	back := head[1:lzmaProps] // a copy reaches no farther back than the film
	binary.LittleEndian.PutUint32(back, min(binary.LittleEndian.Uint32(back), maxFilm))
	in := &counted{Reader: bufio.NewReader(io.NewSectionReader(s, lzmaHead, min(size, s.Left(lzmaHead))))}
	z, err := lzma.ReaderConfig{DictCap: maxFilm}.NewReader(io.MultiReader(bytes.NewReader(head), in))
	if err != nil {
		return 0, nil, s.Errorf(fileHead, "compressed film: %v", err)
	}
	body, err := io.ReadAll(io.LimitReader(z, n-fileHead+1))
	if err != nil || int64(len(body)) != n-fileHead || in.n != size {
		return 0, nil, s.Errorf(fileHead, "compressed film of %d bytes out of %d, expected %d out of %d", len(body), in.n, n-fileHead, size)
	}
	film = append([]byte("F"), b[1:fileHead]...)
	return lzmaHead + size, append(film, body...), nil
}

// farthest is how far back copies reach that [pack] makes: the memory it takes is some of that.
const farthest = 4 << 20

// pack compresses a film behind its header by LZMA.
func pack(film []byte) ([]byte, error) {
	var b bytes.Buffer
	n := len(film) - fileHead
	z, err := lzma.WriterConfig{SizeInHeader: true, Size: int64(n), DictCap: min(max(n, lzma.MinDictCap), farthest)}.NewWriter(&b)
	if err != nil {
		return nil, err
	}
	_, err = z.Write(film[fileHead:])
	if err = cmp.Or(err, z.Close()); err != nil {
		return nil, err
	}
	props, body := b.Bytes()[:lzmaProps], b.Bytes()[lzma.HeaderLen:]
	out := binary.LittleEndian.AppendUint32(nil, uint32(len(body)))
	return append(append(out, props...), body...), nil
}
