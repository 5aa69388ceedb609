package bmff

import (
	"bytes"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/scrubtest"
)

// sinf says that frames were encrypted.
var sinf = bx("sinf", bx("frma", "avc1"), bx("schm", uint32(0), "cenc", uint32(0x10000)), bx("schi", bx("tenc", uint32(0), uint16(0), byte(1), byte(8), zeros(16))))

// films are what programs and cameras make, with what has to stay of them. What
// is called CANARY has to go.
var films = map[string]struct {
	data []byte
	stay []string
}{
	"encrypted": {one(func(t *trackSpec) {
		t.entry = visual("encv", sinf)
		t.stbl = join(bx("senc", uint32(0), uint32(1), "VECTORS8"), bx("saiz", uint32(0), byte(8), uint32(1)), bx("saio", uint32(0), uint32(1), uint32(0x100)))
	}), []string{"FRAME1", "VECTORS8", "saiz", "saio"}},
	"encrypted, vectors among the frames": {movieOf([]byte("FRAME1VECTORS8CANARY gap"), nil, func() trackSpec {
		t := video([]uint32{0}, []uint32{6})
		t.entry = visual("encv", sinf)
		t.stbl = join(bx("saiz", uint32(0), byte(0), uint32(1), byte(8)), bx("saio", uint32(0), uint32(1), uint32(len(ftyp)+8+6)))
		return t
	}()), []string{"FRAME1", "VECTORS8"}},
	"user data in frames of MPEG-4": {movieOf([]byte("\x00\x00\x01\xb2CANARY\x00\x00\x01\xb6FRAME1CANARY gap"), nil, func() trackSpec {
		t := video([]uint32{0}, []uint32{20})
		t.entry = visual("mp4v", esds(0x20, []byte("\x00\x00\x01\xb2XviD0064\x00\x00\x01\xb5")))
		return t
	}()), []string{"FRAME1", "XviD0064"}},
	"sound of 8 bits in words": {movieOf([]byte("SAMPLESCANARY gap"), nil, trackSpec{id: 1, handler: "soun", entry: put(sound("sowt"), 26, "\x00\x08"), offsets: []uint32{0}, sizes: []uint32{7}}), []string{"SAMPLES"}},
	"a palette, and boxes after it": {one(func(t *trackSpec) {
		t.entry = append16(put(visual("raw "), 84, "\x00\x00"), string(join(zeros(6), uint16(1), zeros(2), "RRGGBB", zeros(2), "rrggbb", bx("pasp", uint64(1<<32|1)))))
	}), []string{"RRGGBB", "rrggbb", "pasp"}},
	"a zero word between boxes": {one(func(t *trackSpec) {
		t.entry = visual("AVUI", bx("pasp", uint64(1<<32|1)), uint32(0), bx("fiel", uint16(0x0106)), uint32(0))
	}), []string{"pasp", "fiel"}},
	"a cell of WebVTT": {textWith("wvtt", bx("vttC", "WEBVTT"), bx("vlab", canary))(), []string{"WEBVTT", "vtte"}},
	"subtitles in XML": {textWith("stpp", "http://www.w3.org/ns/ttml\x00\x00\x00", bx("what", canary))(), []string{"ns/ttml"}},
	"a release date":   {one(nil, bx("udta", itunes(bx("\xa9day", bx("data", uint32(1), uint32(0), "2019-05-CANARY")), bx("\xa9nam", bx("data", uint32(1), uint32(0), "A song"))))), []string{"2019", "A song"}},
}

func TestFilms(t *testing.T) {
	h := scrubtest.Harness{Engine: engine, States: 60, Variants: 60, Sound: true}
	for name, f := range films {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := h
			h.Secrets = [][]byte{}
			h.Sound = !strings.HasPrefix(name, "encrypted") // which nobody can look into
			for _, s := range f.stay {
				h.MustStay = append(h.MustStay, []byte(s))
			}
			p := h.Laws(t, name, f.data)
			if p == nil {
				return
			}
			after := scrubtest.Perform(f.data, p)
			if i := bytes.Index(after, []byte(canary)); i >= 0 {
				t.Errorf("a canary is left at 0x%x: %q", i, after[max(0, i-16):i+6])
			}
		})
	}
}

// Items of iTunes stand beside each other: a program that finds another box
// inside of one takes nothing of it.
func TestReleaseDateLeavesNoBoxInItsItem(t *testing.T) {
	data := films["a release date"].data
	after := scrubtest.Perform(data, plan(t, data, scrub.Options{}))
	want := join(bx("\xa9day", bx("data", uint32(1), uint32(0), "2019")), bx("free", zeros(2)), bx("\xa9nam"))[:28+10+4]
	if !bytes.Contains(after, want[:38]) {
		t.Errorf("the item became %q", after[bytes.Index(after, []byte("\xa9day"))-4:])
	}
}

// twoTracks is a movie of picture and of one text three times in one fragment.
func twoTracks(text string) []byte {
	empty := func(t trackSpec) []byte {
		t.stts = join(uint32(0))
		return bytes.Replace(trak(t), bx("stsc", uint32(0), uint32(1), uint32(1), uint32(1), uint32(1)), bx("stsc", uint32(0), uint32(0), zeros(12)), 1)
	}
	v := trackSpec{id: 1, handler: "vide", entry: visual("XVID")}
	s := trackSpec{id: 2, handler: "sbtl", entry: bx("tx3g", zeros(6), uint16(1), zeros(30), bx("ftab", uint16(1), uint16(1), byte(5), "Serif"))}
	sample := join(uint16(len(text)), text)
	samples := bytes.Repeat(sample, 3)
	moof := bx("moof", bx("mfhd", zeros(8)),
		bx("traf", bx("tfhd", uint32(0x20000), uint32(1)), bx("trun", uint32(0x201), uint32(1), "OFFS", uint32(6))),
		bx("traf", bx("tfhd", uint32(0x20000), uint32(2)), bx("trun", uint32(0x201), uint32(3), "OFFT", bytes.Repeat(join(uint32(len(sample))), 3))))
	moof = bytes.Replace(moof, []byte("OFFS"), join(uint32(len(moof)+8)), 1)
	moof = bytes.Replace(moof, []byte("OFFT"), join(uint32(len(moof)+14)), 1)
	trex := func(id uint32) []byte { return bx("trex", uint32(0), id, uint32(1), zeros(12)) }
	return join(ftyp, bx("moov", mvhd(), empty(v), empty(s), bx("mvex", trex(1), trex(2))), moof, bx("mdat", "FRAME1", samples))
}

// Positions written as subtitles are found in fragments as well, and words stay.
func TestTextInFragments(t *testing.T) {
	h := scrubtest.Harness{Engine: engine, States: 60, Variants: 60, Sound: true, Streams: true, MustStay: [][]byte{[]byte("FRAME1")}}
	told := h
	told.Secrets = [][]byte{[]byte("CANARY"), []byte("8.6821")}
	told.Laws(t, "positions", twoTracks("GPS(8.6821,50.1109,17) CANARY"))
	h.MustStay = append(h.MustStay, []byte("Where were you?"))
	h.Laws(t, "words", twoTracks("Where were you?"))
}

// A track fragment without an offset of its own has its data after that of the
// one before it, which then can't be taken out.
func TestFragmentsThatFollowEachOther(t *testing.T) {
	whole := twoTracks("GPS(8.6821,50.1109,17) CANARY")
	movie := whole[:bytes.Index(whole, []byte("moof"))-4]
	words := whole[bytes.Index(whole, []byte("FRAME1"))+6:]
	sizes := map[uint32][]byte{1: join(uint32(1), uint32(6)), 2: join(uint32(3), bytes.Repeat(join(uint32(len(words)/3)), 3))}
	film := func(first, second uint32, samples ...[]byte) []byte {
		moof := bx("moof", bx("mfhd", zeros(8)),
			bx("traf", bx("tfhd", uint32(0), first), bx("trun", uint32(0x201), sizes[first][:4], "OFFS", sizes[first][4:])),
			bx("traf", bx("tfhd", uint32(0), second), bx("trun", uint32(0x200), sizes[second])))
		moof = bytes.Replace(moof, []byte("OFFS"), join(uint32(len(moof)+8)), 1)
		return join(movie, moof, bx("mdat", samples[0], samples[1]))
	}
	h := scrubtest.Harness{Engine: engine, States: 60, Variants: 60, Sound: true, Streams: true, MustStay: [][]byte{[]byte("FRAME1")}}
	h.Secrets = [][]byte{[]byte("CANARY"), []byte("8.6821")}
	h.Laws(t, "positions last", film(1, 2, []byte("FRAME1"), words))
	if p := plan(t, film(2, 1, words, []byte("FRAME1")), scrub.Options{}); p.Status() != scrub.Partly || !strings.Contains(strings.Join(p.Doubts, "\n"), "from that of a track that goes") {
		t.Errorf("positions first: %s, refused %q", p.Status(), p.Refused)
	}
}

func TestFragmentsBeforeTheMovie(t *testing.T) {
	d := twoTracks("GPS(8.6821,50.1109,17) CANARY")
	i, j := bytes.Index(d, []byte("moov"))-4, bytes.Index(d, []byte("moof"))-4
	p := plan(t, join(d[:i], d[j:], d[i:j]), scrub.Options{})
	if p.Status() != scrub.Partly || !strings.Contains(strings.Join(p.Doubts, ";"), "before the movie box") {
		t.Errorf("%s, doubts %q", p.Status(), p.Doubts)
	}
}

// Each track of a fragmented movie may have an index of its own.
func TestIndexForEachTrack(t *testing.T) {
	d := twoTracks("Where were you?")
	i := bytes.Index(d, []byte("moof")) - 4
	index := func(id, first uint32) []byte {
		return bx("sidx", uint32(0), id, uint32(600), uint32(0), first, uint16(0), uint16(1), uint32(len(d)-i), zeros(8))
	}
	h := scrubtest.Harness{Engine: engine, States: -1, Variants: 60, Sound: true, Streams: true}
	h.Laws(t, "indexes", join(d[:i], index(1, 44), index(2, 0), d[i:]))
}

// What indexes say is kept only until the boxes have come that it is about.
func TestManyIndexes(t *testing.T) {
	d := twoTracks("Where were you?")
	i := bytes.Index(d, []byte("moof")) - 4
	var indexes []byte
	for n := range 5 {
		indexes = join(indexes, bx("sidx", uint32(0), uint32(1), uint32(600), uint32(0), uint32(100-n), uint16(0), uint16(0xFFFF), bytes.Repeat(join(uint32(0x100), zeros(8)), 0xFFFF)))
	}
	if p := plan(t, join(d[:i], indexes, d[i:]), scrub.Options{}); p.Refused == "" {
		t.Errorf("%d places are kept, and it is %s", 5*0xFFFF, p.Status())
	}
}

func TestFramesThatTell(t *testing.T) {
	date := join(byte(0x50), zeros(2), byte(0x62), "\xff\x06\x05\x31", zeros(72))
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"DV with a date":    {tape(date), "when they were recorded"},
		"DV without a date": {tape(join(byte(0x50), zeros(2), byte(0x62), "\xff\xff\xff\xff", zeros(72))), ""},
		"a camera's own":    {one(func(t *trackSpec) { t.entry = visual("CFHD") }), "camera's own format"},
		"an unknown wording": {one(func(t *trackSpec) {
			t.handler, t.entry = "subt", bx("stpp", zeros(6), uint16(1), "urn:x:CANARY\x00\x00\x00")
		}), "names something unknown"},
	} {
		p := plan(t, c.data, scrub.Options{})
		if got := strings.Join(p.Doubts, ";"); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: doubts %q, want %q", name, got, c.want)
		}
	}
}

// tape is a movie of one frame of DV, of one block.
func tape(block []byte) []byte {
	t := video([]uint32{0}, []uint32{80})
	t.entry = visual("dvc ")
	return movieOf(block, nil, t)
}

// TestRunThatLostItsFlags has sizes of samples that its flags do not tell of: the
// samples can't be found.
func TestRunThatLostItsFlags(t *testing.T) {
	run := bx("trun", uint32(1), uint32(1), "OFFS", uint32(6))
	p := plan(t, fragmented(bx("traf", bx("tfhd", uint32(0x20000), uint32(1)), run)), scrub.Options{})
	if p.Status() != scrub.Partly || !strings.Contains(strings.Join(p.Doubts, ";"), "less of them than it has") {
		t.Errorf("%s, doubts %q", p.Status(), p.Doubts)
	}
}

// Words among the colours of a palette are a doubt.
func TestWordsInPalette(t *testing.T) {
	colours := join(zeros(6), uint16(4))
	for _, c := range "fifteen letters" {
		if len(colours)%8 == 0 {
			colours = join(colours, zeros(2))
		}
		colours = join(colours, byte(c), byte(c))
	}
	data := one(func(t *trackSpec) { t.entry = append16(put(visual("raw "), 84, "\x00\x00"), string(colours)) })
	p, err := engine.Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{})
	if err != nil || !strings.Contains(strings.Join(p.Doubts, "; "), "/colours holds text") {
		t.Errorf("%v %q", err, p.Doubts)
	}
}
