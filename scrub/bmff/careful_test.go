package bmff

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/scrubtest"
)

// TestDamagedFilms has films that contradict themselves: what is named goes, all
// media data stay, and the film is partly clean.
func TestDamagedFilms(t *testing.T) {
	media := []byte("FRAME1FRAME2UNCOVERED")
	tags := bx("udta", bx("\xa9xyz", uint16(6), uint16(0), "JANE99"))
	film := func() []byte { return movieOf(media, tags, video([]uint32{0, 6}, []uint32{6, 6})) }
	first := func() []byte { // the movie comes before its media data
		d := film()
		at := bytes.Index(d, []byte("moov")) - 4
		return join(ftyp, d[at:], d[len(ftyp):at])
	}
	sized := func(d []byte, typ string, more int) []byte {
		at := bytes.Index(d, []byte(typ)) - 4
		copy(d[at:], box.Bytes32(uint32(int(box.Uint32(d[at:]))+more)))
		return d
	}
	named := func(d []byte, typ, as string) []byte { return bytes.Replace(d, []byte(typ), []byte(as), 1) }
	tune := movieOf(media, bx("udta", bx("meta", uint32(0), bx("hdlr", zeros(8), "mdir", zeros(12)), bx("ilst",
		bx("ownr", bx("data", uint32(1), uint32(0), "JANE99")), bx("\xa9nam", bx("data", uint32(1), uint32(0), "Title and more"))))),
		video([]uint32{0, 6}, []uint32{6, 6}))
	late := video([]uint32{0, 6}, []uint32{6, 6})
	late.stbl = bx("ctts", uint32(0), uint32(2), uint32(1<<27+1), uint32(0), uint32(1), uint32(20))
	shifted := movieOf(media, tags, late)
	cases := map[string][]byte{
		"a movie longer than the file":    sized(film(), "moov", 5000),
		"a movie longer than it is":       sized(first(), "moov", 16),
		"a movie that is first, too long": sized(first(), "moov", 5000),
		"a tune cut short":                tune[:len(tune)-10],
		"a track without a name":          named(film(), "trak", "tr!k"),
		"a track of another name":         named(film(), "trak", "trac"),
		"media of another name":           named(film(), "mdia", "mdim"),
		"descriptions of another name":    named(film(), "stsd", "stse"),
		"sizes of another name":           named(film(), "stsz", "stsr"),
		"a table without room":            named(film(), "stsz\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02", "stsz\x00\x00\x00\x00\x00\x00\x00\x00\x10\x00\x00\x02"),
		"a count one bit too large":       shifted,
		"a handler of another name":       named(film(), "vide", "vidg"),
	}
	for name, data := range cases {
		t.Run(name, func(t *testing.T) {
			h := scrubtest.Harness{Engine: engine, States: 20, Variants: -1, MustStay: [][]byte{[]byte("FRAME1"), []byte("FRAME2"), []byte("UNCOVERED")}}
			h.Laws(t, name, data)
			p := plan(t, data, scrub.Options{})
			if p.Status() != scrub.Partly {
				t.Fatalf("%s, refused %q", p.Status(), p.Refused)
			}
			after := scrubtest.Perform(data, p)
			if bytes.Contains(after, []byte("JANE99")) {
				t.Error("a tag is left")
			}
			if !bytes.Contains(after, media) {
				t.Error("media data are gone")
			}
		})
	}
}

// TestGaps has media data that no sample covers.
func TestGaps(t *testing.T) {
	junk := bytes.Repeat([]byte{0x81, 0xfe, 0x03, 0x9c}, 8)
	large := bytes.Repeat([]byte{0x81, 0xfe, 0x03, 0x9c}, 32<<10)
	avc := func(media []byte, size uint32) []byte {
		v := video([]uint32{0}, []uint32{size})
		v.entry = visual("avc1", bx("avcC", "\x01\x42\x00\x0a\xff\xe1\x00\x00\x00"))
		return movieOf(media, nil, v)
	}
	unit := join(uint32(4), "\x41\x9a\x02\x03")
	for name, c := range map[string]struct {
		data []byte
		opt  scrub.Options
		goes bool
	}{
		"text behind a frame":               {movieOf([]byte("FRAME1words for nobody"), nil, video([]uint32{0}, []uint32{6})), scrub.Options{}, true},
		"junk behind a frame":               {movieOf(join("FRAME1", junk), nil, video([]uint32{0}, []uint32{6})), scrub.Options{}, false},
		"junk behind a frame, to be cut":    {movieOf(join("FRAME1", junk), nil, video([]uint32{0}, []uint32{6})), scrub.Options{Cut: true}, true},
		"junk behind a frame that ends":     {avc(join(unit, junk), 8), scrub.Options{}, true},
		"another frame":                     {avc(join(unit, unit), 8), scrub.Options{}, false},
		"a frame whose size lost a bit":     {avc(join(unit, junk), 4), scrub.Options{}, false},
		"a large share":                     {avc(join(unit, large), 8), scrub.Options{}, false},
		"a large share of words":            {movieOf(join("FRAME1", strings.Repeat("words ", 20<<10)), nil, video([]uint32{0}, []uint32{6})), scrub.Options{}, true},
		"a sample without bytes, and boxes": {movieOf(join("FRAME1", bx("cdat", "words")), nil, video([]uint32{0, 6}, []uint32{6, 0})), scrub.Options{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := plan(t, c.data, c.opt)
			want := scrub.Partly
			if c.goes {
				want = scrub.Dirty
			}
			if p.Status() != want {
				t.Errorf("%s %q, want %s", p.Status(), p.Doubts, want)
			}
			goes := false
			for _, f := range p.Findings {
				goes = goes || f.Place == "mdat/unreferenced" && f.Goes
			}
			if goes != c.goes {
				t.Errorf("goes: %v, want %v", goes, c.goes)
			}
		})
	}
}

// TestHiddenFilm has an edit list that shows a part of a track.
func TestHiddenFilm(t *testing.T) {
	film := func(stts uint32, rows ...any) []byte {
		v := video([]uint32{0}, []uint32{6})
		v.stts = join(uint32(1), uint32(1), stts)
		v.extra = bx("edts", bx("elst", uint32(0), uint32(len(rows)/3), join(rows...)))
		return movieOf([]byte("FRAME1"), nil, v)
	}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"the whole":        {film(6000, uint32(6000), uint32(0), uint32(1<<16)), ""},
		"a frame less":     {film(6000, uint32(5980), uint32(20), uint32(1<<16)), ""},
		"an end":           {film(6000, uint32(600), uint32(5400), uint32(1<<16)), "9.0 of 10.0 seconds"},
		"nothing, and all": {film(6000, uint32(600), int32(-1), uint32(1<<16), uint32(6000), uint32(0), uint32(1<<16)), ""},
		"two parts": {film(6000, uint32(3000), uint32(3000), uint32(1<<16), uint32(600), uint32(0), uint32(1<<16)),
			"4.0 of 10.0 seconds"},
	} {
		t.Run(name, func(t *testing.T) {
			said := ""
			for _, f := range plan(t, c.data, scrub.Options{}).Findings {
				if strings.HasSuffix(f.Place, "/edts/elst") {
					said = f.Value
				}
			}
			if !strings.HasPrefix(said, c.want) || c.want == "" && said != "" {
				t.Errorf("said %q, want %q", said, c.want)
			}
		})
	}
}

// TestEditsThatAreDates has an edit list that counts from 1970 to the moment of recording.
func TestEditsThatAreDates(t *testing.T) {
	for name, c := range map[string]struct {
		list []byte
		want scrub.Status
	}{
		"a pause":            {join(uint32(0), uint32(1), uint64(600*86400), uint64(math.MaxUint64), uint32(1<<16)), scrub.Dirty},
		"a pause since 1970": {join(uint32(0), uint32(1), uint64(600*1706723681), uint64(math.MaxUint64), uint32(1<<16)), scrub.Partly},
		"a start since 1970": {join(uint32(0), uint32(1), uint64(600), uint64(600*1706723681), uint32(1<<16)), scrub.Partly},
	} {
		v := video([]uint32{0}, []uint32{6})
		c.list[0] = 1 // numbers of 64 bits
		v.extra = bx("edts", bx("elst", c.list))
		if p := plan(t, movieOf([]byte("FRAME1"), nil, v), scrub.Options{}); p.Status() != c.want {
			t.Errorf("%s: %s %q, want %s", name, p.Status(), p.Doubts, c.want)
		}
	}
}

// TestTimesThatAreDates has a fragment whose decode time counts from 1970.
func TestTimesThatAreDates(t *testing.T) {
	for name, c := range map[string]struct {
		time uint64
		want scrub.Status
	}{"from the start": {90_000, scrub.Dirty}, "from 1970": {1_700_000_000 * 600, scrub.Partly}} {
		data := fragmented(bx("traf", bx("tfhd", uint32(0x20000), uint32(1)), bx("tfdt", uint32(1<<24), c.time), plainRun))
		if p := plan(t, data, scrub.Options{}); p.Status() != c.want {
			t.Errorf("%s: %s %q", name, p.Status(), p.Doubts)
		}
	}
}

// TestIndexOfNoFragment has an index of random access that tells of other places
// than those of the fragments.
func TestIndexOfNoFragment(t *testing.T) {
	whole := fragmented(bx("traf", bx("tfhd", uint32(0x20000), uint32(1)), plainRun))
	at := uint32(bytes.Index(whole, []byte("moof")) - 4)
	for where, stays := range map[uint32]bool{at: true, at + 4: false} {
		index := bx("mfra", bx("tfra", uint32(0), uint32(1), uint32(0), uint32(1), uint32(0), where, "\x01\x01\x01"), bx("mfro", zeros(4), uint32(67)))
		data := join(whole, index)
		if after := scrubtest.Perform(data, plan(t, data, scrub.Options{})); bytes.Contains(after, []byte("tfra")) != stays {
			t.Errorf("index of 0x%x: stays %v", where, !stays)
		}
	}
}
