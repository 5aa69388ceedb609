package mxf

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"

	"untag/scrub"
	"untag/scrub/chunk"
)

const keyLen = 16

// fillKey is that of fill items (ST 377-1, 6.3.3).
const fillKey = smpte + "\x01\x01\x01\x02\x03\x01\x02\x10\x01\x00\x00\x00"

// keys are those of parts that are known, from their fifth byte on, to the end or as far as
// all parts of a kind have the same; the eighth is the version of a register and may be any.
var keys = []struct{ name, key string }{
	{"header", "\x02\x05\x01?\x0d\x01\x02\x01\x01\x02?\x00"},
	{"body", "\x02\x05\x01?\x0d\x01\x02\x01\x01\x03?\x00"},
	{"footer", "\x02\x05\x01?\x0d\x01\x02\x01\x01\x04?\x00"},
	{"primer", "\x02\x05\x01?\x0d\x01\x02\x01\x01\x05\x01\x00"},
	{"rip", "\x02\x05\x01?\x0d\x01\x02\x01\x01\x11\x01\x00"},
	{"index", "\x02\x53\x01?\x0d\x01\x02\x01\x01\x10\x01\x00"},
	{"fill", "\x01\x01\x01?\x03\x01\x02\x10\x01\x00\x00\x00"},
	{"essence", "\x01\x02\x01?\x0d\x01\x03\x01"},
	{"essence", "\x01\x02\x01?\x0e\x04\x03\x01"}, // Avid
	{"encrypted", "\x02\x04\x01?\x0d\x01\x03\x01\x02\x7e\x01\x00"},
	{"system", "\x02\x05\x01?\x0d\x01\x03\x01"},
	{"package", "\x02\x43\x01?\x0d\x01\x03\x01"},
	{"package", "\x02\x63\x01?\x0d\x01\x03\x01"},
	{"set", "\x02\x53\x01?"},
}

var dialect = &chunk.Dialect{
	Least:  keyLen + 1,
	Order:  binary.BigEndian,
	Read:   readItem,
	Filler: func(p chunk.Part) bool { return p.ID == "fill" },
	Retire: func(s *scrub.Scan, p chunk.Part, unlink, destroy scrub.Phase) {
		s.Put(unlink, p.Off, []byte(fillKey))
		s.Fill(destroy, p.Body(), p.Size, 0)
	},
	Vital:  []string{"header", "body", "footer", "primer", "index", "essence", "encrypted", "set"},
	Starts: func(b []byte) bool { return bytes.HasPrefix(b, []byte(smpte)) },
}

func isVital(id string) bool { return slices.Contains(dialect.Vital, id) }

// readItem reads a key and a length of one byte or more (BER, long form of up to 8).
func readItem(s *scrub.Scan, off, end int64) (chunk.Part, error) {
	b, err := s.Bytes(off, int(min(end-off, keyLen+9)))
	if err != nil {
		return chunk.Part{}, err
	}
	if len(b) <= keyLen || string(b[:4]) != smpte {
		return chunk.Part{}, s.Errorf(off, "no key of SMPTE")
	}
	p := chunk.Part{ID: kind(b[4:keyLen]), Off: off, Head: keyLen + 1, Size: int64(b[keyLen])}
	if long := p.Size & 0x7f; p.Size > 0x7f {
		if p.Head += long; long == 0 || p.Head > int64(len(b)) {
			return p, s.Errorf(off, "a length of %d bytes", long)
		}
		n := uint64(0)
		for _, c := range b[keyLen+1 : p.Head] {
			n = n<<8 | uint64(c)
		}
		if n > most {
			return p, s.Errorf(off, "an item of %d bytes", n)
		}
		p.Size = int64(n)
	}
	if p.Size > end-p.Body() {
		p.Size, p.Cut = end-p.Body(), true
	}
	return p, nil
}

// kind is what a key names, "dark" if nothing that is known, "damaged" if it is one bit
// away from what is.
func kind(key []byte) string {
	near := "dark"
	for _, k := range keys {
		wrong := 0
		for i := range len(k.key) {
			if k.key[i] != '?' {
				wrong += bits.OnesCount8(k.key[i] ^ key[i])
			}
		}
		switch {
		case wrong == 0:
			return k.name
		case wrong == 1:
			near = "damaged"
		}
	}
	return near
}
