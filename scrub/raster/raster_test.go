package raster_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
	"untag/scrub/raster"
	"untag/scrub/scrubtest"
)

var engine = formats.Engine()

// names are the formats of the package.
func names() (all []string) {
	for _, f := range append(raster.Formats(), raster.Texts()...) {
		all = append(all, f.Name)
	}
	return all
}

func plan(t testing.TB, data []byte, opt scrub.Options) (*scrub.Plan, []byte) {
	t.Helper()
	p, err := engine.Rehearse(bytes.NewReader(data), int64(len(data)), opt)
	if err != nil {
		t.Fatal(err)
	}
	return p, scrubtest.Perform(data, p)
}

// lost is how many bytes of pixels of the whole medium an edit of the damaged one meets.
func lost(whole, damaged *scrub.Plan) (n int64) {
	for _, s := range whole.Map {
		if s.Role != scrub.Payload {
			continue
		}
		n += max(0, s.End()-max(s.Off, damaged.End))
		for _, e := range damaged.Edits {
			n += max(0, min(e.End(), s.End())-max(e.Off, s.Off))
		}
	}
	return n
}

// One flipped bit in the first bytes never costs a pixel.
func TestFlippedBits(t *testing.T) {
	for _, s := range samples.All() {
		if !slices.Contains(names(), s.Format) {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			whole, _ := plan(t, s.Data, scrub.Options{})
			const first = 200
			for bit := range 8 * min(len(s.Data), first) {
				b := bytes.Clone(s.Data)
				b[bit/8] ^= 1 << (bit % 8)
				if p, _ := plan(t, b, scrub.Options{}); lost(whole, p) > 0 {
					t.Errorf("bit %d of byte 0x%x: %d bytes of pixels are lost, it is %s", bit%8, bit/8, lost(whole, p), p.Status())
				}
			}
		})
	}
}

// What was cut short, and what stands twice, is as long as before.
func TestCutShortAndTwice(t *testing.T) {
	for _, s := range samples.All() {
		if !slices.Contains(names(), s.Format) {
			continue
		}
		whole, clean := plan(t, s.Data, scrub.Options{})
		for n := 1; n < len(clean); n += 1 + len(clean)/300 {
			if p, _ := plan(t, clean[:n], scrub.Options{}); p.End < p.Size || lost(whole, p) > whole.End-p.Size {
				t.Errorf("%s: the first %d bytes of %d are cut at %d", s.Name, n, len(clean), p.End)
			}
		}
		if p, _ := plan(t, slices.Concat(clean, clean), scrub.Options{}); p.End < p.Size {
			t.Errorf("%s: of two only %d bytes of %d are left", s.Name, p.End, p.Size)
		}
	}
}

// Files of the corpus that are whole are clean afterwards.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("UNTAG_CORPUS")
	if dir == "" {
		t.Skip("UNTAG_CORPUS names no folder")
	}
	count := map[scrub.Status]int{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil || !slices.Contains(names(), engine.Sniff(bytes.NewReader(data), int64(len(data)))) {
			return err
		}
		p, clean := plan(t, data, scrub.Options{})
		count[p.Status()]++
		if p.Status() != scrub.Clean && p.Status() != scrub.Dirty {
			t.Logf("%s: %s %s %s", strings.TrimPrefix(path, dir), p.Status(), p.Refused, p.Doubts)
		}
		if again, _ := plan(t, clean, scrub.Options{}); len(again.Edits) > 0 {
			t.Errorf("%s: a second run finds more", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(count)
}

func FuzzRaster(f *testing.F) {
	scrubtest.Fuzz(f, engine, samples.Of(names()...)...)
}

// What fills rows up goes bit by bit, and a column that a damaged width hides stays.
func TestRowEnds(t *testing.T) {
	s := samples.Get("bmp/gaps")
	_, clean := plan(t, s.Data, scrub.Options{})
	const start, row, rows = 14 + 40 + 24, 100, 24
	for y := range rows {
		if c := clean[start+y*row+row-1]; c != 0 {
			t.Errorf("row %d ends with %q", y, c)
		}
	}
	const at, side = 14 + 40, 2
	words := append(append([]byte("BM"), make([]byte, at-2)...), bytes.Repeat([]byte("pixelsKI"), 20)...)
	copy(words[2:], []byte{byte(len(words)), 0, 0, 0, 0, 0, 0, 0, at, 0, 0, 0, 40, 0, 0, 0, side, 0, 0, 0, 20, 0, 0, 0, 1, 0, 24})
	if _, after := plan(t, words, scrub.Options{}); bytes.Contains(after, []byte("KI")) {
		t.Error("words that stand in every row are still there")
	}
	narrow := samples.Get("bmp/palette").Data
	narrow[18] ^= 2 // 30 pixels become 28
	if p, _ := plan(t, narrow, scrub.Options{}); p.Status() != scrub.Partly || len(p.Edits) > 0 {
		t.Errorf("%s with %d edits", p.Status(), len(p.Edits))
	}
}

// Comments may stand among numbers, too.
func TestCommentsAmongNumbers(t *testing.T) {
	p, clean := plan(t, []byte("P2\n2 2\n255\n1 2 # CANARY\n3 4\n"), scrub.Options{})
	if want := "P2\n2 2\n255\n1 2 #       \n3 4\n"; string(clean) != want || p.Status() != scrub.Dirty {
		t.Errorf("%s %q %q", p.Status(), p.Doubts, clean)
	}
}

// Words among the colours of shapes are a doubt.
func TestColoursOfShapes(t *testing.T) {
	for name, want := range map[string]bool{"djvu/colours": true, "djvu/colours-of-words": false} {
		if p, _ := plan(t, samples.Get(name).Data, scrub.Options{}); (len(p.Doubts) == 0) != want {
			t.Errorf("%s: %q", name, p.Doubts)
		}
	}
}

// Of a page's layers readers show the first, and parts of one in the order of their numbers.
func TestLayersOfAPage(t *testing.T) {
	part := func(id, data string) string {
		return id + string(binary.BigEndian.AppendUint32(nil, uint32(len(data)))) + data + strings.Repeat("\x00", len(data)&1)
	}
	page := string(samples.Get("djvu/plain").Data)
	mask, photo := part("Sjbz", "\x9f\x13\xe0\x01"), page[strings.Index(page, "BGjp"):]
	for name, c := range map[string]struct {
		more  string
		doubt bool
	}{
		"one":              {mask + part("FG44", "\x00\x01\x80\x02"), false},
		"two masks":        {mask + part("Smmr", "\x9f\x13\xe0\x01"), true},
		"two photos":       {photo, true},
		"in order":         {part("BM44", "\x00\x01\x80\x02") + part("BM44", "\x01\x02\x99"), false},
		"not the first":    {part("BM44", "\x01\x01\x80\x02"), true},
		"one is missing":   {part("BG44", "\x00\x01\x80\x02") + part("BG44", "\x02\x02\x99"), true},
		"without a number": {part("FG44", ""), true},
		"words":            {part("Djbz", "This was taken by CANARY at home, where else."), true},
	} {
		data := []byte(page + c.more)
		binary.BigEndian.PutUint32(data[8:], uint32(len(data)-12))
		if p, _ := plan(t, data, scrub.Options{}); (len(p.Doubts) > 0) != c.doubt {
			t.Errorf("%s: %s %q", name, p.Status(), p.Doubts)
		}
	}
}

// Where one bit of a header is wrong, a colour profile may lie among the pixels: those stay as they are.
func TestProfileAmongPixels(t *testing.T) {
	for _, c := range []struct {
		name     string
		at, mask int
	}{{"bmp/profile", 10, 1 << 5}, {"bmp/profile", 18, 1 << 3}, {"bmp/profile", 22, 1 << 1}, {"bmp/linked-profile", 10, 1 << 5}} {
		data := bytes.Clone(samples.Get(c.name).Data)
		data[c.at] ^= byte(c.mask)
		if p, after := plan(t, data, scrub.Options{}); p.Status() != scrub.Partly || !bytes.Equal(after[60:], data[60:]) {
			t.Errorf("%v: %s %q", c, p.Status(), p.Doubts)
		}
	}
}

// No bit of the table of an OpenEXR picture costs its pixels.
func TestEveryBit(t *testing.T) {
	scrubtest.EveryBit(t, engine, samples.Get("exr/name").Data, samples.Get("exr/words").Data)
}
