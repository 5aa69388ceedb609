package png

import (
	"bytes"
	"slices"

	"untag/scrub"
	"untag/scrub/tags"
)

// A picture whose chunks don't lead from one to the next is damaged. What proves
// itself goes all the same: a chunk of a kind that tells something, of which the
// checksum is right. All else stays, and is called payload where no chunk is.

// hurt notes damage. From then on only what proves itself changes.
func (c *cleaner) hurt(format string, args ...any) {
	c.damaged = true
	c.Doubt(format, args...)
}

// resume deals with damage at off, where no chunk is: it claims what lies there and
// returns where the next sound chunk stands, -1 if there is none. The chunk
// before, of which the length may be wrong, is no chunk if its checksum is wrong.
func (c *cleaner) resume(off int64, last chunk, why error) (int64, error) {
	c.hurt("%v", why)
	from := off
	if last.off > 0 {
		sound, err := c.standsOut(last)
		if err != nil {
			return 0, err
		}
		if !sound {
			from = last.off
			if n := len(c.other); n > 0 && c.other[n-1].off == from {
				c.other = c.other[:n-1]
			}
		}
	}
	next, err := c.soundFrom(from + 1)
	if err != nil {
		return 0, err
	}
	end := next
	if next < 0 {
		if end, err = c.CutMarks(from); err != nil {
			return 0, err
		}
	}
	c.holes = append(c.holes, scrub.Range{Off: from, Len: end - from})
	return next, c.remains(from, end, next < 0)
}

// remains claims the bytes from off to end, which are no chunk that is whole. One that
// tells something goes if the end of the file or zeros cut it short, as its name stands where a chunk
// has to begin and nothing of a picture is behind it, or if its checksum proves that only its head is wrong.
func (c *cleaner) remains(off, end int64, last bool) error {
	const most = 64 << 10
	if end-off < headLen || end-off > most {
		c.Claim(off, end-off, scrub.Payload, "remains")
		return nil
	}
	b := c.Get(off, headLen)
	k := chunk{off: off, n: be32(b, 0), typ: string(b[4:])}
	cut := min(k.n, end-k.data())
	zeroed := end-k.data()-cut > frameLen && c.Zeros(k.data()+cut, frameLen) // its checksum and the next head are lost
	if (last || zeroed) && tells(k.typ) && !bytes.Contains(c.Get(k.data(), int(end-k.data())), []byte("IDAT")) {
		k.n = cut
		c.Claim(k.data()+k.n, end-k.data()-k.n, scrub.Payload, "remains")
		c.Claim(off, headLen, scrub.Structure, k.typ)
		return c.Blank(k.data(), k.n, 0, kindOf(k.typ), k.typ)
	}
	if k.n = end - off - frameLen; k.n > 0 && c.meant(k) != "" {
		return c.silence(k)
	}
	c.Claim(off, end-off, scrub.Payload, "remains")
	return nil
}

// meant returns the type of a chunk that tells something, of which one bit of the type or the length
// is wrong: its checksum says so, or that an interrupted run was filling it. It is "" if there is none.
func (c *cleaner) meant(k chunk) string {
	const sector = 512 // the least that a drive has written
	zeros := c.Zeros(k.data(), min(k.n, sector-k.data()%sector))
	for _, typ := range tellers() {
		as := chunk{off: k.off, n: k.n, typ: typ}
		if (typ == k.typ || scrub.Near(typ, k.typ)) && (zeros || c.sound(as)) {
			return typ
		}
	}
	return ""
}

// silence empties a chunk whose head is wrong, and leaves the head: what readers make of it stays the same.
func (c *cleaner) silence(k chunk) error {
	typ := c.meant(k)
	c.Claim(k.off, headLen, scrub.Structure, typ)
	c.Claim(k.crcAt(), crcLen, scrub.Structure, typ)
	return c.Blank(k.data(), k.n, 0, kindOf(typ), typ)
}

// tellers are the types of chunks that tell something.
var tellers = tags.Once(func() []string {
	types := []string{"tEXt", "zTXt", "iTXt", "eXIf"}
	for typ, t := range known()["chunk"] {
		if t.Kind != scrub.Hidden {
			types = append(types, typ)
		}
	}
	slices.Sort(types)
	return types
})

func tells(typ string) bool { return slices.Contains(tellers(), typ) }

func kindOf(typ string) scrub.Kind {
	if t, ok := known()["chunk"][typ]; ok {
		return t.Kind
	}
	return scrub.Caption
}

func isText(typ string) bool { return typ == "tEXt" || typ == "zTXt" || typ == "iTXt" }

// soundFrom finds the first chunk from off on whose checksum is right, -1 if there
// is none. Every byte is a part of few checksums: four letters behind a length
// that fits are rare.
func (c *cleaner) soundFrom(off int64) (int64, error) {
	budget := 4 * c.Size()
	for c.Left(off) >= frameLen {
		b := c.Get(off, int(min(c.Left(off), 64<<10)))
		for i := 0; i+headLen <= len(b); i++ {
			k := chunk{off: off + int64(i), n: be32(b, i), typ: string(b[i+4 : i+8])}
			if k.n > c.Left(k.off)-frameLen || !letters(b[i+4:i+8]) {
				continue
			}
			if budget -= k.n; budget < 0 {
				return -1, nil
			}
			if sound, err := c.standsOut(k); sound || err != nil {
				return k.off, err
			}
		}
		off += int64(len(b)) - headLen + 1
	}
	return -1, nil
}

// standsOut tells whether a chunk among damage is one: its checksum is right, or it is
// one that an interrupted run was filling.
func (c *cleaner) standsOut(k chunk) (bool, error) {
	if sound := c.sound(k); sound || k.typ != void {
		return sound, nil
	}
	crc, err := c.Bytes(k.crcAt(), crcLen)
	if err != nil || bytes.Equal(crc, c.crc.void(k.n)) {
		return err == nil, err
	}
	const sector = 512 // the least that a drive has written
	n := min(k.n, sector-k.data()%sector)
	return c.Zeros(k.data(), n) && n > 0, nil
}

func letters(b []byte) bool {
	for _, l := range b {
		if l|0x20 < 'a' || l|0x20 > 'z' {
			return false
		}
	}
	return true
}

// proven deals with a chunk of a damaged picture: it goes if it is of a kind that
// tells something and its checksum is right.
func (c *cleaner) proven(k chunk) error {
	sound, err := c.standsOut(k)
	if err != nil {
		return err
	}
	t, named := known()["chunk"][k.typ]
	switch {
	case !sound && k.n > 0 && k.n <= 64<<10 && !tells(k.typ) && c.meant(k) != "":
		return c.silence(k)
	case !sound || !c.Atomic(k.off+4, 8): // half of a new name would not be found again
	case k.typ == void:
		return c.blank(k)
	case k.typ == "eXIf":
		return c.exif(k)
	case isText(k.typ):
		return c.text(k)
	case named && t.Kind != scrub.Hidden:
		value := c.value(k)
		return c.drop(k, t.Kind, value)
	}
	role := scrub.Identify
	if _, renders := c.header.renders(k.typ); renders || k.typ == "iCCP" || t.Kind == scrub.Hidden {
		role = scrub.Render
	}
	c.keep(k, role)
	return nil
}

// torn tells whether a type is what an interrupted run makes of another one, if a
// sector ends inside of it. One flipped bit makes no such type of the picture's.
func torn(typ string) bool {
	return typ[:2] == void[:2] || typ[0] == void[0] && !slices.Contains([]string{"RNS", "cTL", "dAT"}, typ[1:])
}

// unproven tells whether a chunk that no table knows may be one of the picture's
// whose name is damaged: the checksum is of the name too.
func (c *cleaner) unproven(k chunk) (bool, error) {
	_, named := known()["chunk"][k.typ]
	_, renders := c.header.renders(k.typ)
	named = named && k.typ != "PLTE"
	if named || renders || torn(k.typ) || isText(k.typ) || k.typ == void || k.typ == "iCCP" || k.typ == "eXIf" {
		return false, nil
	}
	return !c.sound(k) || k.critical() && k.typ != "PLTE", nil
}
