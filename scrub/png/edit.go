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
func (c *cleaner) remove(k chunk) error {
	if k.typ == void {
		return c.blank(k)
	}
	crc := c.crc.void(k.n)
	c.Claim(k.off, 4, scrub.Structure, k.typ)
	c.Claim(k.off+4, 4+k.n, scrub.Identify, k.typ)
	c.Claim(k.crcAt(), crcLen, scrub.Structure, k.typ)
	if c.Atomic(k.off+4, 4+k.n+crcLen) || k.n < 4 {
		c.Put(scrub.Unlink, k.off+4, append(append([]byte(void), make([]byte, k.n)...), crc...))
		return nil
	}
	fix := c.bridgeFrom(k, crc32.ChecksumIEEE([]byte(void)), k.data())
	c.Put(scrub.Unlink, k.off+4, append([]byte(void), fix...))
	c.clear(scrub.Destroy, k.data(), k.n)
	return nil
}

// maxClear is how many zeros are written at once with their checksum.
const maxClear = 64 << 10

// clear fills the n bytes at off, which are all that a chunk "voId" holds, and puts
// its checksum behind them. Both are one write, so that readers that refuse a
// file for a wrong checksum, as Pillow and Go's do, never see one.
func (c *cleaner) clear(phase scrub.Phase, off, n int64) {
	crc := c.crc.void(n)
	if n <= maxClear {
		c.Put(phase, off, append(make([]byte, n), crc...))
		return
	}
	c.Fill(phase, off, n, 0)
	c.Put(phase, off+n, crc)
}

// blank makes sure that a chunk "voId" is what it should be: the work of a run
// that was interrupted is finished, and nobody else hides anything in it.
func (c *cleaner) blank(k chunk) error {
	zeros := c.Zeros(k.data(), k.n)
	c.Claim(k.off, headLen, scrub.Structure, void)
	c.Claim(k.crcAt(), crcLen, scrub.Structure, void)
	if zeros {
		c.Claim(k.data(), k.n, scrub.Filler, void)
	} else {
		c.Claim(k.data(), k.n, scrub.Identify, void)
		c.Gone(scrub.Finding{Kind: scrub.Hidden, Place: void, Off: k.off, Len: k.end() - k.off})
		c.clear(scrub.Destroy, k.data(), k.n)
		return nil
	}
	crc := c.Get(k.crcAt(), crcLen)
	if want := c.crc.void(k.n); !bytes.Equal(crc, want) {
		c.Put(scrub.Destroy, k.crcAt(), want)
	}
	return nil
}

// sound tells whether the checksum of a chunk is right.
func (c *cleaner) sound(k chunk) bool {
	return bytes.Equal(c.Get(k.crcAt(), crcLen), binary.BigEndian.AppendUint32(nil, c.checksum(k)))
}

func (c *cleaner) checksum(k chunk) uint32 {
	crc := crc32.ChecksumIEEE([]byte(k.typ))
	for off := k.data(); off < k.crcAt(); {
		b := c.Get(off, int(min(64<<10, k.crcAt()-off)))
		crc = crc32.Update(crc, crc32.IEEETable, b)
		off += int64(len(b))
	}
	return crc
}

// keep claims a chunk that stays as it is.
func (c *cleaner) keep(k chunk, role scrub.Role) { c.Claim(k.off, k.end()-k.off, role, k.typ) }

// fits tells whether body can take the place of the data of k by [cleaner.put]:
// what is over has to be nothing or enough for a chunk.
func fits(k chunk, body int64) bool { return body == k.n || body <= k.n-frameLen }

// put puts a chunk of another type and body in the place of k, and fills what
// is over with a chunk "voId". Readers see the old chunk or the new one:
// where all of the new one, and the head of what follows it, can be written at
// once, it is. Otherwise the new one is laid out inside of the old one first.
func (c *cleaner) put(k chunk, typ string, body []byte) {
	fresh := append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), typ...)
	fresh = append(append(fresh, body...), sum(typ, body)...)
	c.Claim(k.off, k.end()-k.off, scrub.Identify, k.typ)
	rest := k.n - int64(len(body)) - frameLen
	if rest < 0 { // as long as the old one
		c.replaceAll(k, fresh)
		return
	}
	fresh = append(append(fresh, binary.BigEndian.AppendUint32(nil, uint32(rest))...), void...)
	at := k.off + int64(len(fresh))
	switch {
	case rest >= 4 && c.Atomic(k.off, headLen):
		fix := c.bridgeFrom(k, crc32.ChecksumIEEE([]byte(void)), at)
		if phase := scrub.Unlink; c.Atomic(k.off, int64(len(fresh))+4) {
			c.Put(phase, k.off, append(fresh, fix...))
			c.clear(phase+1, at, rest)
			break
		}
		// What a sector's end could part is laid out inside of the old chunk first.
		inside := c.bridgeFrom(k, crc32.Update(crc32.ChecksumIEEE([]byte(k.typ)), crc32.IEEETable, fresh[headLen:]), at)
		c.Put(scrub.Unlink, k.data(), append(bytes.Clone(fresh[headLen:]), inside...))
		c.Put(scrub.Destroy, k.off, append(fresh, fix...))
		c.clear(scrub.Repair, at, rest)
	default:
		// The length lies in two sectors and can't change: zeros after the body.
		long := append(body, make([]byte, k.n-int64(len(body)))...)
		c.replaceAll(k, append(append(append(make([]byte, 4), typ...), long...), sum(typ, long)...))
	}
}

// putPadded is put for a body of which readers pass over zeros at the end: they
// fill what is over where no chunk fits.
func (c *cleaner) putPadded(k chunk, typ string, body []byte) error {
	if !fits(k, int64(len(body))) {
		body = append(body, make([]byte, k.n-int64(len(body)))...)
	}
	c.put(k, typ, body)
	return nil
}

// replaceAll overwrites all of a chunk but its length, in one write.
func (c *cleaner) replaceAll(k chunk, fresh []byte) { c.Put(scrub.Unlink, k.off+4, fresh[4:]) }

// bridgeFrom returns the bytes that have to stand at off inside of k so that its
// checksum stays right, if that has come to the value from there.
func (c *cleaner) bridgeFrom(k chunk, from uint32, off int64) []byte {
	fix := bridge(from, c.checksum(chunk{off: k.off, n: off + 4 - k.data(), typ: k.typ}))
	return fix[:]
}
