package h26x_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"untag/scrub/h26x"
	"untag/scrub/scrubtest"
)

var codecs = map[string]h26x.Codec{"avc": h26x.AVC, "hevc": h26x.HEVC, "vvc": h26x.VVC}

// secret is user data of n bytes under a UUID that nobody knows, in which k
// escapes are needed. A wrong length doesn't end in another message in it.
func secret(n, k int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = 0xa0 + byte(i*7%0x50)
	}
	for i := range k {
		copy(b[4+6*i:], "\x00\x00\x01")
	}
	return b
}

// sizes are around those at which the coding of the size changes.
var sizes = []int{16, 40, 252, 253, 254, 255, 256, 257, 258, 507, 508, 509, 510, 511, 512, 764, 765}

// One message alone in its unit.
func TestAlone(t *testing.T) {
	for name, codec := range codecs {
		for _, size := range sizes {
			for _, k := range []int{0, 1, 7} {
				if size < 12+6*k {
					continue
				}
				t.Run(fmt.Sprintf("%s/size %d escapes %d", name, size, k), func(t *testing.T) {
					unit := seiUnit(codec, msg(5, secret(size, k)))
					_, after := perform(t, toy(codec, 4, 'f', frame(unit, sliceUnit(codec))), true)
					got := after[toyHead+8:][:len(unit)]
					types, bodies := read(t, codec, got)
					for i, b := range bodies {
						if types[i] != 3 || strings.Count(string(b), "\xff") != len(b) {
							t.Errorf("message of type %d with % x stays", types[i], b)
						}
					}
				})
			}
		}
	}
}

// The messages before and after stay as they are.
func TestAmong(t *testing.T) {
	for name, codec := range codecs {
		for _, size := range sizes {
			for _, k := range []int{0, 1, 2, 5} {
				if size < 14+6*k {
					continue
				}
				for _, last := range []bool{false, true} {
					t.Run(fmt.Sprintf("%s/size %d escapes %d last %t", name, size, k, last), func(t *testing.T) {
						among(t, codec, secret(size, k), last)
					})
				}
			}
		}
	}
}

func among(t *testing.T, codec h26x.Codec, body []byte, last bool) {
	messages := [][]byte{msg(144, []byte{0, 0, 1, 0x40}), msg(5, body)}
	if !last {
		messages = append(messages, msg(144, []byte{0, 0, 0, 0x40}))
	}
	unit := seiUnit(codec, messages...)
	_, after := perform(t, toy(codec, 4, 'f', frame(unit, sliceUnit(codec))), true)
	types, bodies := read(t, codec, after[toyHead+8:][:len(unit)])
	var stay []int
	for i, typ := range types {
		if typ != 3 {
			stay = append(stay, typ)
			continue
		}
		if strings.Count(string(bodies[i]), "\xff") != len(bodies[i]) {
			t.Errorf("filler with % x", bodies[i])
		}
	}
	want := []int{144, 144}
	if last {
		want = want[:1]
	}
	if !slices.Equal(stay, want) {
		t.Errorf("messages %v stay, want %v", stay, want)
	}
	if !bytes.Equal(bodies[0], []byte{0, 0, 1, 0x40}) || !last && !bytes.Equal(bodies[len(bodies)-1], []byte{0, 0, 0, 0x40}) {
		t.Errorf("what stays is changed: % x", bodies)
	}
}

func FuzzFrame(f *testing.F) {
	var seeds [][]byte
	for _, codec := range codecs {
		unit := seiUnit(codec, msg(144, []byte{0, 0, 1, 0x40}), msg(5, secret(60, 3)), msg(144, []byte{0, 0, 0, 0x40}))
		alone := seiUnit(codec, msg(5, secret(80, 2)))
		seeds = append(seeds, toy(codec, 4, 'f', frame(unit, sliceUnit(codec)), frame(alone)))
	}
	seeds = append(seeds,
		toy(h26x.AVC, 2, 'f', unhex("0007 0c63616d373780")),
		toy(h26x.HEVC, 1, 'f', unhex("0c 4e018507200504 63616d37 80 0a 4e01ff0503aabbccddee80")),
		toy(h26x.AVC, 4, 'c', avcC("fdf8f800")),
		toy(h26x.HEVC, 4, 'c', arrays(hvcCHead, 39, seiUnit(h26x.HEVC, msg(5, secret(40, 1))))),
		toy(h26x.VVC, 4, 'c', arrays(vvcCHead, 23, seiUnit(h26x.VVC, msg(5, secret(40, 1))))))
	scrubtest.Fuzz(f, engine, seeds...)
}
