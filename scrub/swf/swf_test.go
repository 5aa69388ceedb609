package swf_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/ulikunitz/xz/lzma"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/jpeg"
	"untag/scrub/png"
	"untag/scrub/scrubtest"
	"untag/scrub/swf"
)

var engine = scrub.NewEngine([]scrub.Format{jpeg.Format, png.Format, swf.Format})

func plan(t *testing.T, data []byte) (*scrub.Plan, []byte) {
	t.Helper()
	return scrubtest.Clean(t, engine, data, scrub.Options{})
}

// film is one that holds some tags, each a code and a body.
func film(tags ...string) []byte {
	body := "\x60\x00\x3c\x00\x00\x28\x00\x00\x0a\x01\x00" + strings.Join(tags, "") + "\x40\x00\x00\x00"
	return append(binary.LittleEndian.AppendUint32([]byte("FWS\x08"), uint32(8+len(body))), body...)
}

func tag(code int, body string) string {
	b := binary.LittleEndian.AppendUint16(nil, uint16(code<<6|0x3f))
	return string(binary.LittleEndian.AppendUint32(b, uint32(len(body)))) + body
}

func packed(data []byte, n int) []byte {
	var b bytes.Buffer
	b.Write(binary.LittleEndian.AppendUint32([]byte("CWS\x08"), uint32(n)))
	z := zlib.NewWriter(&b)
	z.Write(data[8:])
	z.Close()
	return b.Bytes()
}

// packedLZMA is [packed] by LZMA.
func packedLZMA(data []byte, n int) []byte {
	var b bytes.Buffer
	z, _ := lzma.WriterConfig{SizeInHeader: true, Size: int64(len(data) - 8)}.NewWriter(&b)
	z.Write(data[8:])
	z.Close()
	out := binary.LittleEndian.AppendUint32([]byte("ZWS\x0d"), uint32(n))
	out = binary.LittleEndian.AppendUint32(out, uint32(b.Len()-lzma.HeaderLen))
	return slices.Concat(out, b.Bytes()[:5], b.Bytes()[lzma.HeaderLen:])
}

// reaching is a film that says it needs four gigabytes of what came before.
func reaching(film []byte) []byte {
	copy(film[13:], "\xff\xff\xff\xff")
	return film
}

func TestTags(t *testing.T) {
	xmp := tag(77, "<rdf:RDF SECRET")
	long := film(xmp)
	for _, c := range []struct {
		name, doubt string
		data        []byte
		stays       bool // the secret
	}{
		{"XMP", "", film(xmp), false},
		{"a code nobody knows", "", film(tag(700, "SECRET")), false},
		{"a code that is nearly a known one", "damaged name", film(tag(95, "SECRET")), true},
		{"names of folders in code", "code tells a person", film(tag(82, "\x10\x00C:\\Users\\jane\\src;;Main.as\x00SECRET")), true},
		{"code", "", film(tag(82, "\x10\x00\x2e\x00SECRET is a name of a function")), true},
		{"data of its own", "can't be looked into", film(tag(87, "\x01\x00\x00\x00\x00\x00SECRET")), true},
		{"a picture in data of its own", "", film(tag(87, "\x01\x00\x00\x00\x00\x00"+string(samples.Get("png/text").Data)+tag(9, "SECRET")[:0])), false},
		{"tables", "", film(tag(8, "\xff\xd8\xff\xdd\x00\x04\x00\x01\xff\xd9")), false},
		{"words among tables", "something else", film(tag(8, "\xff\xd8\xff\xfe\x00\x08SECRET\xff\xd9")), true},
		{"a picture that is none", "can't be looked into", film(tag(21, "\x01\x00SECRET")), true},
		{"a picture without its head", "shorter than its head", film(tag(35, "\x01\x00")), false},
		{"attributes that are too long", "damaged name", film(tag(69, "SECRET")), true},
		{"a sprite without its head", "damaged name", film(tag(39, "\x01\x00")), false},
		{"cut short", "cut short", long[:len(long)-2], false},
		{"an end before the end", "don't lead to the end", film("\x00\x00", xmp), true},
		{"a compressed film that tells something", "", packed(long, len(long)), false},
		{"a compressed film of another length", "compressed film of", packed(long, len(long)+5), false},
		{"a film of endless zeros", "is not looked into", packed(make([]byte, 100), 1<<30), false},
		{"a film that LZMA compressed", "", packedLZMA(long, len(long)), false},
		{"one of another length", "compressed film of", packedLZMA(long, len(long)+5), false},
		{"one that is longer", "compressed film of", packedLZMA(long, len(long)-5), false},
		{"one of endless zeros", "is not looked into", packedLZMA(make([]byte, 100), 1<<30), false},
		{"one that is cut short", "compressed film", packedLZMA(long, len(long))[:40], false},
		{"one of which copies reach far back", "", reaching(packedLZMA(long, len(long))), false},
		{"one of no known properties", "compressed film", append([]byte("ZWS\x0d\xff\x00\x00\x00\x0a\x00\x00\x00"), "\xffrest of it"...), false},
		{"the header of one", "no compressed film", []byte("ZWS\x0d\xff\x00\x00\x00\x0a\x00\x00\x00"), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, after := plan(t, c.data)
			if doubts := strings.Join(p.Doubts, "; "); !strings.Contains(doubts, c.doubt) || c.doubt == "" && doubts != "" || p.Refused != "" {
				t.Errorf("%s %s %q", p.Status(), p.Refused, p.Doubts)
			}
			if bytes.Contains(after, []byte("SECRET")) != c.stays {
				t.Errorf("the secret: %v", !c.stays)
			}
			if again, _ := plan(t, after); len(again.Edits) > 0 {
				t.Error("a second run changes it")
			}
		})
	}
}

// unpacked is a compressed film as one that is not.
func unpacked(t *testing.T, data []byte) []byte {
	t.Helper()
	var z io.Reader
	var err error
	if data[0] == 'C' {
		z, err = zlib.NewReader(bytes.NewReader(data[8:]))
	} else {
		n := binary.LittleEndian.AppendUint64(nil, uint64(binary.LittleEndian.Uint32(data[4:])-8))
		z, err = lzma.NewReader(bytes.NewReader(slices.Concat(data[12:17], n, data[17:])))
	}
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return append(append([]byte("FWS"), data[3:8]...), body...)
}

// A compressed film becomes what the film without compression does.
func TestCompressed(t *testing.T) {
	picture := tag(21, "\x01\x00"+string(samples.Of("jpeg")[0]))
	plain := film(tag(77, "<rdf:RDF SECRET"), picture, tag(9, "\x00\x00\x00"), tag(700, strings.Repeat("SECRET", 20000)))
	_, want := plan(t, plain)
	for n, trailer := range []string{"", "SECRET behind the film", "", "SECRET behind the film"} {
		packed := packed
		if n > 1 {
			packed = packedLZMA
		}
		data := append(packed(plain, len(plain)), trailer...)
		p, after := plan(t, data)
		if p.Status() != scrub.Dirty || len(p.Anew) != 1 || p.Removes() < 2 {
			t.Fatalf("%s %q, %d changes", p.Status(), p.Doubts, len(p.Anew))
		}
		if got := unpacked(t, after); !bytes.Equal(got[4:], want[4:]) { // but for the version
			t.Error("another film than without compression")
		}
		if again, same := plan(t, after); again.Status() != scrub.Clean || !bytes.Equal(same, after) || !p.RewrittenBy(again) {
			t.Errorf("afterwards it is %s: %q", again.Status(), again.Doubts)
		}
		another := film(tag(21, "\x01\x00"+string(samples.Of("jpeg")[1])), tag(9, "\x00\x00\x00")) // another picture, another film
		_, another = plan(t, another)
		if other, _ := plan(t, packed(another, len(another))); other.Status() != scrub.Clean || p.RewrittenBy(other) {
			t.Errorf("another film, which is %s %q, passes for the same", other.Status(), other.Doubts)
		}
		h := scrubtest.Harness{Engine: engine, Variants: 100}
		h.Laws(t, "compressed", data)
	}
}

// What follows a film that is in doubt stays, but for what has a name.
func TestBehindAFilmInDoubt(t *testing.T) {
	plain := film(tag(87, "\x01\x00\x00\x00\x00\x00and no medium"))
	data := append(packed(plain, len(plain)), "what follows"...)
	p, after := plan(t, data)
	if p.Status() != scrub.Partly || !bytes.Equal(after, data) || !strings.Contains(strings.Join(p.Doubts, "; "), "scrub --cut removes it") {
		t.Errorf("%s %q", p.Status(), p.Doubts)
	}
}

func FuzzSWF(f *testing.F) {
	scrubtest.Fuzz(f, engine, samples.Of("swf")...)
}

// A header without a film is none.
func TestHeaderAlone(t *testing.T) {
	if p, _ := plan(t, []byte("FWS\x08\x40\x00\x00\x00")); !strings.Contains(p.Refused, "no film behind the header") {
		t.Errorf("%s %q", p.Status(), p.Refused)
	}
}

// What no pixel of a packed picture shows, and what follows it, is a doubt.
func TestBitmaps(t *testing.T) {
	for name, want := range map[string]string{"swf/bitmaps": "", "swf/bitmap-colours": "", "swf/bitmap-words": "a picture holds what no pixel shows", "swf/bitmap-spare": "a picture holds what no pixel shows", "swf/bitmap-more": "a picture can't be looked into", "swf/alpha-more": "a picture can't be looked into"} {
		data := samples.Get(name).Data
		p, err := engine.Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{})
		if err != nil || strings.Join(p.Doubts, "; ") != want {
			t.Errorf("%s: %v %q", name, err, p.Doubts)
		}
	}
}

// Zeros that a mark leaves behind a film without its end are no end tag, wherever a run was interrupted.
func TestMarksOverTheEnd(t *testing.T) {
	jpeg := samples.Get("jpeg/everything").Data
	whole := film(tag(21, "\x01\x00"+string(jpeg)), tag(9, "\x00\x00\x00"))
	for missing := range 10 {
		for name, mark := range map[string][]byte{"Red Star": samples.RedStarTrailer("8295FF513293A"), "ID3": append([]byte("TAGtitle"), make([]byte, 120)...)} {
			h := scrubtest.Harness{Engine: engine, Wild: true, Variants: -1}
			h.Laws(t, fmt.Sprintf("%s, %d bytes missing", name, missing), slices.Concat(whole[:len(whole)-missing], mark))
		}
	}
}
