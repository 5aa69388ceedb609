package marks

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"
)

// scramble is the other direction of descramble, bit by bit from its definition.
func scramble(plain []byte) []byte {
	var past []int // scrambled bits
	ones := 0
	step := func(in int) int {
		out := in
		for _, tap := range []int{14, 17} {
			if len(past) >= tap {
				out ^= past[len(past)-tap]
			}
		}
		if ones == 64 {
			out, ones = out^1, 0
		}
		if past = append(past, out); out == 1 {
			ones++
		} else {
			ones = 0
		}
		return out
	}
	out := make([]byte, len(plain))
	for i, c := range append([]byte{0xea}, plain...) {
		for k := range 8 {
			bit := byte(step(int(c) >> k & 1))
			if i > 0 {
				out[i-1] |= bit << k
			}
		}
	}
	return out
}

// stateSigned returns data and its signature by key n.
func stateSigned(data, ext string, n, length int) string {
	h := make([]byte, 48)
	binary.LittleEndian.PutUint32(h[4:], uint32(n))
	copy(h[32:40], ext)
	binary.LittleEndian.PutUint64(h[40:], uint64(len(data)))
	return data + string(scramble(h)) + strings.Repeat("\x90\x01\xfe\x33", length)[:length-60] + u32le(length) + "NATISIGN"
}

func featurePhone(data string, more int) string {
	return data + strings.Repeat("\x07", more) + u32le(len(data))
}

func TestDescramble(t *testing.T) {
	for _, c := range []struct{ plain, scrambled string }{
		{strings.Repeat("00", 32) + "6a70670000000000" + "c86f000000000000",
			"80eea1a6eba4ed20e049b8811ea3faee4b2605054bcb44a49861571b7bf0e8dc81bec45238b13ece3a407b50e8b4eac4"},
		{"0000000007000000" + "000102030405060708090a0b0c0d0e0f" + "1100000022000000" + "6d70340000000000" + "00f2052a01000000",
			"80eea1a6ec64e250fcb4c5077e8b25738a73fcf0cb10abeaedaf20746b358c679626bd045548bf42d12753acb3b38b8b"},
		{"7fd1ffffffffffdf" + strings.Repeat("ffffffffffffffdf", 5), strings.Repeat("ff", 48)},
	} {
		b, err := hex.DecodeString(c.scrambled)
		if err != nil {
			t.Fatal(err)
		}
		descramble(b)
		if got := hex.EncodeToString(b); got != c.plain {
			t.Errorf("got  %s\nwant %s", got, c.plain)
		}
		if got := hex.EncodeToString(scramble(b)); got != c.scrambled {
			t.Errorf("scrambled again: %s\nwant %s", got, c.scrambled)
		}
	}
}

func TestStateSign(t *testing.T) {
	const doc = "1\n00:00:01,000 --> 00:00:02,000\nA line of a subtitle.\n"
	signed := stateSigned(doc, "srt", 7, 320)
	value := "state key 7, extension srt, 54 bytes; names no IMEI"
	for _, c := range []struct {
		name, data, value string
		n                 int // bytes of mark
	}{
		{"full", signed, value, 320},
		{"of a shorter key", stateSigned(doc, "srt", 7, 192), value, 192},
		{"feature phone", featurePhone(signed, 100), value, 424},
		{"feature phone, as much as can be", featurePhone(signed, 436), value, 760},
		{"feature phone, nothing more", featurePhone(signed, 0), value, 324},
		{"feature phone, too much", featurePhone(signed, 437), "", 0},
		{"of another length", stateSigned(doc[1:], "srt", 7, 320)[:53] + "x" + stateSigned(doc[1:], "srt", 7, 320)[53:], "", 0},
		{"first word", doc + "\x81" + signed[len(doc)+1:], "", 0},
		{"too short", stateSigned(doc, "srt", 7, 63), "", 0},
		{"too long", stateSigned(doc, "srt", 7, 321), "", 0},
		{"the word alone", doc + "NATISIGN", "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, floor := range []int64{0, int64(len(doc))} {
				m, ok, err := Trailer(strings.NewReader(c.data), floor, int64(len(c.data)))
				if err != nil {
					t.Fatal(err)
				}
				if c.n == 0 {
					if ok && m.Proven {
						t.Errorf("got %+v", m)
					}
					continue
				}
				if want := (Mark{Name: "natisign", Off: int64(len(doc)), Len: int64(c.n), Value: c.value, Proven: true}); !ok || m != want {
					t.Errorf("got  %+v %v\nwant %+v", m, ok, want)
				}
			}
		})
	}
}
