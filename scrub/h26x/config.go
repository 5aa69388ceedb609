package h26x

import (
	"bytes"
	"cmp"

	"untag/scrub"
)

// Config returns the pieces of a decoder configuration record of n bytes at off, as
// avcC, hvcC and vvcC hold it (vvcC after its version and flags) or, layered, lhvC. It
// notes what the record announces.
func (v *Video) Config(r *scrub.Reader, off, n int64, layered bool) ([]Piece, error) {
	w, err := v.walk(r, off, n)
	if err != nil {
		return nil, err
	}
	rec := &record{walk: w, at: off, end: off + n, size: n}
	switch {
	case v.Codec == AVC:
		rec.avc()
	case layered:
		rec.hevc(4)
	case v.Codec == HEVC:
		rec.hevc(21)
	default:
		rec.vvc()
	}
	if rec.err == nil {
		rec.err = rec.rest()
	}
	if rec.err != nil {
		return nil, rec.err
	}
	v.LengthSize = rec.lengthSize
	return w.pieces, nil
}

// record reads a configuration record. After an error it reads zeros.
type record struct {
	*walk
	at, end    int64
	size       int64
	lengthSize int
	err        error
}

// number reads n bytes, 4 at most.
func (c *record) number(n int) (v int) {
	b := c.peek(n)
	for _, x := range b {
		v = v<<8 | int(x)
	}
	c.at += int64(len(b))
	return v
}

func (c *record) peek(n int) []byte {
	if c.err != nil {
		return nil
	}
	if int64(n) > c.end-c.at {
		c.err = errorf(c.at, "configuration record ends %d bytes early", int64(n)-(c.end-c.at))
		return nil
	}
	b, err := c.r.Bytes(c.at, n)
	c.err = err
	return b
}

func (c *record) skip(n int64) {
	switch {
	case c.err != nil:
	case n > c.end-c.at:
		c.err = errorf(c.at, "configuration record ends %d bytes early", n-(c.end-c.at))
	default:
		c.at += n
	}
}

func (c *record) version() {
	if v := c.number(1); c.err == nil && (v > 1 || v == 0 && c.video.Codec == AVC) {
		c.err = errorf(c.at-1, "configuration record of version %d, 1 is known", v)
	}
}

// units looks at n NAL units, each behind its length in two bytes.
func (c *record) units(n int) {
	for ; n > 0 && c.err == nil; n-- {
		size := int64(c.number(2))
		at := c.at
		if c.skip(size); c.err == nil && size > 0 {
			c.err = c.announced(at, size)
		}
	}
}

// announced looks at a NAL unit of a record, which holds no coded picture.
func (c *record) announced(off, n int64) error {
	h, err := c.header(off, n)
	if err == nil && c.video.class(h.typ) == slice {
		return c.add(Piece{Off: off, Len: n, Kind: scrub.Unknown, Value: "coded picture among parameter sets"})
	}
	return cmp.Or(err, c.unit(off, n))
}

// avc is AVCDecoderConfigurationRecord, ISO/IEC 14496-15 5.3.3.1.
func (c *record) avc() {
	c.version()
	c.skip(3) // profile, compatibility, level
	c.lengthSize = c.number(1)&3 + 1
	c.units(c.number(1) & 31) // sequence parameter sets
	c.units(c.number(1))      // picture parameter sets
	if c.end-c.at < 4 || c.err != nil {
		return
	}
	// Writers add this for high profiles; others have it too.
	if b := c.peek(4); b != nil && b[0]&0xfc == 0xfc && b[1]&0xf8 == 0xf8 && b[2]&0xf8 == 0xf8 {
		c.skip(3) // chroma format, bit depths
		c.units(c.number(1))
	}
}

// hevc is HEVCDecoderConfigurationRecord, ISO/IEC 14496-15 8.3.3.1, with the
// length size at byte 21, or LHEVCDecoderConfigurationRecord, with it at 4.
// Early writers set version 0.
func (c *record) hevc(lengthAt int64) {
	c.version()
	c.skip(lengthAt - 1)
	c.lengthSize = c.number(1)&3 + 1
	for n := c.number(1); n > 0 && c.err == nil; n-- {
		c.skip(1) // array_completeness, NAL_unit_type: the units say themselves
		c.units(c.number(2))
	}
	if lengthAt == 21 && c.err == nil {
		c.err = c.head(c.end - c.size)
	}
}

// head looks at what hvcC tells before its units: profile and level, which the sequence
// parameter set repeats, and numbers among reserved bits. A few bytes may differ, as
// some writers have it; where more do, all become what they are to be.
func (c *record) head(off int64) error {
	const from, general, most, few = 1, 12, 300 << 8, 3
	reserved := []byte{0xf0, 0, 0xfc, 0xfc, 0xf8, 0xf8, 0, 0}
	b, err := c.r.Bytes(off+from, general+len(reserved))
	if err != nil || len(c.video.sequences) == 0 || len(c.video.sequences[0].general) < general {
		return err
	}
	want := append(bytes.Clone(c.video.sequences[0].general), b[general:]...)
	for i, r := range reserved {
		want[general+i] |= r
	}
	if rate := want[len(want)-2:]; int(rate[0])<<8|int(rate[1]) > most {
		clear(rate)
	}
	differs := 0
	for i := range want {
		if want[i] != b[i] {
			differs++
		}
	}
	p := Piece{Off: off + from, Len: int64(len(b)), Padding: true}
	if differs > few {
		p.Kind, p.Value = scrub.Hidden, "profile and level that are not those of the film"
		p.Edits = []scrub.Edit{{Off: p.Off, Len: p.Len, Data: want, Phase: scrub.Destroy}}
	}
	c.pieces = append([]Piece{p}, c.pieces...)
	return nil
}

// vvc is VvcDecoderConfigurationRecord, ISO/IEC 14496-15 11.2.4.2.
func (c *record) vvc() {
	b := c.number(1)
	c.lengthSize = b>>1&3 + 1
	if b&1 == 1 { // ptl_present_flag
		sublayers := c.number(2) >> 4 & 7
		c.skip(1) // bit depth
		c.profile(sublayers)
		c.skip(6) // picture size, frame rate
	}
	for n := c.number(1); n > 0 && c.err == nil; n-- {
		units := 1
		if typ := c.number(1) & 31; typ != 13 && typ != 12 { // decoding capability, operating point: one each
			units = c.number(2)
		}
		c.units(units)
	}
}

// profile is VvcPTLRecord.
func (c *record) profile(sublayers int) {
	constraints := c.number(1) & 63
	c.skip(2) // profile, tier, level
	c.skip(int64(max(constraints, 1)))
	if sublayers > 1 {
		present := c.number(1) >> (9 - sublayers) // one bit for each but the highest
		for ; present > 0; present >>= 1 {
			c.skip(int64(present & 1))
		}
	}
	c.skip(4 * int64(c.number(1))) // sub-profiles
}

// rest reports what follows the fields that are known, unless it is zero.
func (c *record) rest() error {
	if c.at == c.end {
		return nil
	}
	if c.r.Zeros(c.at, c.end-c.at) {
		return nil
	}
	return c.add(Piece{Off: c.at, Len: c.end - c.at, Kind: scrub.Unknown, Value: "after the configuration record"})
}
