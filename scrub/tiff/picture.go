package tiff

import (
	"math"

	"untag/scrub"
	"untag/scrub/jpeg/entropy"
)

// Compressions (TIFF 6.0; libtiff; DNG 1.7).
const (
	noCompression = 1
	fax3, fax4    = 3, 4
	lzw           = 5
	oldJPEG       = 6
	newJPEG       = 7
	deflate       = 8
	adobeDeflate  = 32946
	packBits      = 32773
	lossyJPEG     = 34892
)

// image is what a directory says of its picture.
type image struct {
	dir                       *dir
	width, height, rows, wide uint64 // wide is the width of a tile, or of the picture
	samples, planes           uint64
	compression, photometric  uint64
	bits                      []uint64
	across, down              uint64 // resolution of colour
	at, bytes                 *entry // offsets and lengths of strips or tiles
	tiled                     bool
	indexes                   *indexes // nil: there is no palette
}

// part is a strip or tile.
type part struct {
	image    *image
	index    int64
	off, len int64
}

// picture finds the strips or tiles of a directory.
func (f *file) picture(d *dir) error {
	m, err := f.image(d)
	if err != nil {
		return err
	}
	stream := d.find(tagStream) != nil && (m.compression == oldJPEG || d.find(tagStrips) == nil)
	if stream {
		if err := f.stream(m); err != nil {
			return err
		}
	}
	if m.at == nil {
		if !stream {
			f.contradict("%s has no picture", d.name)
		}
		return nil
	}
	return f.parts(m)
}

// preview finds the picture of a directory in a maker's note.
func (f *file) preview(d *dir) error {
	d.stays = true
	if d.find(tagStream) == nil {
		return nil
	}
	return f.stream(&image{dir: d, compression: oldJPEG})
}

// image reads the numbers that tell how the picture is laid out.
func (f *file) image(d *dir) (*image, error) {
	m := &image{dir: d, at: d.find(tagStrips), bytes: d.find(tagStripBytes), tiled: d.find(tagTiles) != nil}
	wide, rows := uint16(tagWidth), uint16(tagRows)
	if m.tiled {
		m.at, m.bytes, wide, rows = d.find(tagTiles), d.find(tagTileBytes), tagTileWidth, tagTileLength
	}
	var planar uint64
	for _, v := range []struct {
		to        *uint64
		tag       uint16
		otherwise uint64
	}{
		{&m.width, tagWidth, 0}, {&m.height, tagLength, 0}, {&m.wide, wide, 0}, {&m.rows, rows, math.MaxUint32}, {&m.samples, tagSamples, 1},
		{&planar, tagPlanar, 1}, {&m.compression, tagCompression, 1}, {&m.photometric, tagPhotometric, math.MaxUint32},
	} {
		var err error
		if *v.to, err = f.value(d, v.tag, v.otherwise); err != nil {
			return nil, err
		}
	}
	if m.planes = 1; planar == 2 {
		m.planes = m.samples
	}
	if m.rows = min(m.rows, m.height); m.tiled {
		m.rows, _ = f.value(d, tagTileLength, 0)
	}
	m.across, m.down = 1, 1
	if e := d.find(tagSubSampling); m.photometric == 6 {
		if m.across, m.down = 2, 2; e != nil && e.count == 2 {
			m.across, _ = f.number(e, 0)
			m.down, _ = f.number(e, 1)
		}
	}
	return m, f.bitsOf(m)
}

// bitsOf reads how many bits the samples have.
func (f *file) bitsOf(m *image) error {
	const most = 1 << 10
	e := m.dir.find(tagBits)
	if m.samples == 0 || m.samples > most {
		f.contradict("%s has %d samples a pixel", m.dir.name, m.samples)
		return nil
	}
	for i := range m.samples {
		n := uint64(1)
		if e != nil {
			var err error
			if n, err = f.number(e, min(int64(i), e.count-1)); err != nil {
				return err
			}
		}
		if n == 0 || n > 64 {
			f.contradict("%s has samples of %d bits", m.dir.name, n)
			n = 1
		}
		m.bits = append(m.bits, n)
	}
	return nil
}

// plain is how long a part is that is not compressed, -1 if that can't be told.
func (m *image) plain(index int64) int64 {
	const most = 1 << 28
	if m.wide > most || m.rows > most || len(m.bits) == 0 || m.across == 0 || m.down == 0 {
		return -1
	}
	plane, rows, bits := uint64(0), m.rows, uint64(0)
	if down := (m.height + max(m.rows, 1) - 1) / max(m.rows, 1); !m.tiled && down > 0 {
		plane = uint64(index) / down
		rows = min(m.rows, m.height-m.rows*(uint64(index)%down))
	}
	for _, n := range m.bits {
		bits += n
	}
	if m.planes > 1 {
		bits = m.bits[min(plane, uint64(len(m.bits)-1))]
	}
	if m.photometric == 6 && m.planes == 1 && m.samples == 3 {
		across, down := (m.wide+m.across-1)/m.across, (rows+m.down-1)/m.down
		return int64((across*(m.across*m.down+2)*m.bits[0] + 7) / 8 * down)
	}
	return int64((m.wide*bits + 7) / 8 * rows)
}

// count is how many parts the picture has by its size, 0 if that can't be told.
func (m *image) count() uint64 {
	if m.width == 0 || m.height == 0 || m.rows == 0 || m.wide == 0 || m.width > math.MaxUint32 || m.height > math.MaxUint32 {
		return 0
	}
	n := (m.height + m.rows - 1) / m.rows
	if m.tiled {
		n *= (m.width + m.wide - 1) / m.wide
	}
	return n * m.planes
}

// parts notes strips or tiles as the picture.
func (f *file) parts(m *image) error {
	d := m.dir
	switch {
	case !position(m.at) || m.bytes != nil && !position(m.bytes):
		f.contradict("%s has strips that are not where they should be", d.name)
		return nil
	case m.bytes == nil && (m.compression != noCompression || m.at.count != 1):
		f.contradict("%s has strips without lengths", d.name)
		return nil
	case m.bytes != nil && m.bytes.count != m.at.count || uint64(m.at.count) != m.count() && !(f.raw && m.count() == 0):
		f.contradict("strips of %s: %d, expected %d", d.name, m.at.count, m.count())
	}
	var err error
	if m.indexes, err = f.indexes(m); err != nil {
		return err
	}
	for i := range m.at.count {
		p, err := f.part(m, i)
		if err != nil {
			return err
		}
		if p.len == 0 && p.off == 0 {
			continue // a map has holes
		}
		if p.len == 0 || p.off < f.head || p.off > f.Size() || p.len > f.Left(p.off) {
			f.contradict("%s has its strip %d outside the file", d.name, i)
			p.len = max(0, min(p.len, f.Left(p.off)))
		}
		if err := f.fitsPlain(p); err != nil {
			return err
		}
		if err := f.coded(p); err != nil {
			return err
		}
		if err := f.learn(p); err != nil {
			return err
		}
		f.payload(p)
	}
	return nil
}

// position tells whether an entry can hold offsets or lengths.
func position(e *entry) bool {
	return e.typ == tShort || e.typ == tLong || e.typ == tLong8 || e.typ == tIFD || e.typ == tIFD8
}

// part reads where part i is.
func (f *file) part(m *image, i int64) (p part, err error) {
	p = part{image: m, index: i}
	at, err := f.number(m.at, i)
	if err != nil {
		return p, err
	}
	p.off = int64(min(at, math.MaxInt64))
	if m.bytes == nil {
		p.len = max(0, m.plain(i))
		return p, nil
	}
	n, err := f.number(m.bytes, i)
	p.len = int64(min(n, math.MaxInt64))
	return p, err
}

// fitsPlain compares the length of a part that is not compressed with the size of the
// picture: readers go by that.
func (f *file) fitsPlain(p part) error {
	if p.image.compression != noCompression {
		return nil
	}
	need := p.image.plain(p.index)
	switch {
	case need < 0 || p.len < need:
		f.contradict("%s has %d bytes in strip %d, expected %d", p.image.dir.name, p.len, p.index, need)
	case p.len > need:
		zeros, err := f.Constant(p.off+need, p.len-need, 0)
		if err != nil {
			return err
		}
		if !zeros {
			f.Doubt("%s has strips that are longer than the picture", p.image.dir.name)
		}
	}
	return nil
}

// stream notes the older kind of JPEG stream, and the tables of it.
func (f *file) stream(m *image) error {
	at, err := f.value(m.dir, tagStream, 0)
	if err != nil {
		return err
	}
	n, err := f.value(m.dir, tagStreamBytes, 0)
	if err != nil {
		return err
	}
	p := part{image: m, off: int64(min(at, math.MaxInt64)), len: int64(min(n, math.MaxInt64))}
	if p.off += m.dir.base; p.off < f.head || p.len <= 0 || p.off > f.Size() || p.len > f.Left(p.off) {
		if m.dir.note == nil {
			f.contradict("%s has its JPEG stream outside the file", m.dir.name)
		}
		return nil
	}
	if m.dir.note != nil { // damaged, it is part of a note like the rest
		f.stay(region{off: p.off, len: p.len, role: scrub.Structure, place: m.dir.name})
		return nil
	}
	if err := f.coded(p); err != nil {
		return err
	}
	f.payload(p)
	return nil
}

// oldTables notes the tables of the older kind of JPEG, which entries point to.
func (f *file) oldTables(e *entry) error {
	if e.typ != tLong || e.count > 16 {
		f.contradict("%s points nowhere", e)
		return nil
	}
	for i := range e.count {
		at, err := f.number(e, i)
		if err != nil {
			return err
		}
		n := int64(64)
		if e.tag != tagQTables {
			b, err := f.Bytes(int64(at), int(min(16, f.Left(int64(at)))))
			if err != nil {
				return err
			}
			n = 16
			for _, c := range b {
				n += int64(c)
			}
		}
		if n > f.Left(int64(at)) || int64(at) < f.head {
			f.contradict("%s points outside the file", e)
			continue
		}
		if b := f.Get(int64(at), int(n)); n == 64 && entropy.Quantiser(b) || e.tag != tagQTables && entropy.Symbols(b[min(16, n):]) {
			f.Doubt("%s holds text", e)
		}
		f.stay(region{off: int64(at), len: n, role: scrub.Payload, place: e.dir.name})
	}
	return nil
}
