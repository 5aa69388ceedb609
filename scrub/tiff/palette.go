package tiff

import (
	"bytes"
	"maps"
	"math/bits"
	"slices"

	"untag/scrub"
)

// palette is a table of colours, and which of them pixels have. Pages may share one.
type palette struct {
	entry *entry
	used  []bool
	blind bool // pixels could not be followed
	vague bool // they were not to be
}

// indexes learns from the bytes of a part, unpacked, which colours of a palette its pixels have.
type indexes struct {
	*palette
	bits, samples uint64 // of a sample, of a pixel
	width         uint64 // samples of a row
	swapped       bool   // of the two bytes of a sample the lower one stands first
	predicted     bool   // bytes are differences to those of the pixel before

	left      []byte // the pixel before
	at        int    // byte of it that is next
	acc, have uint64 // bits of a sample that is not whole
	done      uint64 // samples of the present row
}

// Bounds: samples of the pixels of a palette, colours of one and of all.
const mostSamples, mostColours, allColours = 4, 1 << 16, 1 << 24

// indexes returns what learns of the colours that a picture uses, nil if there are none.
func (f *file) indexes(m *image) (*indexes, error) {
	e := m.dir.find(tagColorMap)
	if e == nil || e.typ != tShort || f.raw || f.foreign(e) {
		return nil, nil
	}
	order, err := f.value(m.dir, tagFillOrder, 1)
	if err != nil {
		return nil, err
	}
	predictor, err := f.value(m.dir, tagPredictor, 1)
	if err != nil {
		return nil, err
	}
	p := f.palettes[e.off]
	if p == nil {
		if e.count > 3*mostColours || f.coloured > allColours {
			f.Doubt("%s may have colours that no pixel has", e)
			return nil, nil
		}
		f.coloured += e.count
		p = &palette{entry: e, used: make([]bool, e.count/3)}
		f.palettes[e.off] = p
	}
	x := &indexes{palette: p, samples: m.samples, width: m.wide * m.samples, swapped: f.order.Uint16([]byte{1, 0}) == 1, predicted: predictor == 2}
	if len(m.bits) > 0 {
		x.bits = m.bits[0]
	}
	alike := !slices.ContainsFunc(m.bits, func(n uint64) bool { return n != x.bits })
	switch {
	case p.entry.count != e.count, !alike, x.bits == 0, x.bits > 8 && x.bits != 16, e.count != 3<<x.bits, x.samples == 0, x.samples > mostSamples,
		m.planes > 1, order != 1, m.photometric != paletteColour, predictor > 2, x.predicted && x.bits != 8, m.wide > 1<<28, !x.predicted && unnamed(m.dir):
		p.blind = true
	}
	if m.photometric == paletteColour {
		x.see(0) // what is missing is shown in it
	}
	return x, nil
}

// paletteColour is the photometric interpretation of pixels that have colours of a palette.
const paletteColour = 3

// unnamed tells whether an entry may be the predictor, with one bit of its number changed.
func unnamed(d *dir) bool {
	return slices.ContainsFunc(d.entries, func(e *entry) bool {
		return e.typ == tShort && e.count == 1 && bits.OnesCount16(e.tag^tagPredictor) == 1 && d.find(tagPredictor) == nil
	})
}

// see notes that pixels have colour i.
func (p *palette) see(i uint64) {
	if i < uint64(len(p.used)) {
		p.used[i] = true
	}
}

// start begins a part.
func (x *indexes) start() {
	x.left, x.at, x.acc, x.have, x.done = make([]byte, max(1, x.samples)), 0, 0, 0, 0
}

// Write implements [io.Writer].
func (x *indexes) Write(b []byte) (int, error) {
	if x.blind {
		return len(b), nil
	}
	for _, c := range b {
		if x.predicted {
			c += x.left[x.at]
			x.left[x.at] = c
			x.at = (x.at + 1) % len(x.left)
		}
		x.acc, x.have = x.acc<<8|uint64(c), x.have+8
		for x.have >= x.bits && x.done < x.width {
			x.have -= x.bits
			x.sample(x.acc >> x.have & (1<<x.bits - 1))
		}
		if x.done == x.width { // what is left of the byte fills it up
			x.acc, x.have, x.done, x.at = 0, 0, 0, 0
			clear(x.left)
		}
	}
	return len(b), nil
}

// sample takes a sample: the first one of a pixel is a colour.
func (x *indexes) sample(v uint64) {
	if x.swapped && x.bits == 16 {
		v = uint64(bits.ReverseBytes16(uint16(v)))
	}
	if x.done%x.samples == 0 {
		x.see(v)
	}
	x.done++
}

// learn has the palette of a picture know which colours are in a part. Packed ones were
// followed already.
func (f *file) learn(p part) error {
	x := p.image.indexes
	if x == nil {
		return nil
	}
	switch p.image.compression {
	case noCompression:
		x.vague = x.vague || !f.Deep()
		x.blind = x.blind || p.len != p.image.plain(p.index)
		if !x.vague {
			return f.plain(x, p.off, p.len)
		}
	case lzw, deflate, adobeDeflate, packBits:
		x.vague = x.vague || !f.DeepUpTo(deepUpTo)
		x.blind = x.blind || p.len > mostDecoded
	default:
		x.blind = true
	}
	return nil
}

// plain has x take n bytes at off as they are.
func (f *file) plain(x *indexes, off, n int64) error {
	x.start()
	for n > 0 && !x.blind {
		b, err := f.Bytes(off, int(min(n, 64<<10)))
		if err != nil {
			return err
		}
		_, _ = x.Write(b)
		off, n = off+int64(len(b)), n-int64(len(b))
	}
	return nil
}

// shown returns the value of a palette with nothing in the colours that no pixel has. Readers take
// one in which all numbers are below 256 for one of eight bits.
func (p *palette) shown(l layout, b []byte) []byte {
	want := bytes.Clone(b)
	wide := false
	each := func(visit func(at int, used bool)) {
		for i := range len(want) / 2 {
			visit(2*i, p.used[i%len(p.used)])
		}
	}
	most := uint16(0)
	each(func(at int, used bool) {
		v := l.order.Uint16(want[at:])
		if wide = wide || v > 0xFF; used {
			most = max(most, v)
		}
	})
	fill := byte(0)
	if wide && most <= 0xFF {
		fill = 0xFF
	}
	each(func(at int, used bool) {
		if !used {
			want[at], want[at+1] = fill, fill
		}
	})
	return want
}

// colours returns the value of a palette, and what it should be.
func (f *file) colours(p *palette) (b, want []byte, err error) {
	if b, err = f.Bytes(p.entry.off, int(p.entry.size)); err != nil || len(p.used) == 0 || p.vague {
		return b, b, err
	}
	return b, p.shown(p.entry.dir.layout, b), nil
}

// paint empties the colours that no pixel has.
func (f *file) paint() error {
	for _, off := range slices.Sorted(maps.Keys(f.palettes)) {
		p := f.palettes[off]
		if !p.entry.stays {
			continue
		}
		b, want, err := f.colours(p)
		switch {
		case err != nil:
			return err
		case bytes.Equal(b, want):
		case p.blind:
			f.Doubt("%s may have colours that no pixel has", p.entry)
		default:
			from := 0
			for b[from] == want[from] {
				from++
			}
			f.Gone(scrub.Finding{Kind: scrub.Hidden, Place: p.entry.String(), Off: off, Len: p.entry.size, Value: "entries that no pixel uses"})
			f.Put(scrub.Destroy, off+int64(from), want[from:])
		}
	}
	return nil
}

// curves doubts curves of brightness that are none: each rises or falls from one value that a
// sample can have to the next. What an interrupted run left of some goes.
func (f *file) curves(e *entry) error {
	n, err := f.value(e.dir, tagBits, 1)
	if err != nil || n > 16 || e.typ != tShort || f.raw || f.block {
		return err
	}
	b, err := f.Bytes(e.off, int(e.size))
	if err != nil {
		return err
	}
	sound := e.count == 1<<n || e.count == 3<<n
	if !sound && len(bytes.Trim(b, "\x00")) == 0 {
		e.stays, e.kind = false, scrub.Unknown
		return nil
	}
	for ; sound && len(b) > 0; b = b[2<<n:] {
		rises, falls := true, true
		for i := 2; i < 2<<n; i += 2 {
			v, last := e.dir.order.Uint16(b[i:]), e.dir.order.Uint16(b[i-2:])
			rises, falls = rises && v >= last, falls && v <= last
		}
		sound = rises || falls
	}
	if !sound {
		f.Doubt("%s has a value that there is none of", e)
	}
	return nil
}
