package psd

import (
	"bufio"
	"compress/flate"
	"compress/zlib"
	"errors"
	"io"

	"untag/scrub/chunk"
	"untag/scrub/coded"
)

// plane is a channel of a layer.
type plane struct {
	id   int16
	size int64 // in bytes, with the two that tell how it is coded
	box
}

// box is how large it is, in pixels.
type box struct{ height, width int64 }

const (
	planesMost = 1 << 16
	layerMask  = -2 // the channel of the mask, which lies elsewhere than the layer
	otherMask  = -3
)

// corners reads where a layer or a mask lies.
func (d *document) corners(f *chunk.Fields) box {
	const corner = 600_000 // of a layer that lies outside
	var at [4]int64
	for i := range at {
		if at[i] = int64(int32(f.Number(4))); at[i] > corner || at[i] < -corner {
			d.Doubt("a layer lies where none can be")
		}
	}
	return box{max(0, at[2]-at[0]), max(0, at[3]-at[1])}
}

// masked says how large the mask of a layer is.
func (d *document) masked(planes []plane, b box) {
	for i := range planes {
		if planes[i].id == layerMask {
			planes[i].box = b
		}
	}
}

// measured looks for what follows the pixels of planes that lie one behind the other from off on.
func (d *document) measured(off int64) error {
	for _, p := range d.planes {
		end, err := d.planeEnd(p, off)
		if err != nil {
			return err
		}
		rest := max(0, off+p.size-end)
		if rest > 0 && !d.Zeros(end, rest) {
			d.Doubt("a layer has more bytes than pixels, which stay")
		}
		pieces, err := coded.Prose(d.Reader, off, p.size)
		if err != nil {
			return err
		}
		if len(pieces) > 0 {
			d.Doubt("there is text among the pixels of a layer")
		}
		off += p.size
	}
	return nil
}

// planeEnd is where the pixels of a plane at off end, its end where that is not known.
func (d *document) planeEnd(p plane, off int64) (int64, error) {
	const raw, runs, packed, predicted, code = 0, 1, 2, 3, 2
	row := (p.width*d.bits + 7) / 8
	if p.size < code || p.size == code && p.height*row == 0 || p.id == otherMask {
		return off + p.size, nil
	}
	switch d.Number(d.Get(off, code)) {
	case raw:
		return off + code + p.height*row, nil
	case runs:
		const length = 2
		if p.height*length > p.size-code {
			d.Doubt("a layer has fewer bytes than rows")
			return off + p.size, nil
		}
		end, _, err := d.rows(off+code, p.height, row)
		return end, err
	case packed, predicted:
		end, whole, err := d.deflated(off+code, p.size-code, p.height*row)
		if err == nil && !whole && d.Deep() {
			d.Doubt("the pixels of a layer can't be followed to their end")
		}
		return end, err
	}
	d.Doubt("a layer is coded in a way that is not known")
	return off + p.size, nil
}

// inflateLimit is how much may come out of the streams of one document besides eight times what
// goes in. It is that of a layer of 64 million pixels.
const inflateLimit = 256 << 20

// deflated returns where in n bytes at off the stream ends that need bytes are packed in, and
// whether it holds as many; the end of the n bytes unless all is looked at.
func (d *document) deflated(off, n, need int64) (end int64, whole bool, err error) {
	end = off + n
	if !d.Deep() {
		return end, false, nil
	}
	src := io.NewSectionReader(d.Reader, off, n)
	in := bufio.NewReaderSize(src, 16<<10)
	z, err := zlib.NewReader(in)
	got := int64(0)
	if err == nil {
		got, err = io.Copy(io.Discard, io.LimitReader(z, min(need, inflateLimit+8*d.Size()-d.inflated)+1))
	}
	d.inflated += got
	if err != nil {
		if errors.Is(err, zlib.ErrHeader) || errors.Is(err, zlib.ErrChecksum) || errors.Is(err, zlib.ErrDictionary) || errors.As(err, new(flate.CorruptInputError)) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			err = nil
		}
		return end, false, err
	}
	read, err := src.Seek(0, io.SeekCurrent)
	return off + read - int64(in.Buffered()), got == need, err
}
