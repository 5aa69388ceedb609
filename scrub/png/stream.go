package png

import (
	"bufio"
	"compress/zlib"
	"errors"
	"io"
	"math"

	"untag/scrub"
)

// stream is one compressed picture: the first image or a frame.
type stream struct {
	first int64 // where its first chunk starts
	end   int64 // where its data ends, -1 if it was not read so far
}

// inflateLimit is how much may come out of the streams of one file besides what
// goes in. It is that of a picture of 64 million pixels.
const inflateLimit = 256 << 20

// inflate finds the ends of all streams.
func (c *cleaner) inflate() error {
	budget := inflateLimit + 8*c.Size()
	w, h, last := c.header.width, c.header.height, ""
	c.pixel = &indexes{h: c.header}
	for off := int64(len(signature)); ; {
		k, err := c.chunkAt(off)
		if err != nil {
			return err
		}
		switch {
		case k.typ == "IEND":
			c.pixel.settle()
			c.pixel.used[c.background] = true
			return nil
		case !c.holds(k):
		case k.typ == "fcTL" && k.n == 26:
			b := c.Get(k.data(), 12)
			w, h = be32(b, 4), be32(b, 8)
		case k.typ == "IDAT" && last != "IDAT", k.typ == "fdAT" && last != "fdAT":
			if k.typ == "IDAT" {
				w, h = c.header.width, c.header.height
			}
			c.pixel.start(w, h)
			ok, err := c.inflateAt(k, c.header.bytes(w, h), &budget)
			c.pixel.bad = c.pixel.bad || !ok
			if !ok || err != nil {
				return err
			}
		}
		if c.holds(k) {
			last = k.typ
		}
		off = k.end()
	}
}

// inflateAt finds the end of the stream that starts with chunk k. ok is false
// if there is no point in going on.
func (c *cleaner) inflateAt(k chunk, expected int64, budget *int64) (ok bool, err error) {
	src := &chunks{c: c, k: k}
	in := bufio.NewReaderSize(src, 16<<10)
	z, err := zlib.NewReader(in)
	var n int64
	if err == nil {
		n, err = io.Copy(c.pixels(), io.LimitReader(z, *budget+1))
	}
	*budget -= n
	switch {
	case src.err != nil:
		return false, src.err
	case *budget < 0:
		c.Doubt("the picture at 0x%x is too large to look behind it", k.off)
		c.streams = append(c.streams, stream{k.off, -1})
		return false, nil
	case err != nil:
		c.Doubt("the picture at 0x%x does not decompress: %v", k.off, short(err))
		c.streams = append(c.streams, stream{k.off, -1})
		return false, nil
	case n > expected:
		c.Doubt("%d bytes more than a picture of this size has come out of the stream at 0x%x", n-expected, k.off)
	}
	c.streams = append(c.streams, stream{k.off, src.back(in.Buffered())})
	return true, nil
}

// pixels is where what comes out of the streams goes.
func (c *cleaner) pixels() io.Writer {
	if c.header.colour != palette {
		return io.Discard
	}
	return c.pixel
}

func short(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// streamEnd returns where the stream that k belongs to ends.
func (c *cleaner) streamEnd(k chunk) (int64, bool) {
	for i := len(c.streams) - 1; i >= 0; i-- {
		if c.streams[i].first <= k.off {
			return c.streams[i].end, c.streams[i].end >= 0
		}
	}
	return 0, false
}

// chunks reads the data of chunks of one type that follow each other.
type chunks struct {
	c    *cleaner
	k    chunk // the present one
	read int64 // bytes of its data that were read, with those that are none
	err  error // of reading
}

// prefix is how many bytes stand before the data of a chunk: fdAT has a number.
func prefix(k chunk) int64 {
	if k.typ == "fdAT" {
		return min(4, k.n)
	}
	return 0
}

func (r *chunks) Read(p []byte) (int, error) {
	r.read = max(r.read, prefix(r.k))
	for r.k.n == r.read {
		next, err := r.c.chunkAt(r.k.end())
		if err != nil && !scrub.Refusal(err) {
			r.err = err
		}
		if err != nil || next.typ != r.k.typ {
			return 0, io.EOF
		}
		r.k, r.read = next, prefix(next)
	}
	n := min(int64(len(p)), r.k.n-r.read)
	if _, err := r.c.ReadAt(p[:n], r.k.data()+r.read); err != nil {
		if !scrub.Refusal(err) {
			r.err = err
		}
		return 0, io.ErrUnexpectedEOF
	}
	r.read += n
	return int(n), nil
}

// back returns where the byte stands that is n bytes before the last one read. A
// buffer in between holds nothing but what the last call returned.
func (r *chunks) back(n int) int64 { return r.k.data() + r.read - int64(n) }

// bytes is what a picture of this size takes before compression: for each row
// its pixels, filled up to bytes, and the filter byte.
func (h header) bytes(width, height int64) (n int64) {
	if width > 1<<28 || height > 1<<28 {
		return math.MaxInt64
	}
	for _, p := range h.passes(width, height) {
		n += p[1] * (1 + (p[0]*h.channels()*int64(h.depth)+7)/8)
	}
	return n
}

// passes are width and height of the pictures that one of this size is coded as:
// itself, or interlaced seven, 8.
func (h header) passes(width, height int64) (out [][2]int64) {
	if !h.interlaced {
		return [][2]int64{{width, height}}
	}
	for _, p := range [7][4]int64{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} {
		if w, h := (width-p[0]+p[2]-1)/p[2], (height-p[1]+p[3]-1)/p[3]; w > 0 && h > 0 {
			out = append(out, [2]int64{w, h})
		}
	}
	return out
}
