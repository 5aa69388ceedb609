package still_test

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
	"untag/scrub/scrubtest"
)

func FuzzStill(f *testing.F) { scrubtest.Fuzz(f, formats.Engine(), samples.Of("heif")...) }

// plan has a picture planned and returns what becomes of it.
func plan(t *testing.T, data []byte, opt scrub.Options) (*scrub.Plan, []byte) {
	t.Helper()
	p, err := formats.Engine().Plan(bytes.NewReader(data), int64(len(data)), opt)
	if err != nil {
		t.Fatal(err)
	}
	return p, scrubtest.Perform(data, p)
}

// Each kind of what goes is reported at its place.
func TestWhatGoes(t *testing.T) {
	for _, c := range []struct {
		sample, place string
		kind          scrub.Kind
	}{
		{"heif/phone", "meta/Exif[2]/GPS", scrub.Place},
		{"heif/phone", "meta/Exif[2]/ExifIFD/SerialNumber", scrub.Serial},
		{"heif/phone", "meta/XMP[3]/dc:creator", scrub.Person},
		{"heif/phone", "meta/iprp/ipco/colr/desc", scrub.Device},
		{"heif/phone", "meta/hvc1[4]", scrub.Thumbnail},
		{"heif/mattes", "meta/hvc1[2]", scrub.Thumbnail},
		{"heif/mattes", "meta/hvc1[3]", scrub.Thumbnail},
		{"heif/gain-map", "meta/Exif[4]/Apple/ContentIdentifier", scrub.ID},
		{"heif/grid", "meta/grid[1]/slack", scrub.Hidden},
		{"heif/names", "meta/iinf/infe/name", scrub.Comment},
		{"heif/names", "meta/uri [3]", scrub.Unknown},
		{"heif/names", "meta/qqqq[4]", scrub.Unknown},
		{"heif/properties", "meta/iprp/ipco/udes", scrub.Caption},
		{"heif/properties", "meta/iprp/ipco/altt", scrub.Caption},
		{"heif/properties", "meta/iprp/ipco/crtt", scrub.Time},
		{"heif/properties", "meta/iprp/ipco/itai", scrub.Time},
		{"heif/properties", "meta/iprp/ipco/cmin", scrub.Device},
		{"heif/properties", "meta/iprp/ipco/zzzz", scrub.Unknown},
		{"heif/properties", "meta/iprp/ipco/free", scrub.Hidden},
		{"heif/motion", "mpvd", scrub.Motion},
		{"heif/gaps", "mdat/unreferenced", scrub.Hidden},
		{"heif/gaps", "sefd", scrub.MakerNote},
		{"heif/tone-map", "mdat/unreferenced", scrub.Hidden},
		{"heif/words-behind-a-frame", "mdat/picture", scrub.Hidden},
	} {
		p, _ := plan(t, samples.Get(c.sample).Data, scrub.Options{})
		if !slices.ContainsFunc(p.Findings, func(f scrub.Finding) bool { return f.Place == c.place && f.Kind == c.kind && f.Goes }) {
			t.Errorf("%s: no %s at %s goes: %+v", c.sample, c.kind, c.place, p.Findings)
		}
	}
}

// What the policy keeps is a picture like the others: it is looked into and stays.
func TestKept(t *testing.T) {
	s := samples.Get("heif/phone")
	p, after := plan(t, s.Data, scrub.Options{Policy: scrub.Policy{Keep: []scrub.Kind{scrub.Thumbnail}}})
	if !bytes.Contains(after, s.Secrets[len(s.Secrets)-1]) && !bytes.Contains(after, []byte("thmb")) || p.Status() != scrub.Dirty {
		t.Errorf("a thumbnail went that was to be kept: %s %q", p.Status(), p.Doubts)
	}
	s = samples.Get("heif/gain-map")
	p, after = plan(t, s.Data, scrub.Options{Policy: scrub.Policy{Remove: []scrub.Kind{scrub.GainMap}}})
	if bytes.Contains(after, []byte("HDRGainMapVersion")) || p.Status() != scrub.Dirty {
		t.Errorf("the numbers of a gain map stay without it: %s %q", p.Status(), p.Doubts)
	}
}

// The clip of a motion photo goes, or stays and is cleaned: in items as in JPEG.
func TestMotion(t *testing.T) {
	for _, name := range []string{"heif/motion", "jpeg/motion"} {
		s := samples.Get(name)
		p, after := plan(t, s.Data, scrub.Options{})
		if !slices.ContainsFunc(p.Findings, func(f scrub.Finding) bool { return f.Kind == scrub.Motion && f.Goes }) || bytes.Contains(after, []byte("stsd")) {
			t.Errorf("%s: no clip goes: %+v", name, p.Findings)
		}
		p, after = plan(t, s.Data, scrub.Options{Policy: scrub.Policy{Keep: []scrub.Kind{scrub.Motion}}})
		if p.Status() != scrub.Dirty || !bytes.Contains(after, []byte("stsd")) || bytes.Contains(after, []byte("CANARY")) || p.End != p.Size {
			t.Errorf("%s: the clip that was to be kept: %s %q, CANARY at %d", name, p.Status(), p.Doubts, bytes.Index(after, []byte("CANARY")))
		}
		if name == "jpeg/motion" && !bytes.Contains(after, []byte(`GCamera:MotionPhoto="1"`)) {
			t.Error("nothing tells of the clip")
		}
	}
}

// change replaces the only old in data.
func change(t *testing.T, data []byte, before, after string) []byte {
	t.Helper()
	if bytes.Count(data, []byte(before)) != 1 || len(before) != len(after) {
		t.Fatalf("%q is there %d times", before, bytes.Count(data, []byte(before)))
	}
	return bytes.Replace(data, []byte(before), []byte(after), 1)
}

// A file that contradicts itself keeps its pictures, and is not called clean.
func TestContradictions(t *testing.T) {
	for _, c := range []struct{ name, sample, before, after, doubt string }{
		{"no item is where it is said to be", "heif/plain", "iinf\x00\x00\x00\x00\x00\x01", "iinf\x00\x00\x00\x00\x00\x02", "says that there are others"},
		{"the main picture is EXIF", "heif/exif-turned", "pitm\x00\x00\x00\x00\x00\x01", "pitm\x00\x00\x00\x00\x00\x02", "there is no main picture"},
		{"a tile is missing", "heif/grid", "dimg\x00\x01\x00\x02\x00\x02\x00\x03", "dimg\x00\x01\x00\x02\x00\x02\x00\x09", "refers to one that there is not"},
		{"a grid of more tiles", "heif/grid", "\x00\x00\x00\x01\x00\x80\x00\x40", "\x00\x00\x01\x01\x00\x80\x00\x40", "made of can't be read"},
		{"an outline of nobody knows what", "heif/mattes", "portraiteffectsmatte", "portraiteffectsmatt!", "that nobody knows"},
		{"no description of the codec", "heif/avif-plain", "av1C", "av1D", "the description of its codec"},
		{"another handler", "heif/plain", "pict", "pick", "of no pictures"},
		{"two items of one number", "heif/exif-turned", "infe\x02\x00\x00\x01\x00\x02", "infe\x02\x00\x00\x01\x00\x01", "the same number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := samples.Get(c.sample)
			p, after := plan(t, change(t, s.Data, c.before, c.after), scrub.Options{})
			if p.Status() != scrub.Partly || !strings.Contains(strings.Join(p.Doubts, "\n"), c.doubt) {
				t.Errorf("%s %s %q", p.Status(), p.Refused, p.Doubts)
			}
			for _, b := range s.MustStay {
				if !bytes.Contains(after, b) && c.sample != "heif/grid" {
					t.Errorf("%q is gone", b)
				}
			}
		})
	}
}

// An item that ExifTool emptied lies nowhere, and is no reason for a doubt.
func TestEmptied(t *testing.T) {
	data := bytes.Clone(samples.Get("heif/emptied").Data)
	at := bytes.Index(data, []byte("iloc")) - 4
	end := at + int(binary.BigEndian.Uint32(data[at:]))
	binary.BigEndian.PutUint32(data[end-8:], uint32(len(data)+100))
	if p, _ := plan(t, data, scrub.Options{}); p.Status() != scrub.Dirty {
		t.Errorf("%s: %q %s", p.Status(), p.Doubts, p.Refused)
	}
}

// Real pictures are held to the laws. Those of fuzzers are damaged; others are to be understood.
func TestCorpus(t *testing.T) {
	root := os.Getenv("UNTAG_CORPUS")
	if root == "" || testing.Short() {
		t.Skip("UNTAG_CORPUS names no folder of real files")
	}
	n, partly := 0, 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil || len(data) > 1<<20 || formats.Engine().Sniff(bytes.NewReader(data), int64(len(data))) != "heif" {
			return err
		}
		n++
		name, _ := filepath.Rel(root, path)
		h := scrubtest.Harness{Engine: formats.Engine(), Options: scrub.Options{Policy: scrub.Policy{Profile: scrub.ProfileStrict}}, States: 16, Variants: 12}
		if p := h.Laws(t, name, data); p != nil && (p.Status() == scrub.Partly || p.Refused != "") && !strings.Contains(name, "fuzzing") {
			t.Logf("%s: %s %s %q", name, p.Status(), p.Refused, p.Doubts)
			partly++
		}
		return nil
	})
	if err != nil || n == 0 || partly > 8 {
		t.Errorf("%d pictures in %s, %d of them not clean: %v", n, root, partly, err)
	}
}

// One bit in the table of what pictures have costs none of them a property.
func TestOneBitOfAssociations(t *testing.T) {
	for _, name := range []string{"heif/phone", "heif/gain-map", "heif/alpha", "heif/tone-map"} {
		data := samples.Get(name).Data
		gone := func(data []byte) (at []int64) {
			p, _ := plan(t, data, scrub.Options{})
			for _, f := range p.Findings {
				if f.Goes && strings.HasPrefix(f.Place, "meta/iprp/ipco") {
					at = append(at, f.Off)
				}
			}
			return at
		}
		base := gone(data)
		box := bytes.Index(data, []byte("ipma"))
		end := box - 4 + int(binary.BigEndian.Uint32(data[box-4:]))
		for bit := 8 * (box + 12); bit < 8*end; bit++ {
			bad := bytes.Clone(data)
			bad[bit/8] ^= 1 << (bit % 8)
			for _, off := range gone(bad) {
				if !slices.Contains(base, off) {
					t.Errorf("%s: bit %d of 0x%x: the property at 0x%x goes", name, bit%8, bit/8, off)
				}
			}
		}
	}
}

// What clears undefined flags of an entry leaves the one that hides its emptied item.
func TestHiddenBesideOddFlags(t *testing.T) {
	data := bytes.Clone(samples.Get("heif/phone").Data)
	for at := range data {
		if bytes.HasPrefix(data[at:], []byte("infe\x02\x00\x00\x00")) {
			data[at+7] |= 0x38
		}
	}
	h := scrubtest.Harness{Engine: formats.Engine()}
	h.Laws(t, "odd flags", data)
}

// Of EXIF that is cut short texts and positions go, and nothing else is touched.
func TestNamedInCutEXIF(t *testing.T) {
	whole := samples.Get("heif/phone")
	for _, end := range []string{"CANARY-exif-owner", "CANARY-exif-gps-method"} {
		data := whole.Data[:bytes.Index(whole.Data, []byte(end))+len(end)]
		h := scrubtest.Harness{Engine: formats.Engine(), Wild: true, Variants: -1}
		h.Laws(t, "cut at "+end, data)
		p, after := plan(t, data, scrub.Options{})
		if p.Status() != scrub.Partly {
			t.Errorf("cut at %s: %s", end, p.Status())
		}
		for _, s := range []string{"CANARY-exif-model", "CANARY-exif-description", "CANARY-exif-host", "2031:07:14 15:16:18"} {
			if !bytes.Contains(data, []byte(s)) || bytes.Contains(after, []byte(s)) {
				t.Errorf("cut at %s: %q is not there, or stays", end, s)
			}
		}
	}
}
