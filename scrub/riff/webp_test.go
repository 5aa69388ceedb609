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

// A picture beside another, and transparency or a frame that nothing shows, is no part of what is seen.
func TestPicturesThatAreNeverShown(t *testing.T) {
	file := func(name string) []byte {
		data, err := os.ReadFile("testdata/" + name + ".webp")
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	part := func(data []byte, id string) string {
		at := bytes.Index(data, []byte(id))
		n := int(binary.LittleEndian.Uint32(data[at+4:]))
		return string(data[at : at+8+n+n&1])
	}
	shown := file("alpha")
	wide, high := shown[24:27], shown[27:30]
	alpha, lossy, lossless := part(shown, "ALPH"), part(shown, "VP8 "), part(file("lossless"), "VP8L")
	head := func(flags byte) string {
		return chunkOf("VP8X", string([]byte{flags, 0, 0, 0}), string(wide), string(high))
	}
	frame := func(left byte, body ...string) string {
		return chunkOf("ANMF", slices.Concat([]string{string([]byte{left, 0, 0, 0, 0, 0}), string(wide), string(high), "\x64\x00\x00\x00"}, body)...)
	}
	const odd, inFrame = "parts of the picture may never be shown", "parts of a frame may never be shown"
	anim := chunkOf("ANIM", "\x00\x00\x00\x00\x00\x00")
	for name, c := range map[string]struct {
		doubt string
		parts []string
	}{
		"with transparency":       {"", []string{head(0x10), alpha, lossy}},
		"transparency behind":     {odd, []string{head(0x10), lossy, alpha}},
		"twice":                   {odd, []string{head(0x10), alpha, alpha, lossy}},
		"of nothing":              {odd, []string{head(0x10), alpha, lossless}},
		"not announced":           {odd, []string{alpha, lossy}},
		"two pictures":            {odd, []string{lossy, lossless}},
		"frames":                  {"", []string{head(0x12), anim, frame(0, alpha, lossy), frame(0, lossless)}},
		"frames of a still":       {odd, []string{head(0x10), alpha, lossy, anim, frame(0, lossy)}},
		"a still among frames":    {odd, []string{head(0x12), anim, frame(0, lossy), lossy}},
		"beyond the picture":      {inFrame, []string{head(0x12), anim, frame(0, lossy), frame(1, lossy)}},
		"no picture in a frame":   {inFrame, []string{head(0x12), anim, frame(0, lossy), frame(0, alpha)}},
		"two pictures in a frame": {inFrame, []string{head(0x12), anim, frame(0, lossy, lossy)}},
		"transparency in a frame": {inFrame, []string{head(0x12), anim, frame(0, lossy, alpha)}},
	} {
		b := []byte(chunkOf("RIFF", slices.Concat([]string{"WEBP"}, c.parts)...))
		p, err := formats.Engine().Plan(bytes.NewReader(b), int64(len(b)), scrub.Options{})
		if got := strings.Join(p.Doubts, "; "); err != nil || p.Refused != "" || (c.doubt == "") != (got == "") || !strings.Contains(got, c.doubt) {
			t.Errorf("%s: %v %s %q, want %q", name, err, p.Refused, got, c.doubt)
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
