package png

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"

	"untag/scrub"
)

// remove turns a chunk into "voId" and zeros. In one sector that is one write.
// Otherwise it takes the new type first, together with four bytes that keep the
// checksum right; zeros and their checksum follow in one phase.
func (c *cleaner) remove(k chunk) error { return c.removeIn(scrub.Unlink, k) }

// removeIn is remove from the given phase on: what another chunk would stand in
// for, once it is gone, goes after that one.
func (c *cleaner) removeIn(phase scrub.Phase, k chunk) error {
	if k.typ == void {
		return c.blank(k)
	}
	crc := c.crc.void(k.n)
	c.Claim(k.off, 4, scrub.Structure, k.typ)
	c.Claim(k.off+4, 4+k.n, scrub.Identify, k.typ)
	c.Claim(k.crcAt(), crcLen, scrub.Structure, k.typ)
	if c.Atomic(k.off+4, 4+k.n+crcLen) {
		c.Put(phase, k.off+4, append(append([]byte(void), make([]byte, k.n)...), crc...))
		return nil
	}
	typ := []byte(void)
	if k.n >= 4 {
		b, err := c.Bytes(k.data(), 4)
		if err != nil {
			return err
		}
		fix := bridge(crc32.ChecksumIEEE(typ), crc32.ChecksumIEEE(append([]byte(k.typ), b...)))
		typ = append(typ, fix[:]...)
	}
	c.Put(phase, k.off+4, typ)
	c.Fill(phase+1, k.data(), k.n, 0)
	c.Put(phase+1, k.crcAt(), crc)
	return nil
}

// blank makes sure that a chunk "voId" is what it should be: the work of a run
// that was interrupted is finished, and nobody else hides anything in it.
func (c *cleaner) blank(k chunk) error {
	zeros, err := c.Constant(k.data(), k.n, 0)
	if err != nil {
		return err
	}
	c.Claim(k.off, headLen, scrub.Structure, void)
	c.Claim(k.crcAt(), crcLen, scrub.Structure, void)
	if zeros {
		c.Claim(k.data(), k.n, scrub.Filler, void)
	} else {
		c.Claim(k.data(), k.n, scrub.Identify, void)
		c.Gone(scrub.Finding{Kind: scrub.Hidden, Place: void, Off: k.off, Len: k.end() - k.off})
		c.Fill(scrub.Destroy, k.data(), k.n, 0)
	}
	crc, err := c.Bytes(k.crcAt(), crcLen)
	if err != nil {
		return err
	}
	if want := c.crc.void(k.n); !bytes.Equal(crc, want) {
		c.Put(scrub.Destroy, k.crcAt(), want)
	}
	return nil
}

// sound tells whether the checksum of a chunk is right.
func (c *cleaner) sound(k chunk) (bool, error) {
	crc, err := c.checksum(k)
	if err != nil {
		return false, err
	}
	stored, err := c.Bytes(k.crcAt(), crcLen)
	return err == nil && bytes.Equal(stored, binary.BigEndian.AppendUint32(nil, crc)), err
}

func (c *cleaner) checksum(k chunk) (uint32, error) {
	crc := crc32.ChecksumIEEE([]byte(k.typ))
	for off := k.data(); off < k.crcAt(); {
		b, err := c.Bytes(off, int(min(64<<10, k.crcAt()-off)))
		if err != nil {
			return 0, err
		}
		crc = crc32.Update(crc, crc32.IEEETable, b)
		off += int64(len(b))
	}
	return crc, nil
}

// keep claims a chunk that stays as it is.
func (c *cleaner) keep(k chunk, role scrub.Role) { c.Claim(k.off, k.end()-k.off, role, k.typ) }

// fits tells whether body can take the place of the data of k by [cleaner.put]:
// what is over has to be nothing or enough for a chunk.
func fits(k chunk, body int64) bool { return body == k.n || body <= k.n-frameLen }

// put puts a chunk of another type and body in the place of k, and fills what
// is over with a chunk "voId". Readers see the old chunk or the new one:
// where all of the new one, and the head of what follows it, can be written at
// once, it is. Otherwise the new one is laid out inside of the old one, whose
// checksum is wrong until its length changes.
func (c *cleaner) put(k chunk, typ string, body []byte) error {
	fresh := append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), typ...)
	fresh = append(append(fresh, body...), sum(typ, body)...)
	c.Claim(k.off, k.end()-k.off, scrub.Identify, k.typ)
	rest := k.n - int64(len(body)) - frameLen
	if rest < 0 { // as long as the old one
		c.replaceAll(k, fresh)
		return nil
	}
	fresh = append(append(fresh, binary.BigEndian.AppendUint32(nil, uint32(rest))...), void...)
	at := k.off + int64(len(fresh))
	switch {
	case c.Atomic(k.off, int64(len(fresh))+min(rest, 4)):
		fix, err := c.bridgeFrom(k, at, rest)
		if err != nil {
			return err
		}
		c.Put(scrub.Unlink, k.off, append(fresh, fix...))
		c.Fill(scrub.Destroy, at, rest, 0)
	case c.Atomic(k.off, headLen):
		c.Put(scrub.Unlink, k.data(), fresh[headLen:])
		c.Put(scrub.Destroy, k.off, fresh[:headLen])
		c.Fill(scrub.Destroy, at, rest, 0)
	default:
		// The length lies in two sectors and can't change: zeros after the body.
		long := append(body, make([]byte, k.n-int64(len(body)))...)
		c.replaceAll(k, append(append(append(make([]byte, 4), typ...), long...), sum(typ, long)...))
		return nil
	}
	c.Put(scrub.Destroy, at+rest, c.crc.void(rest))
	return nil
}

// putPadded is put for a body of which readers pass over zeros at the end: they
// fill what is over where no chunk fits.
func (c *cleaner) putPadded(k chunk, typ string, body []byte) error {
	if !fits(k, int64(len(body))) {
		body = append(body, make([]byte, k.n-int64(len(body)))...)
	}
	return c.put(k, typ, body)
}

// replaceAll overwrites all of a chunk but its length.
func (c *cleaner) replaceAll(k chunk, fresh []byte) {
	n := int64(len(fresh))
	if c.Atomic(k.off+4, n-4) {
		c.Put(scrub.Unlink, k.off+4, fresh[4:])
		return
	}
	c.Put(scrub.Unlink, k.data(), fresh[headLen:n-crcLen])
	c.Put(scrub.Destroy, k.off+4, fresh[4:headLen])
	c.Put(scrub.Destroy, k.crcAt(), fresh[n-crcLen:])
}

// bridgeFrom returns the bytes that a chunk "voId" of n bytes has to begin with,
// its data being at off inside of k, so that the checksum of k is right for it.
func (c *cleaner) bridgeFrom(k chunk, off, n int64) ([]byte, error) {
	if n < 4 {
		return nil, nil
	}
	b, err := c.Bytes(k.off+4, int(off+4-k.off-4))
	if err != nil {
		return nil, err
	}
	fix := bridge(crc32.ChecksumIEEE([]byte(void)), crc32.ChecksumIEEE(b))
	return fix[:], nil
}
