package riff_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"slices"
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

// behindLossy is a lossy picture with bytes behind the codes of its modes, between its coefficients
// and behind them.
func behindLossy(t *testing.T, change func(frame []byte), modes, between, behind string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/lossy.webp")
	if err != nil {
		t.Fatal(err)
	}
	const head, first, second = 10, 57, 34
	f := data[20:]
	change(f)
	tag := uint32(f[0])&31 | uint32(first+len(modes))<<5
	f = slices.Concat([]byte{byte(tag), byte(tag >> 8), byte(tag >> 16)}, f[3:head+first], []byte(modes), []byte{byte(second + len(between)), byte((second + len(between)) >> 8), 0}, f[head+first+3:head+first+3+second], []byte(between),
		f[head+first+3+second:], []byte(behind))
	b := slices.Concat(data[:16], binary.LittleEndian.AppendUint32(nil, uint32(len(f))), f, make([]byte, len(f)%2))
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-8))
	return b
}

// What stands behind the codes of each partition of a lossy picture goes, unless the codes may be
// read wrongly or it is much.
func TestBehindLossy(t *testing.T) {
	same := func([]byte) {}
	for name, c := range map[string]struct {
		data  []byte
		gone  int
		doubt string
	}{
		"as libvpx wrote it": {behindLossy(t, same, "", "", ""), 0, ""},
		"zeros":              {behindLossy(t, same, "\x00", "\x00\x00", "\x00\x00\x00"), 0, ""},
		"behind the modes":   {behindLossy(t, same, "\x01", "", ""), 1, ""},
		"between":            {behindLossy(t, same, "", "\x00K", ""), 1, ""},
		"behind":             {behindLossy(t, same, "", "", "ab\x00"), 1, ""},
		"everywhere":         {behindLossy(t, same, "cipher", "cipher", "cipher"), 3, ""},
		"much":               {behindLossy(t, same, "", "", strings.Repeat("\xe7\x01", 60)), 0, "bytes behind the codes"},
		"less high":          {behindLossy(t, func(f []byte) { f[8] = 16 }, "", "", ""), 0, "bytes behind the codes"},
		"higher":             {behindLossy(t, func(f []byte) { f[8], f[9] = 0, 2 }, "", "", ""), 0, "can't be followed"},
		"another first code": {behindLossy(t, func(f []byte) { f[70] ^= 0x80 }, "", "", ""), 0, "can't be followed"},
		"no partition":       {behindLossy(t, func(f []byte) { f[2] = 0 }, "", "", "")[:20+10+57], 0, "cut short"},
		"immense and flat":   {behindLossy(t, func(f []byte) { copy(f[6:], "\xff\x3f\xff\x3f") }, "", "", ""), 0, "can't be followed"},
	} {
		p, err := formats.Engine().Plan(bytes.NewReader(c.data), int64(len(c.data)), scrub.Options{})
		if err != nil || p.Refused != "" {
			t.Errorf("%s: %v %s", name, err, p.Refused)
			continue
		}
		gone := 0
		for _, f := range p.Findings {
			if f.Goes {
				gone++
			}
		}
		if doubts := strings.Join(p.Doubts, "; "); gone != c.gone || !strings.Contains(doubts, c.doubt) || (c.doubt == "") != (doubts == "") {
			t.Errorf("%s: %d go, %q, want %d, %q", name, gone, p.Doubts, c.gone, c.doubt)
		}
	}
	b := behindLossy(t, same, "", "", "behind")
	p, err := formats.Engine().Plan(bytes.NewReader(b), int64(len(b)), scrub.Options{Depth: scrub.DepthIndex})
	if err != nil || !p.Shallow || len(p.Findings) > 0 {
		t.Errorf("at depth index: %v, shallow %v, %v", err, p.Shallow, p.Findings)
	}
}
