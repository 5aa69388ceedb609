package scrubtest

import (
	"bytes"
	"image"
	"image/png"
	"slices"
	"strings"
	"testing"
	"time"

	"untag/scrub"
)

func words(n int) []byte { return bytes.Repeat([]byte("CANARY-words "), n/13+1)[:n] }

func sound(n int) []byte { return bytes.Repeat([]byte{0x55, 0xaa, 7}, n/3+1)[:n] }

var toyMedia = map[string][]byte{
	"empty":    toyMedium(),
	"plain":    toyMedium(chunk('P', sound(900))),
	"words":    toyMedium(chunk('P', sound(40)), chunk('M', words(1400)), chunk('P', sound(700))),
	"filler":   toyMedium(chunk('F', make([]byte, 30)), chunk('F', words(600)), chunk('P', sound(9))),
	"nested":   toyMedium(chunk('P', sound(9)), chunk('N', toyMedium(chunk('M', words(700)), chunk('P', sound(80))))),
	"tail":     append(toyMedium(chunk('P', sound(80))), words(1300)...),
	"straddle": toyMedium(chunk('P', sound(512-4-3-2)), chunk('M', words(700)), chunk('P', sound(20))),
	"packed":   toyMedium(chunk('Z', mirrored(toyMedium(chunk('M', words(300)), chunk('P', sound(80))))), chunk('P', sound(9))),
	"odd":      toyMedium(chunk('Q', nil), chunk('M', words(300)), chunk('P', sound(40))),
	"two":      toyMedium(chunk('M', words(60)), chunk('P', sound(700)), chunk('M', words(300)), chunk('P', sound(20))),
}

func TestLawfulToyPasses(t *testing.T) {
	for name, data := range toyMedia {
		h := Harness{Engine: toy{}.engine(), Sound: name != "odd"}
		if bytes.Contains(data, []byte("CANARY")) {
			h.Secrets = [][]byte{[]byte("CANARY")}
		}
		h.Laws(t, name, data)
	}
}

func TestEachLawIsHeld(t *testing.T) {
	claims := Harness{Sound: true}
	canary := Harness{Secrets: [][]byte{[]byte("CANARY")}}
	tests := []struct {
		name  string
		toy   toy
		h     Harness
		media string
		law   int
		says  string
	}{
		{"a byte that nothing claims", toy{skipsHeader: true}, claims, "plain", 1, "claimed by nothing"},
		{"a byte claimed twice", toy{claimsTwice: true}, claims, "plain", 1, "overlap"},
		{"an edit on payload", toy{payloadIsPlaced: true}, claims, "plain", 1, "shares bytes"},
		{"payload that is gone after", toy{losesPayload: true}, Harness{}, "words", 3, "became"},
		{"a finding of no kind", toy{nameless: true}, Harness{}, "words", 1, "of no kind"},
		{"a finding that stays", toy{forgets: true}, Harness{}, "words", 3, "still goes"},
		{"an edit without end", toy{editsTwice: true}, Harness{}, "plain", 3, "still an edit"},
		{"refused between two edits", toy{coupled: true}, Harness{}, "words", 4, "refused"},
		{"a header torn at a sector's end", toy{straddles: true}, Harness{}, "straddle", 4, ""},
		{"edits of a phase in another order", toy{unordered: true}, Harness{}, "words", 4, "only some edits"},
		{"other payload when stopped", toy{unclean: true}, Harness{}, "words", 4, "payload"},
		{"filler that is believed", toy{trustsFiller: true}, Harness{}, "filler", 5, "not constant"},
		{"secrets in nested media", toy{ignoresNested: true}, canary, "nested", 6, "still there"},
		{"a panic by a length", toy{panics: true}, Harness{}, "plain", 7, "panic"},
		{"memory by a length", toy{allocates: true}, Harness{Variants: 24}, "plain", 7, "allocated"},
		{"reading in circles", toy{circles: true}, Harness{}, "plain", 7, "bytes read"},
		{"no end", toy{hangs: true}, Harness{Patience: 50 * time.Millisecond}, "plain", 7, "no plan"},
		{"removal on a guess", toy{guesses: true, missesEnd: true}, Harness{Streams: true}, "two", 8, "meets what was payload"},
		{"lost payload unnoticed", toy{missesEnd: true}, Harness{}, "words", 8, "although payload is lost"},
		{"another plan with the payload known", toy{believesKnown: true}, Harness{}, "plain", 3, "known"},
		{"payload left out when written anew", toy{compactsPayload: true}, Harness{}, "plain", 2, "rewrite"},
		{"filler left when written anew", toy{compactsHalf: true}, Harness{}, "filler", 3, "leave out"},
		{"another payload in another form", toy{repacksOther: true}, Harness{}, "packed", 2, "what is in another form"},
		{"payload that is written anew", toy{rewritesPayload: true}, claims, "plain", 1, "shares bytes"},
		{"written anew without end", toy{rewritesTwice: true}, Harness{}, "plain", 3, "still to be written anew"},
		{"payload that goes when stopped in doubt", toy{strays: true}, Harness{}, "odd", 4, "payload"},
		{"an error that is no refusal", toy{plainError: true}, Harness{}, "plain", 8, "read error"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.h.Engine = tt.toy.engine()
			_, got := tt.h.Judge(tt.name, toyMedia[tt.media])
			if !slices.ContainsFunc(got, func(b Breach) bool { return b.Law == tt.law && strings.Contains(b.Text, tt.says) }) {
				t.Errorf("no breach of law %d that says %q, but %v", tt.law, tt.says, got)
			}
		})
	}
}

// In doubt, payload may be called something else when it was stopped, if it is left alone.
func TestLeftAloneIsEnough(t *testing.T) {
	h := Harness{Engine: toy{wavers: true}.engine()}
	h.Laws(t, "odd", toyMedia["odd"])
	if _, got := h.Judge("sure", toyMedium(chunk('P', nil), chunk('M', words(300)), chunk('P', sound(40)))); !slices.ContainsFunc(got, func(b Breach) bool { return b.Law == 4 }) {
		t.Errorf("it is enough without a doubt: %v", got)
	}
}

func TestFlippedBitsOfToys(t *testing.T) {
	for _, tt := range []struct {
		name string
		toy  toy
		bad  bool
	}{{"lawful", toy{}, false}, {"what is unknown goes", toy{removesUnknown: true}, true}} {
		h := Harness{Engine: tt.toy.engine()}
		tried, got := h.Bits(tt.name, toyMedia["plain"], -1)
		if tried != 8*(4+3+3) && !tt.bad {
			t.Errorf("%s: %d bits were tried", tt.name, tried)
		}
		if bad := slices.ContainsFunc(got, func(b Breach) bool { return b.Law == 9 }); bad != tt.bad {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestUnexplained(t *testing.T) {
	const n = 80 << 10
	whole := scrub.Edit{Len: n, Phase: scrub.Destroy}
	for name, tt := range map[string]struct {
		data []byte
		find scrub.Finding
		bad  bool
	}{
		"unknown":   {words(n), scrub.Finding{Kind: scrub.Unknown, Len: n, Goes: true}, true},
		"nothing":   {words(n), scrub.Finding{}, true},
		"a few":     {words(n), scrub.Finding{Kind: scrub.Comment, Len: n - 9000, Goes: true}, false},
		"a finding": {words(n), scrub.Finding{Kind: scrub.Comment, Len: n, Goes: true}, false},
		"it stays":  {words(n), scrub.Finding{Kind: scrub.Comment, Len: n}, true},
		"zeros":     {make([]byte, n), scrub.Finding{}, false},
	} {
		p := &scrub.Plan{Size: n, End: n, Edits: []scrub.Edit{whole}, Findings: []scrub.Finding{tt.find}, Doubts: []string{"doubt"}}
		if off, n := unexplained(tt.data, p); (n > 0) != tt.bad {
			t.Errorf("%s: %d bytes at %d", name, n, off)
		}
		p.Doubts = nil
		if _, n := unexplained(tt.data, p); n > 0 {
			t.Errorf("%s: without a doubt %d bytes", name, n)
		}
	}
}

func TestShownByGo(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 9, 9))); err != nil {
		t.Fatal(err)
	}
	other := bytes.Clone(b.Bytes())
	other[len(other)-1] ^= 1 // a checksum
	for _, tt := range []struct {
		name          string
		before, after []byte
		bad           bool
	}{
		{"the same", b.Bytes(), b.Bytes(), false},
		{"refused after", b.Bytes(), other, true},
		{"refused before", other, b.Bytes(), false},
		{"no picture", words(9), nil, false},
	} {
		var c court
		if c.shown(tt.before, tt.after, ""); len(c.breaches) > 0 != tt.bad {
			t.Errorf("%s: %v", tt.name, c.breaches)
		}
	}
}

func TestSecretsMustBeInTheSample(t *testing.T) {
	h := Harness{Engine: toy{}.engine(), Secrets: [][]byte{[]byte("CANARY-none")}, MustStay: [][]byte{[]byte("also none")}}
	if _, got := h.Judge("x", toyMedia["plain"]); len(got) != 2 {
		t.Errorf("%d breaches, want 2: a sample that lacks its secret proves nothing: %v", len(got), got)
	}
}

func TestGiantSeesMemory(t *testing.T) {
	const size = 16 << 30
	huge := Sparse{Head: toyMedium(chunk('P', sound(900)))}
	p, _, got := giant(toy{}.engine(), huge, size, scrub.Options{}, time.Minute)
	if len(got) > 0 || p.End > 1000 {
		t.Errorf("a lawful toy: %v", got)
	}
	many := slices.Repeat([][]byte{chunk('P', sound(60000))}, 1200)
	data := toyMedium(many...)
	_, _, got = giant(toy{holds: true}.engine(), bytes.NewReader(data), int64(len(data)), scrub.Options{}, time.Minute)
	if !slices.ContainsFunc(got, func(b Breach) bool { return b.Law == 7 }) {
		t.Errorf("a toy that holds all it reads was not caught")
	}
	held = nil
}

func TestPerformIsTheLastStep(t *testing.T) {
	data := append(toyMedia["two"], words(1000)...)
	p, err := toy{}.engine().Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var last []byte
	n := 0
	for _, state := range Steps(data, p) {
		last = bytes.Clone(state)
		n++
	}
	if want := len(p.Edits) + 1; n != want {
		t.Errorf("%d steps, want %d", n, want)
	}
	if !bytes.Equal(last, Perform(data, p)) {
		t.Error("the last step differs from the plan performed at once")
	}
}

func TestStopsCoverSectors(t *testing.T) {
	p := &scrub.Plan{Size: 5000, End: 4000, Edits: []scrub.Edit{
		{Off: 510, Len: 4, Phase: scrub.Unlink}, {Off: 1024, Len: 1025, Phase: scrub.Destroy}}}
	got := pickStops(p, 100, lots("x"))
	want := []stop{{0, 2}, {1, 0}, {1, 512}, {1, 1024}, {2, 0}}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestManyStopsAreSampled(t *testing.T) {
	p := &scrub.Plan{Size: 1 << 30, End: 1 << 30}
	for i := range int64(10000) {
		p.Edits = append(p.Edits, scrub.Edit{Off: i * 2048, Len: 1024, Phase: scrub.Destroy})
	}
	if n := len(pickStops(p, 50, lots("x"))); n < 25 || n > 60 {
		t.Errorf("%d stops for 50", n)
	}
}

func TestGolden(t *testing.T) {
	Golden(t, toy{}.engine(), "toy/words", "toyMedium(P, M, P)", toyMedia["words"])
}

func TestFirstDifference(t *testing.T) {
	for _, tt := range []struct {
		got, want string
		line      int
		g, w      string
	}{
		{"a\nb\n", "a\nb\n", 0, "", ""}, {"a\nb\n", "a\nc\n", 2, "b", "c"}, {"a", "a\nc", 2, "(end)", "c"}, {"a\nx", "a", 2, "x", "(end)"},
	} {
		if line, g, w := firstDifference(tt.got, tt.want); line != tt.line || g != tt.g || w != tt.w {
			t.Errorf("%q and %q: %d %q %q", tt.got, tt.want, line, g, w)
		}
	}
}

func TestDumpNamesEverything(t *testing.T) {
	data := append(toyMedia["words"], 1, 2, 3)
	p, err := toy{}.engine().Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := Dump(p)
	for _, want := range []string{"toy, dirty", "0x000000        4  structure  magic", "goes   comment     words", "unlink    fill 46"} {
		if !strings.Contains(got, want) {
			t.Errorf("the dump lacks %q:\n%s", want, got)
		}
	}
}

func FuzzToy(f *testing.F) {
	var seeds [][]byte
	for _, m := range toyMedia {
		seeds = append(seeds, m)
	}
	slices.SortFunc(seeds, bytes.Compare)
	Fuzz(f, toy{}.engine(), seeds...)
}

func BenchmarkJudge(b *testing.B) {
	h := Harness{Engine: toy{}.engine()}
	for b.Loop() {
		h.Judge("two", toyMedia["two"])
	}
}
