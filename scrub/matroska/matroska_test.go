package matroska_test

import (
	"bytes"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
	"untag/scrub/scrubtest"
)

var engine = formats.Engine()

func planOf(t testing.TB, data []byte, opt scrub.Options) *scrub.Plan {
	t.Helper()
	p, err := engine.Plan(bytes.NewReader(data), int64(len(data)), opt)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// el is an element with a length of two bytes.
func el(id, data string) string {
	return id + string([]byte{0x40 | byte(len(data)>>8), byte(len(data))}) + data
}

const (
	header  = "\x1a\x45\xdf\xa3"
	segment = "\x18\x53\x80\x67"
	cluster = "\x1f\x43\xb6\x75"
	tags    = "\x12\x54\xc3\x67"
)

var much = strings.Repeat("\x0b\x77\x9d\xfe", 600)

func film(elements ...string) string {
	doc := el("\x42\x82", "webm")
	track := el("\x16\x54\xae\x6b", el("\xae", el("\xd7", "\x01")+el("\x73\xc5", "\x01")+el("\x83", "\x02")+el("\x86", "A_AC3")+el("\xe1", el("\x9f", "\x02"))))
	return el(header, doc) + el(segment, track+strings.Join(elements, ""))
}

func block(data string) string { return el("\xa3", "\x81\x00\x00\x80"+data) }

// Where nothing proves that the segment ends, what follows stays.
func TestEnds(t *testing.T) {
	tail := strings.Repeat("\xfe\x9d", 20)
	for _, c := range []struct {
		name, data string
		cut        int // bytes that go
	}{
		{"a whole film", film(el(cluster, el("\xe7", "\x00")+block(much))) + tail, len(tail)},
		{"clusters that the length lacks", film(el(cluster, el("\xe7", "\x00")+block(much))) + tail + el(cluster, "frames"), 0},
		{"a block that it lacks", film(el(cluster, el("\xe7", "\x00")+block(much))) + block("frame"), 0},
		{"a length of 0", film() + el(cluster, el("\xe7", "\x00")+block(much)), 0},
		{"no length", strings.Replace(film(el(cluster, block(much))), segment+"\x49", segment+"\x7f", 1), 0},
		{"no segment", el(header, el("\x42\x82", "webm")) + tail, 0},
	} {
		if c.name == "a length of 0" {
			i := strings.Index(c.data, segment)
			c.data = c.data[:i+4] + "\x40\x00" + c.data[i+6:]
		}
		p := planOf(t, []byte(c.data), scrub.Options{})
		if cut := int(p.Size - p.End); cut != c.cut {
			t.Errorf("%s: %d bytes go, want %d: %s %s %q", c.name, cut, c.cut, p.Status(), p.Refused, p.Doubts)
		}
	}
}

// Elements become Void wherever sectors end: in each of the bytes before an element that
// goes, and whatever the widths of its length are.
func TestSectors(t *testing.T) {
	for _, c := range []struct {
		name, data string
	}{
		{"file name", el("\x73\x84", "CANARY-file-name")},
		{"long file name", el("\x73\x84", "CANARY"+strings.Repeat("-long", 60))},
		{"number of eight bytes", "\x44\x61\x01\x00\x00\x00\x00\x00\x00\x08CANARY42"},
		{"address", el("\x3e\x83\xbb", "CANARY-next")},
		{"tags", ""},
	} {
		for n := range 40 {
			info := el("\x4d\x80", " ") + el("\x57\x41", " ") + c.data
			void := 512 - 20 - n
			data := film(el("\xec", strings.Repeat("\x00", void-100)), el("\x15\x49\xa9\x66", info), el(tags, el("\x73\x73", el("\x67\xc8", el("\x45\xa3", "ENCODER")+el("\x44\x87", "CANARY")))),
				el(cluster, el("\xe7", "\x00")+block(much)))
			h := scrubtest.Harness{Engine: engine, Sound: true, Secrets: [][]byte{[]byte("CANARY")}, Variants: -1}
			h.Laws(t, c.name, []byte(data))
			if t.Failed() {
				t.Fatalf("%s, %d bytes further", c.name, n)
			}
		}
	}
}

// In a film that is cut short, or in which a name or length is damaged, tags go and
// everything else stays.
func TestDamaged(t *testing.T) {
	whole := samples.Get("matroska/tags").Data
	after := func(id string, n int) int { return bytes.LastIndex(whole[:len(whole)/2], []byte(id)) + n }
	for name, damage := range map[string]func([]byte) []byte{
		"cut short":              func(b []byte) []byte { return b[:len(b)-30] },
		"a cluster's name":       func(b []byte) []byte { b[after(cluster, 0)] ^= 0x10; return b },
		"a cluster's length":     func(b []byte) []byte { b[after(cluster, 5)] ^= 0x40; return b },
		"a block's name":         func(b []byte) []byte { b[after("\xa3\x49", 0)] ^= 1; return b },
		"the name of the tracks": func(b []byte) []byte { b[after("\x16\x54\xae\x6b", 1)] ^= 4; return b },
		"the length of a track":  func(b []byte) []byte { b[after("\xae\x40", 2)] ^= 0x10; return b },
	} {
		data := damage(bytes.Clone(whole))
		p := planOf(t, data, scrub.Options{})
		if p.Status() != scrub.Partly {
			t.Errorf("%s: %s %s", name, p.Status(), p.Refused)
		}
		result := scrubtest.Perform(data, p)
		if name != "cut short" && bytes.Contains(result, []byte("CANARY-location")) {
			t.Errorf("%s: the tags stay: %q", name, p.Doubts)
		}
		if !bytes.Contains(result, data[after("\xa3\x49", 10):after("\xa3\x49", 1000)]) {
			t.Errorf("%s: frames are lost", name)
		}
	}
}

// The policy that keeps words keeps them whole; the strict one leaves no name of anything.
func TestStrict(t *testing.T) {
	for _, name := range []string{"info", "tags", "tracks", "chapters", "attachments"} {
		s := samples.Get("matroska/" + name)
		p := planOf(t, s.Data, scrub.Options{Policy: scrub.Policy{Profile: scrub.ProfileStrict}})
		result := scrubtest.Perform(s.Data, p)
		for _, word := range []string{"A day", "By the sea", "The Waves", "Commentary", "Departure", "First part", "cover.jpg"} {
			if bytes.Contains(result, []byte(word)) {
				t.Errorf("%s: %q stays", name, word)
			}
		}
	}
}

// A tag about a track is about it afterwards, too: both numbers became the same small one.
func TestNumbers(t *testing.T) {
	s := samples.Get("matroska/tags")
	result := scrubtest.Perform(s.Data, planOf(t, s.Data, scrub.Options{}))
	for _, id := range []string{"\x73\xc5", "\x63\xc5"} {
		if !bytes.Contains(result, []byte(id+"\x40\x08\x00\x00\x00\x00\x00\x00\x00\x01")) {
			t.Errorf("no element % x of 1", id)
		}
	}
}

// What can't be taken out and may tell something makes a film partly clean.
func TestDoubts(t *testing.T) {
	whole := func(more ...string) string { return film(append(more, el(cluster, el("\xe7", "\x00")+block(much)))...) }
	font := "\x00\x01\x00\x00\x00\x01\x00\x10\x00\x00\x00\x00glyf\x00\x00\x00\x00\x00\x00\x00\x1c\x00\x00\x00\x04glyf"
	file := func(data string) string {
		return whole(el("\x19\x41\xa4\x69", el("\x61\xa7", el("\x46\x6e", "1.ttf")+el("\x46\x60", "font/ttf")+el("\x46\x5c", data)+el("\x46\xae", "\x01"))))
	}
	for _, c := range []struct {
		name, data, doubt string
	}{
		{"nothing", whole(), ""},
		{"a font", file(font), ""},
		{"a font and more", file(font + "hidden"), "a font holds bytes"},
		{"blocks of nobody", whole(el(cluster, el("\xe7", "\x00")+"\xa3\x88\x85\x00\x00\x80word")), "of a track that nothing describes"},
		{"reserved bits", whole(el(cluster, el("\xe7", "\x00")+"\xa3\x88\x81\x00\x00\xf0word")), "bits set that mean nothing"},
		{"times since 1970", whole(el(cluster, el("\xe7", "\x01\x8d\x00\x00\x00\x00")+block(much))), "count from a date"},
		{"times since 1970 behind what was a checksum", whole(el(cluster, el("\xec", "\x00\x00\x00\x00")+el("\xe7", "\x01\x8d\x00\x00\x00\x00")+block(much))), "count from a date"},
		{"a configuration behind a block", whole(el(cluster, el("\xe7", "\x00")+el("\xa0", el("\xa1", "\x81\x00\x00\x00"+much)+el("\xa4", "SN7741")))), "a configuration in the middle"},
		{"a number that is a word", whole(el(cluster, el("\xe7", "CANARIES")+block(much))), "holds what it can't hold"},
	} {
		p := planOf(t, []byte(c.data), scrub.Options{})
		if got := strings.Join(p.Doubts, "; "); p.Refused != "" || c.doubt == "" && got != "" || !strings.Contains(got, c.doubt) {
			t.Errorf("%s: %q, want %q %s", c.name, got, c.doubt, p.Refused)
		}
	}
}

func FuzzParse(f *testing.F) {
	scrubtest.Fuzz(f, engine, samples.Of("matroska")...)
}
