package riff_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/formats"
)

// A byte that follows the codes of a picture in its chunk is seen, and none is where libwebp
// wrote it: with several groups of codes, copies and colours from a cache.
func TestBehindCodes(t *testing.T) {
	for file, id := range map[string]string{"lossless": "VP8L", "alpha": "ALPH"} {
		data, err := os.ReadFile("testdata/" + file + ".webp")
		if err != nil {
			t.Fatal(err)
		}
		at := bytes.Index(data, []byte(id))
		n := int(binary.LittleEndian.Uint32(data[at+4:]))
		end := at + 8 + n
		longer := func(more string) []byte {
			b := append(bytes.Clone(data[:end]), more...)
			if len(b)%2 == 1 {
				b = append(b, 0)
			}
			b = append(b, data[end+n&1:]...)
			binary.LittleEndian.PutUint32(b[at+4:], uint32(n+len(more)))
			binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-8))
			return b
		}
		for more, want := range map[string]string{"": "", "\x00\x00": "", "\x01": "1 bytes follow the codes", "\x00\x07\x00": "3 bytes follow"} {
			b := longer(more)
			p, err := formats.Engine().Plan(bytes.NewReader(b), int64(len(b)), scrub.Options{})
			if doubts := strings.Join(p.Doubts, "; "); err != nil || p.Refused != "" || !strings.Contains(doubts, want) || (want == "") != (doubts == "") {
				t.Errorf("%s, %q: %v %s %q", file, more, err, p.Refused, p.Doubts)
			}
		}
	}
}
