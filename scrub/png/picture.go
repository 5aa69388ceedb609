package png

import (
	"encoding/binary"
	"hash/crc32"

	"untag/scrub"
)

// picture claims the chunks of the picture. Bytes after the end of a compressed
// stream are no part of it.
func (c *cleaner) picture() error {
	holes := c.holes // claimed already
	for off := int64(len(signature)); c.Left(off) > 0; {
		if len(holes) > 0 && holes[0].Off == off {
			off, holes = holes[0].End(), holes[1:]
			continue
		}
		k, err := c.chunkAt(off)
		if err != nil {
			return err
		}
		if c.holds(k) {
			if err := c.part(k); err != nil {
				return err
			}
		}
		if off = k.end(); k.typ == "IEND" {
			return nil
		}
	}
	return nil
}

// part claims one chunk of the picture.
func (c *cleaner) part(k chunk) error {
	switch k.typ {
	case "IEND":
		if !c.damaged {
			return c.last(k)
		}
	case "PLTE", "tRNS":
		if x := c.pixel; !c.damaged && x != nil && !x.bad && c.header.colour == palette {
			return c.unused(k, map[string]int{"PLTE": 3, "tRNS": 1}[k.typ])
		}
		c.keep(k, scrub.Render)
		return nil
	case "IDAT", "fdAT":
		if end, ok := c.streamEnd(k); ok && end < k.crcAt() && k.n > prefix(k) {
			return c.slack(k, max(end, k.data()+prefix(k)))
		}
	}
	c.keep(k, scrub.Payload)
	return nil
}

// last claims IEND, which has no data, 11.2.5.
func (c *cleaner) last(k chunk) error {
	if k.n == 0 {
		c.keep(k, scrub.Payload)
		return nil
	}
	c.Claim(k.off, headLen, scrub.Structure, k.typ)
	c.Claim(k.crcAt(), crcLen, scrub.Structure, k.typ)
	return c.zero(k, k.data(), scrub.Identify)
}

// slack deals with the bytes of k from off on, after the end of a stream.
func (c *cleaner) slack(k chunk, off int64) error {
	if off == k.data() && k.typ == "IDAT" {
		c.Gone(scrub.Finding{Kind: scrub.Hidden, Place: "IDAT", Off: k.off, Len: k.end() - k.off, Value: "after the end of the picture"})
		return c.remove(k)
	}
	c.Claim(k.off, off-k.off, scrub.Payload, k.typ)
	c.Claim(k.crcAt(), crcLen, scrub.Structure, k.typ)
	return c.zero(k, off, scrub.Identify)
}

// zero blanks the bytes of k from off on, if that and the checksum can be written
// at once: no reader goes on without a chunk that the picture needs.
func (c *cleaner) zero(k chunk, off int64, role scrub.Role) error {
	n := k.crcAt() - off
	if c.Zeros(off, n) {
		c.Claim(off, n, scrub.Filler, k.typ)
		return nil
	}
	c.Claim(off, n, role, k.typ)
	f := scrub.Finding{Kind: scrub.Hidden, Place: k.typ, Off: off, Len: n, Value: "after the end of the data"}
	fresh := func() []byte { return append(make([]byte, n), c.zeroed(k, off)...) }
	switch {
	case c.Atomic(off, n+crcLen):
		c.Put(scrub.Unlink, off, fresh())
	case n > mostAnew || !c.Anew(off, n+crcLen, fresh()):
		c.Doubt("%d bytes after the end of the data of %s at 0x%x stay: they can't be removed in one write", n, k.typ, k.off)
		return nil
	}
	c.Gone(f)
	return nil
}

// mostAnew bounds the zeros that travel with a plan.
const mostAnew = 1 << 20

// zeroed returns the checksum of k with zeros from off on.
func (c *cleaner) zeroed(k chunk, off int64) []byte {
	crc := c.checksum(chunk{off: k.off, n: off - k.data(), typ: k.typ})
	crc = crc32.Update(crc, crc32.IEEETable, make([]byte, k.crcAt()-off))
	return binary.BigEndian.AppendUint32(nil, crc)
}
