package tiff_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
	"untag/scrub/scrubtest"
)

// One bit of a maker's note that is wrong costs nothing that decoders need, and what then stays
// is not called clean.
func TestBitsOfNotes(t *testing.T) {
	number, count, value := 0, 4, 8 // in an entry
	white := []byte("0100")
	for name, c := range map[string]struct {
		sample     string
		magic      string // before the directory
		entry, off int    // -1: the number of entries
		tag        uint16
		flip       byte
		doubt      string
		stays      []byte // and what follows, 36 bytes in all
	}{
		"a number out of order":       {"nikon", "Nikon\x00\x02", 0, number + 1, 0x0097, 0x80, "it may be ColorBalance", white},
		"a number in order":           {"olympus", "OLYMPUS\x00", 0, number, 0x2040, 0x01, "it may be ImageProcessing", nil},
		"no entries":                  {"nikon", "Nikon\x00\x02", -1, 0, 0, 0x08, "more entries than it says", white},
		"fewer entries":               {"olympus", "OLYMPUS\x00", -1, 0, 0, 0x01, "more entries than it says", nil},
		"thousands of entries":        {"nikon", "Nikon\x00\x02", -1, 1, 0, 0x40, "MakerNote stays", white},
		"a table that is shorter":     {"nikon", "Nikon\x00\x02", 0, count, 0x0097, 0x04, "4 bytes that nothing points at", white},
		"a table elsewhere":           {"nikon", "Nikon\x00\x02", 0, value + 1, 0x0097, 0x80, "", white},
		"a lens for a curve":          {"nikon", "Nikon\x00\x02", 0, number, 0x0084, 0x08, "ContrastCurve stays", nil},
		"equipment for development":   {"olympus", "OLYMPUS\x00", 0, number, 0x2010, 0x20, "text where decoders look for numbers", nil},
		"a directory that is nowhere": {"olympus", "OLYMPUS\x00", 0, value + 3, 0x2040, 0x80, "leads nowhere", nil},
	} {
		s := samples.Get("tiff/raw-" + c.sample)
		b := bytes.Clone(s.Data)
		note := bytes.Index(b, []byte(c.magic))
		dir := note + map[string]int{"nikon": 18, "olympus": 12}[c.sample]
		at := dir + c.off
		if c.entry == 0 {
			for at = dir + 2; binary.LittleEndian.Uint16(b[at:]) != c.tag; at += 12 {
			}
			at += c.off
		}
		b[at] ^= c.flip
		p, err := formats.Engine().Plan(bytes.NewReader(b), int64(len(b)), scrub.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if doubts := strings.Join(p.Doubts, "; "); p.Status() != scrub.Partly || !strings.Contains(doubts, c.doubt) {
			t.Errorf("%s: %s, %q, want %q", name, p.Status(), doubts, c.doubt)
		}
		if i := bytes.Index(b, c.stays); c.stays != nil && !bytes.Equal(scrubtest.Perform(b, p)[i:i+36], b[i:i+36]) {
			t.Errorf("%s: %q and what follows is lost", name, c.stays)
		}
	}
}

// Of a text that is cut short, or that is said to be longer than the file, what is there goes.
func TestRemnants(t *testing.T) {
	const dir = 9*12 + 6
	at := 8 + 81 + dir
	for name, c := range map[string]struct{ first, text, stays string }{
		"cut short":        {entry(0x013B, 2, 5000, at), "a secret name of somebody", ""},
		"a wrong count":    {entry(0x8298, 2, 1<<30, at), "a secret name\x00\x01\x02\x03", "\x00\x01\x02\x03"},
		"a packet":         {entry(0x02BC, 1, 5000, at), "<?xpacket begin=''?><x:xmpmeta secret", ""},
		"not text":         {entry(0x013B, 2, 5000, at), "\x01\x02 pixels, perhaps", "\x01\x02 pixels, perhaps"},
		"behind zeros":     {entry(0x013B, 2, 5000, at), "\x00\x00\x00 pixels, perhaps", "\x00\x00\x00 pixels, perhaps"},
		"a stack's number": {entry(0x010E, 2, 5000, at), "ImageJ=1.53\nimages=9\n", "ImageJ=1.53\nimages=9\n"},
	} {
		p := plan(t, grey(9, 9, c.first)+c.text, scrub.Options{})
		after := string(scrubtest.Perform([]byte(grey(9, 9, c.first)+c.text), p))
		if p.Status() != scrub.Partly || strings.Contains(after, "secret") || !strings.HasSuffix(after, c.stays) {
			t.Errorf("%s: %s, %q", name, p.Status(), after[at:])
		}
		if again := plan(t, after, scrub.Options{}); len(again.Edits) > 0 {
			t.Errorf("%s: a second run makes %d edits", name, len(again.Edits))
		}
	}
}
