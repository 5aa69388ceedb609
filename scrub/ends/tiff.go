package ends

import (
	"encoding/binary"
	"slices"
	"strings"

	"untag/scrub"
)

// tiffFile is the walk over the directories of a simple TIFF. Simple means that
// every tag is known to point nowhere, or where: with notes of a maker, or a
// picture within the picture, there is no telling.
type tiffFile struct {
	*scrub.Scan
	order binary.ByteOrder
	end   int64
	dirs  map[int64]bool
	todo  []dir
	seen  int64 // strips and tiles so far
	plate int64 // bytes of the largest picture that is not compressed
	stack bool  // pictures that no directory lists
}

// dir is a directory to walk. Those of Exif and positions hold no picture, and
// none follows them, whatever stands there.
type dir struct {
	off     int64
	picture bool
}

func tiff(s *scrub.Scan) (end scrub.End, err error) {
	b, err := s.Bytes(0, 8)
	if err != nil {
		return end, err
	}
	f := &tiffFile{Scan: s, order: binary.LittleEndian, end: 8, dirs: map[int64]bool{}}
	if b[0] == 'M' {
		f.order = binary.BigEndian
	}
	f.todo = []dir{{int64(f.order.Uint32(b[4:])), true}}
	for len(f.todo) > 0 {
		d := f.todo[0]
		f.todo = f.todo[1:]
		if err = f.directory(d); err != nil {
			return end, err
		}
	}
	end = scrub.End{Off: f.end, Least: 8}
	if f.stack || f.plate > 0 && s.Left(f.end) >= f.plate {
		end.Doubt = "they may be pictures that no directory lists"
	}
	return end, nil
}

// reach takes n bytes at off into the file.
func (f *tiffFile) reach(off, n int64) error {
	if off < 0 || n < 0 || n > f.Left(off) {
		return f.Errorf(off, "%d bytes, %d are left", n, f.Left(off))
	}
	f.end = max(f.end, off+n)
	return nil
}

// field is one entry of a directory.
type field struct {
	tag, typ   uint16
	count, off int64 // off is where the values stand
}

var tiffSizes = []int64{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4}

const maxDirs = 512

// directory walks one IFD and notes which ones come after it.
func (f *tiffFile) directory(d dir) error {
	off := d.off
	if f.dirs[off] || len(f.dirs) >= maxDirs {
		return f.Errorf(off, "directories in a circle, or too many")
	}
	f.dirs[off] = true
	b, err := f.Bytes(off, 2)
	if err != nil {
		return err
	}
	n := int64(f.order.Uint16(b))
	if err := f.reach(off, 2+12*n+4); err != nil {
		return err
	}
	if b, err = f.Bytes(off+2, int(12*n+4)); err != nil {
		return err
	}
	fields := map[uint16]field{}
	for i := range n {
		d, err := f.field(b[12*i:], off+2+12*i)
		if err != nil {
			return err
		}
		fields[d.tag] = d
	}
	if err := f.inner(fields); err != nil {
		return err
	}
	if text, ok := fields[description]; ok && text.count > 10 {
		b, err := f.Bytes(text.off, 10)
		if err != nil {
			return err
		}
		f.stack = f.stack || strings.HasPrefix(string(b), "ImageJ=") || strings.HasPrefix(string(b), `{"shape"`)
	}
	if !d.picture {
		return nil
	}
	if next := int64(f.order.Uint32(b[12*n:])); next != 0 {
		f.todo = append(f.todo, dir{next, true})
	}
	return f.strips(off, fields)
}

// inner notes the directories that fields point to.
func (f *tiffFile) inner(fields map[uint16]field) error {
	for _, tag := range pointers {
		d, ok := fields[tag]
		if !ok {
			continue
		}
		if d.count > maxDirs {
			return f.Errorf(d.off, "%d directories", d.count)
		}
		for i := range d.count {
			at, err := f.number(d, i)
			if err != nil {
				return err
			}
			f.todo = append(f.todo, dir{at, tag == subIFDs})
		}
	}
	return nil
}

// field reads an entry and takes its values into the file.
func (f *tiffFile) field(b []byte, at int64) (field, error) {
	d := field{tag: f.order.Uint16(b), typ: f.order.Uint16(b[2:]), count: int64(f.order.Uint32(b[4:])), off: at + 8}
	if d.typ == 0 || int(d.typ) >= len(tiffSizes) {
		return d, f.Errorf(at, "tag 0x%04x has type %d", d.tag, d.typ)
	}
	if !harmless(d.tag) && !slices.Contains(pointers, d.tag) {
		return d, f.Errorf(at, "tag 0x%04x may point anywhere", d.tag)
	}
	n := d.count * tiffSizes[d.typ]
	if n > 4 {
		d.off = int64(f.order.Uint32(b[8:]))
		if err := f.reach(d.off, n); err != nil {
			return d, err
		}
	}
	return d, nil
}

// pointers are the tags that hold where other directories stand.
var pointers = []uint16{subIFDs, 34665, 34853, 40965}

const (
	subIFDs     = 330 // directories of further pictures
	description = 270 // ImageJ and tifffile write stacks behind one directory and say so there
)

// harmless tells whether a tag is known to hold values, not to point to other
// structures: those of TIFF 6.0 and its usual supplements, of Exif but for the
// notes of makers, and of the directories for positions and interoperability.
func harmless(tag uint16) bool {
	const makerNote = 37500
	switch {
	case tag < 32, tag == 4096, tag == 4097, tag == 4098:
		return true
	case tag >= 254 && tag <= 347 && tag != subIFDs && tag != 346, tag >= 529 && tag <= 532:
		return true
	case tag >= 33434 && tag <= 33437, tag >= 34850 && tag <= 34869 && tag != 34853, tag >= 36864 && tag <= 42240 && tag != 40965:
		return tag != makerNote
	}
	others := []uint16{
		700, 32781, 32995, 32996, 32997, 32998, 33432, 33550, 33723, 33922, 34016, 34017, 34018, 34019, 34020, 34022, 34023, 34024, 34025, 34026,
		34030, 34264, 34377, 34675, 34735, 34736, 34737, 50341, 50838, 50839,
	}
	return slices.Contains(others, tag)
}

// strips takes the strips or tiles of a directory into the file, or the older
// kind of JPEG stream.
func (f *tiffFile) strips(off int64, fields map[uint16]field) error {
	found := false
	for _, pair := range [][2]uint16{{273, 279}, {324, 325}, {513, 514}} {
		at, ok := fields[pair[0]]
		length, both := fields[pair[1]]
		if !ok && !both {
			continue
		}
		if !ok || !both || at.count != length.count {
			return f.Errorf(off, "%d strips with %d lengths", at.count, length.count)
		}
		found = true
		if f.seen += at.count; f.seen > f.Size() {
			return f.Errorf(off, "directories that share their strips")
		}
		for i := range at.count {
			a, err := f.number(at, i)
			if err != nil {
				return err
			}
			n, err := f.number(length, i)
			if err != nil {
				return err
			}
			if err := f.reach(a, n); err != nil {
				return err
			}
		}
	}
	if !found {
		return f.Errorf(off, "directory without a picture")
	}
	return f.plain(off, fields)
}

// number returns value i of a field of whole numbers.
func (f *tiffFile) number(d field, i int64) (int64, error) {
	size := tiffSizes[d.typ]
	b, err := f.Bytes(d.off+i*size, int(size))
	if err != nil {
		return 0, err
	}
	switch d.typ {
	case 3:
		return int64(f.order.Uint16(b)), nil
	case 4, 13: // LONG, IFD
		return int64(f.order.Uint32(b)), nil
	}
	return 0, f.Errorf(d.off, "tag 0x%04x has type %d", d.tag, d.typ)
}

// plain refuses uncompressed pictures whose strips are shorter than the picture:
// readers then go by its width and height.
func (f *tiffFile) plain(off int64, fields map[uint16]field) error {
	value := func(tag uint16, otherwise int64) int64 {
		d, ok := fields[tag]
		if !ok {
			return otherwise
		}
		n, err := f.number(d, 0)
		if err != nil {
			return 1 << 31
		}
		return n
	}
	strips, ok := fields[273]
	if !ok || value(259, 1) != 1 {
		return nil
	}
	width, height := value(256, 0), value(257, 0)
	bits := value(258, 1) * value(277, 1)
	if width > 1<<20 || height > 1<<20 || bits > 1<<10 {
		return f.Errorf(off, "picture of %d by %d", width, height)
	}
	need, have := (width*bits+7)/8*height, int64(0)
	for i := range strips.count {
		n, err := f.number(fields[279], i)
		if err != nil {
			return err
		}
		have += n
	}
	f.plate = max(f.plate, need)
	if have < need && value(262, 0) != 6 { // subsampled colours take less
		return f.Errorf(off, "%d bytes of picture, expected %d", have, need)
	}
	return nil
}
