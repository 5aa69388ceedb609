package bmff

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/scrubtest"
)

var engine = scrub.NewEngine([]scrub.Format{Format})

// movieOf lays ftyp, mdat and moov one after the other. Sample offsets count
// from the start of the media data.
func movieOf(media []byte, boxes []byte, tracks ...trackSpec) []byte {
	base := uint32(len(ftyp) + 8)
	moov := join(mvhd())
	for _, t := range tracks {
		for i := range t.offsets {
			t.offsets[i] += base
		}
		moov = join(moov, trak(t))
	}
	return join(ftyp, bx("mdat", media), bx("moov", moov, boxes))
}

func video(offsets, sizes []uint32) trackSpec {
	return trackSpec{id: 1, handler: "vide", entry: videoEntry, offsets: offsets, sizes: sizes}
}

func TestMovies(t *testing.T) {
	media := []byte("FRAME1CANARY telemetryFRAME2CANARY gap")
	frames := func() trackSpec { return video([]uint32{0, 22}, []uint32{6, 6}) }
	gpmd := trackSpec{id: 2, handler: "meta", entry: bx("gpmd", zeros(8)), offsets: []uint32{6}, sizes: []uint32{16}}
	tref := bx("tref", bx("cdsc", uint32(2)))
	cases := map[string][]byte{
		"telemetry and gap": movieOf(media, nil, frames(), gpmd),
		"reference to telemetry": movieOf(media, nil, func() trackSpec {
			v := frames()
			v.extra = tref
			return v
		}(), trackSpec{id: 2, handler: "meta", entry: bx("gpmd", zeros(8)), offsets: []uint32{6}, sizes: []uint32{16}}),
		"user data":      movieOf(media, bx("udta", bx("\xa9xyz", uint16(8), uint16(0), "CANARY  "), bx("name", "CANARY-free name")[:0], uint32(0)), frames()),
		"metadata keys":  movieOf(media, keysMeta("com.apple.quicktime.make", "CANARY maker", "com.android.capture.fps", "30"), frames()),
		"unknown boxes":  movieOf(media, join(bx("what", "CANARY"), bx("free", "CANARY")), frames()),
		"slack in table": slackened(movieOf(media, nil, frames())),
	}
	for name, data := range cases {
		t.Run(name, func(t *testing.T) {
			scrubtest.Laws(t, engine, name, data, scrub.Options{})
			p := plan(t, data, scrub.Options{})
			if len(p.Doubts) > 0 || p.Refused != "" {
				t.Fatalf("doubts %q, refused %q", p.Doubts, p.Refused)
			}
			after := scrubtest.Perform(data, p)
			if i := bytes.Index(after, []byte("CANARY")); i >= 0 {
				t.Errorf("a canary is left at 0x%x", i)
			}
			for _, frame := range []string{"FRAME1", "FRAME2"} {
				if bytes.Index(after, []byte(frame)) != bytes.Index(data, []byte(frame)) {
					t.Errorf("%s is gone or elsewhere", frame)
				}
			}
		})
	}
}

func keysMeta(pairs ...string) []byte {
	keys, ilst := join(uint32(0), uint32(len(pairs)/2)), []byte(nil)
	for i := 0; i < len(pairs); i += 2 {
		keys = join(keys, bx("mdta", pairs[i]))
		ilst = join(ilst, bx(string(box.Bytes32(uint32(i/2+1))), bx("data", uint32(1), uint32(0), pairs[i+1])))
	}
	return bx("meta", bx("hdlr", zeros(8), "mdta", zeros(12)), bx("keys", keys), bx("ilst", ilst))
}

// slackened makes the stts box 8 bytes longer at the cost of a free box that
// follows the movie: the table then holds more than it says.
func slackened(data []byte) []byte {
	i := bytes.Index(data, []byte("stts"))
	out := append(bytes.Clone(data[:i+4+16]), "CANARY!!"...)
	out = append(out, data[i+4+16:]...)
	for _, typ := range []string{"stts", "stbl", "minf", "mdia", "trak", "moov"} {
		at := bytes.Index(out, []byte(typ)) - 4
		copy(out[at:], box.Bytes32(box.Uint32(out[at:])+8))
	}
	return out
}

func TestKeysThatStayKeepTheirNumber(t *testing.T) {
	data := movieOf([]byte("FRAME1"), keysMeta("com.apple.quicktime.make", "CANARY", "com.android.capture.fps", "240."), video([]uint32{0}, []uint32{6}))
	after := scrubtest.Perform(data, plan(t, data, scrub.Options{}))
	if !bytes.Contains(after, []byte("240.")) || !bytes.Contains(after, []byte("com.android.capture.fps")) {
		t.Error("the speed of slow motion is gone")
	}
	if bytes.Contains(after, []byte("com.apple")) {
		t.Error("the name of a key whose value went is left")
	}
}

func TestRefusals(t *testing.T) {
	frame := video([]uint32{0}, []uint32{6})
	external := bytes.Replace(movieOf([]byte("FRAME1"), nil, frame), join("url ", uint32(1)), join("url ", uint32(0)), 1)
	cases := map[string]struct {
		data []byte
		want string
	}{
		"compressed movie":     {join(ftyp, bx("moov", bx("cmov", zeros(8)))), `movie box "cmov"`},
		"reference movie":      {join(ftyp, bx("moov", bx("rmra", zeros(8)))), `movie box "rmra"`},
		"samples in the movie": {movieOf([]byte("FRAME1"), nil, video([]uint32{0}, []uint32{6000})), "samples lie outside of the media data"},
		"no movie":             {join(ftyp, bx("free", zeros(8))), "no moov box"},
		"movie cut short":      {join(ftyp, bx("moov", mvhd()))[:60], `box "moov" says 116 bytes, 36 are left`},
		"count without room": {bytes.Replace(movieOf([]byte("FRAME1"), nil, video([]uint32{0}, []uint32{6})), join("stco", uint32(0), uint32(1)), join("stco", uint32(0), uint32(0x7fffffff)), 1),
			`box "stco" says 2147483647 entries and has room for 1`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := plan(t, c.data, scrub.Options{})
			why := p.Refused + strings.Join(p.Doubts, "\n")
			if p.Status() != scrub.Partly && p.Refused == "" || !strings.Contains(why, c.want) {
				t.Errorf("%s because of %q, want %q", p.Status(), why, c.want)
			}
			if !bytes.Contains(c.data, []byte("CANARY")) && len(p.Edits) > 0 {
				t.Errorf("%d edits", len(p.Edits))
			}
			if bytes.Contains(c.data, []byte("FRAME1")) && !bytes.Contains(scrubtest.Perform(c.data, p), []byte("FRAME1")) {
				t.Error("the frame is gone")
			}
		})
	}
	if p := plan(t, external, scrub.Options{}); p.Refused != "" {
		t.Errorf("an empty reference is refused: %s", p.Refused)
	}
}

func TestDoubts(t *testing.T) {
	whole := movieOf([]byte("FRAME1CANARY gap"), nil, video([]uint32{0}, []uint32{6}))
	two := join(whole, whole[bytes.Index(whole, []byte("moov"))-4:])
	cases := map[string]struct {
		data []byte
		want string
	}{
		"two movies": {two, "more than one movie box"},
		"notes":      {movieOf([]byte("CANARY gap"), nil, trackSpec{id: 1, handler: "musi", header: bx("gmhd", bx("gmin", zeros(16))), entry: bx("musi", zeros(6), uint16(1), zeros(4)), offsets: []uint32{0}, sizes: []uint32{10}}), "a track of a kind that nothing can look into"},
		"several codecs": {movieOf([]byte("\x00\x00\x01\xb2CANARY gap"), nil, trackSpec{id: 1, handler: "vide", described: 2,
			entry: join(visual("avc1", bx("avcC", "\x01\x42\xc0\x0a\xff\xe0\x00")), visual("XVID")), offsets: []uint32{0}, sizes: []uint32{14}}), "several codecs"},
		"fragments with more":   {finished("CANARY gap"), "a box where media data should be"},
		"samples without chunk": {bytes.Replace(whole, join("stsz", uint32(0), uint32(0), uint32(1), uint32(6)), join("stsz", uint32(0), uint32(2), uint32(9), uint32(6)), 1), "samples that no chunk holds"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := plan(t, c.data, scrub.Options{})
			if p.Status() != scrub.Partly || !strings.Contains(strings.Join(p.Doubts, ";"), c.want) {
				t.Fatalf("%s, doubts %q, want %q", p.Status(), p.Doubts, c.want)
			}
			if !bytes.Contains(scrubtest.Perform(c.data, p), []byte("CANARY gap")) {
				t.Error("bytes were destroyed although it is not sure that no sample covers them")
			}
		})
	}
}

// TestQuickTimeSound has sample sizes of 1 where a sample takes four bytes: the
// chunk reaches as far as the description says.
func TestQuickTimeSound(t *testing.T) {
	entry := bx("twos", zeros(6), uint16(1), zeros(8), uint16(2), uint16(16), zeros(8))
	sound := trackSpec{id: 1, handler: "soun", entry: entry, offsets: []uint32{0}, sizes: []uint32{0}}
	data := movieOf([]byte("SOUNDSOUNDSOUNDSOUNDCANARY gap"), nil, sound)
	data = bytes.Replace(data, join("stsz", uint32(0), uint32(0), uint32(1)), join("stsz", uint32(0), uint32(1), uint32(5)), 1)
	data = bytes.Replace(data, join("stsc", uint32(0), uint32(1), uint32(1), uint32(1)), join("stsc", uint32(0), uint32(1), uint32(1), uint32(5)), 1)
	data = bytes.Replace(data, join("stts", uint32(0), uint32(1), uint32(1)), join("stts", uint32(0), uint32(1), uint32(5)), 1)
	after := scrubtest.Perform(data, plan(t, data, scrub.Options{}))
	if !bytes.Contains(after, []byte("SOUNDSOUNDSOUNDSOUND")) || bytes.Contains(after, []byte("CANARY")) {
		t.Errorf("media data is %q", after[len(ftyp)+8:len(ftyp)+38])
	}
}

func TestOpenMdatEndsAfterItsSamples(t *testing.T) {
	whole := movieOf([]byte("FRAME1"), nil, video([]uint32{0}, []uint32{6}))
	moov := whole[bytes.Index(whole, []byte("moov"))-4:]
	head := join(ftyp, moov)
	moov = bytes.Replace(moov, join("stco", uint32(0), uint32(1), uint32(len(ftyp)+8)), join("stco", uint32(0), uint32(1), uint32(len(head)+8)), 1)
	data := join(ftyp, moov, uint32(0), "mdat", "FRAME1", "CANARY tail")
	scrubtest.Laws(t, engine, "open mdat", data, scrub.Options{})
	if p := plan(t, data, scrub.Options{}); p.End != int64(len(head)+8+6) {
		t.Errorf("ends at %d of %d", p.End, len(data))
	}
}

func TestSniff(t *testing.T) {
	cases := map[string]struct {
		head string
		want bool
	}{
		"mp4":            {"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00", true},
		"heic":           {"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", false},
		"canon raw":      {"\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01", false},
		"old quicktime":  {"\x00\x00\x40\x00moov\x00\x00\x00\x6cmvhd", true},
		"64-bit moov":    {"\x00\x00\x00\x01moov\x00\x00\x00\x00\x00\x00\x00\x4d\x00\x00\x00\x6cmvhd", true},
		"segment":        {"\x00\x00\x00\x18stypmsdh\x00\x00\x00\x00", true},
		"fragment":       {"\x00\x00\x00\x60moof\x00\x00\x00\x10mfhd", true},
		"a word":         {"\x00\x00\x00\x10free and nothing", false},
		"text":           {"moov moov moov moov", false},
		"shorter than 8": {"\x00\x00\x00\x07freeabcdefgh", false},
	}
	for name, c := range cases {
		if got := sniff([]byte(c.head), 1<<20); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	media := []byte("FRAME1CANARY telemetryFRAME2CANARY gap")
	gpmd := trackSpec{id: 2, handler: "meta", entry: bx("gpmd", zeros(8)), offsets: []uint32{6}, sizes: []uint32{16}}
	seeds := [][]byte{twoTracks("GPS(8.6821,50.1109,17) CANARY")}
	for _, build := range hidingPlaces {
		seeds = append(seeds, build())
	}
	for _, film := range films {
		seeds = append(seeds, film.data)
	}
	scrubtest.Fuzz(f, engine, append(seeds,
		movieOf(media, join(bx("udta", bx("\xa9xyz", uint16(8), uint16(0), "CANARY  ")), keysMeta("com.apple.quicktime.make", "CANARY")), video([]uint32{0, 22}, []uint32{6, 6}), gpmd),
		join(ftyp, bx("moov", mvhd(), bx("mvex", bx("trex", uint32(0), uint32(1), uint32(1), zeros(12)))),
			bx("moof", bx("mfhd", zeros(8)), bx("traf", bx("tfhd", uint32(0x20000), uint32(1)), bx("trun", uint32(0x201), uint32(1), uint32(80), uint32(6)))), bx("mdat", "FRAME1")))...)
}

// TestCompact writes clean movies anew and looks for each frame where the
// tables of the new file say it is.
func TestCompact(t *testing.T) {
	media := []byte("FRAME1CANARY telemetryFRAME2CANARY gap")
	gpmd := trackSpec{id: 2, handler: "meta", entry: bx("gpmd", zeros(8)), offsets: []uint32{6}, sizes: []uint32{16}}
	data := movieOf(media, bx("udta", bx("\xa9xyz", uint16(8), uint16(0), "CANARY  ")), video([]uint32{0, 22}, []uint32{6, 6}), gpmd)
	clean := scrubtest.Perform(data, plan(t, data, scrub.Options{}))
	c, err := engine.Compact(bytes.NewReader(clean), int64(len(clean)), scrub.Options{})
	if err != nil || c == nil {
		t.Fatalf("no compaction: %v", err)
	}
	if err := c.Check(plan(t, clean, scrub.Options{})); err != nil {
		t.Fatal(err)
	}
	small := make([]byte, c.NewSize())
	if _, err := c.Written(bytes.NewReader(clean)).ReadAt(small, 0); err != nil {
		t.Fatal(err)
	}
	p := plan(t, small, scrub.Options{})
	if p.Status() != scrub.Clean || !bytes.Contains(small, []byte("FRAME1FRAME2")) {
		t.Errorf("the smaller movie is %s: %q", p.Status(), p.Doubts)
	}
	if bytes.Contains(small, []byte("free")) || len(small) >= len(clean)-400 {
		t.Errorf("%d bytes became %d", len(clean), len(small))
	}
	for i := range 2 {
		off := box.Uint32(small[bytes.Index(small, []byte("stco"))+12+4*i:])
		if frame := string(small[off : off+6]); frame != "FRAME"+string(rune('1'+i)) {
			t.Errorf("chunk %d holds %q", i, frame)
		}
	}
}

// A table can announce a sample for every byte of a long file: looking at each
// would take minutes.
func TestTinySamples(t *testing.T) {
	const n = 200_000
	offsets, sizes := make([]uint32, n), make([]uint32, n)
	for i := range offsets {
		offsets[i], sizes[i] = uint32(i), 1
	}
	p := plan(t, movieOf(bytes.Repeat([]byte{1}, n), nil, video(offsets, sizes)), scrub.Options{})
	if !slices.ContainsFunc(p.Doubts, func(d string) bool { return strings.Contains(d, "more samples than can be looked at") }) {
		t.Errorf("%s, doubts %q", p.Status(), p.Doubts)
	}
}
