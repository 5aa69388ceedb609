package ends

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"untag/scrub"
)

// number is a field of a medium that tells how long something is.
type number struct {
	off, size int
	order     binary.ByteOrder
	bits      int // of the value, below a marker that stays; 0 for all
}

func (n number) get(b []byte) uint64 {
	var v [8]byte
	if n.order == binary.BigEndian {
		copy(v[8-n.size:], b[n.off:n.off+n.size])
		return binary.BigEndian.Uint64(v[:])
	}
	copy(v[:], b[n.off:n.off+n.size])
	return binary.LittleEndian.Uint64(v[:])
}

func (n number) set(b []byte, value uint64) {
	if n.bits > 0 {
		value = value&(1<<n.bits-1) | n.get(b)&^(1<<n.bits-1)
	}
	var v [8]byte
	if n.order == binary.BigEndian {
		binary.BigEndian.PutUint64(v[:], value)
		copy(b[n.off:], v[8-n.size:])
		return
	}
	binary.LittleEndian.PutUint64(v[:], value)
	copy(b[n.off:], v[:n.size])
}

func (n number) value(b []byte) uint64 {
	if n.bits > 0 {
		return n.get(b) & (1<<n.bits - 1)
	}
	return n.get(b)
}

// lengths are where media say how long they are, found by what stands before.
func lengths(m medium) (all []number) {
	le, be := binary.LittleEndian, binary.BigEndian
	after := func(word string, skip, size int, order binary.ByteOrder, bits int) {
		if i := strings.Index(m.data, word); i >= 0 && i+len(word)+skip+size <= len(m.data) {
			all = append(all, number{i + len(word) + skip, size, order, bits})
		}
	}
	switch m.name {
	case "jp2", "jxl":
		for _, typ := range []string{"mdat", "jp2c", "jxlc"} {
			after(typ, -8, 4, be, 0)
		}
	case "zip":
		after("PK\x05\x06", 8, 4, le, 0)
		after("PK\x05\x06", 12, 4, le, 0)
	}
	return all
}

// wrong are lengths as interrupted writers and damage leave them.
func wrong(right uint64) map[string]uint64 {
	return map[string]uint64{"0": 0, "half": right / 2 &^ 1, "one less": right - 1, "one more": right + 1, "all ones": 1<<64 - 1}
}

// spare is what at the end of a medium is no picture or sound, in bytes, and may go
// with what damage makes of it.
func spare(m medium) int {
	switch m.name {
	case "zip":
		return len(m.data) - strings.Index(m.data, "PK\x05\x06") - 22
	}
	return 0
}

// Whatever a medium says of its length, nothing of it is lost: in one place or in all
// of them, alone or with another one behind it.
func TestWrongLengths(t *testing.T) {
	for i, m := range media {
		fields := lengths(m)
		for variant := range wrong(0) {
			for only := -1; only < len(fields); only++ {
				b := []byte(m.data)
				for k, f := range fields {
					if only < 0 || k == only {
						f.set(b, wrong(f.value(b))[variant])
					}
				}
				for times := 1; times <= 2; times++ {
					data := strings.Repeat(string(b), times)
					if p := plan(t, data, scrub.Options{}); int(p.End) < len(data)-spare(m) {
						t.Errorf("%s %d, %d times, %s in field %d of %d: cut at %d of %d", m.name, i, times, variant, only, len(fields), p.End, p.Size)
					}
				}
			}
		}
	}
}

// One flipped bit never takes away more than the piece that it is in.
func TestFlippedBits(t *testing.T) {
	for i, m := range media {
		step := 1
		if testing.Short() {
			step = 7
		}
		for bit := 0; bit < 8*len(m.data); bit += step {
			b := []byte(m.data)
			b[bit/8] ^= 1 << (bit % 8)
			if bit/8 > 400 && bit/8 < len(b)-200 {
				continue
			}
			if p := plan(t, string(b), scrub.Options{}); p.End < p.Size {
				if int(p.End) >= len(m.data)-spare(m) {
					continue
				}
				t.Errorf("%s %d, bit %d of byte 0x%x: cut at %d of %d", m.name, i, bit%8, bit/8, p.End, p.Size)
			}
		}
	}
}

// Marks that prove themselves go whatever the end is, and the rest is as it was.
func TestMarksBehindUnsureEnds(t *testing.T) {
	mark := "\x79\x08\xdf\xd0\xe0\x92\xb2\xd1\x28\x24\x7e\x20\x31\x59\x75\xb2\x5a\x13\xa0\xe6\x29\x4b\x75\xb1\x18\x00\x00\x00EOF"
	for i, m := range media {
		for what, data := range map[string]string{"whole": m.data, "half": m.data[:len(m.data)/2], "twice": m.data + m.data, "followed": m.data + string(foreign(5000))} {
			name := fmt.Sprintf("%s %d %s", m.name, i, what)
			p := plan(t, data+mark, scrub.Options{})
			if want := plan(t, data, scrub.Options{}).End; p.End != want {
				t.Errorf("%s: cut at %d of %d, want %d", name, p.End, p.Size, want)
			}
		}
	}
}
