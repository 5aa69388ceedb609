package psd

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/icc"
	"untag/scrub/scrubtest"
)

var engine = scrub.NewEngine([]scrub.Format{Format, icc.Format})

func FuzzPSD(f *testing.F) { scrubtest.Fuzz(f, engine, samples.Of("psd")...) }

func u32(n int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(n))) }

// document4 is one of four pixels in rows of one, deflated if packed is 2.
func document4(mode, packed byte, colours, resources, layers string) string {
	rows := "\x00\x00\x00\x00\x00\x02\x00\x02\x00a\x00b"
	switch packed {
	case 0:
		rows = "\x00\x00ab"
	case 1:
		rows = "\x00\x01" + rows[4:]
	default:
		rows = "\x00" + string(packed) + deflated("ab")
	}
	return "8BPS\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01" + u32(2) + u32(1) + "\x00\x08\x00" + string(mode) + u32(len(colours)) + colours + u32(len(resources)) + resources + u32(len(layers)) + layers + rows
}

func deflated(s string) string {
	var b strings.Builder
	z := zlib.NewWriter(&b)
	io.WriteString(z, s)
	z.Close()
	return b.String()
}

// layered is layers of one record with blocks.
func layered(blocks string) string {
	extra := u32(0) + u32(0) + "\x03top" + blocks
	info := "\x00\x01" + strings.Repeat("\x00", 8) + u32(1) + u32(1) + "\x00\x01\x00\x00" + u32(3) + "8BIMnorm\xff\x00\x00\x00" + u32(len(extra)) + extra + "\x00\x00p"
	return u32(len(info)) + info + u32(0)
}

func plan(t *testing.T, data string) (*scrub.Plan, string) {
	t.Helper()
	p, err := engine.Plan(strings.NewReader(data), int64(len(data)), scrub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p, string(scrubtest.Perform([]byte(data), p))
}

func block(key, body string) string { return "8BIM" + key + u32(len(body)) + body }

func resource(id, body string) string {
	return "8BIM" + id + "\x00\x00" + u32(len(body)) + body + strings.Repeat("\x00", len(body)%2)
}

// What layers are drawn by stays: as it is where it is numbers, and in doubt where nobody
// can look into it. What tells of somebody goes.
func TestBlocks(t *testing.T) {
	for key, want := range map[string]struct {
		status scrub.Status
		stays  bool
	}{
		"levl": {scrub.Dirty, true}, "TySh": {scrub.Partly, true}, "lnk2": {scrub.Partly, true}, "Patt": {scrub.Partly, true},
		"shmd": {scrub.Dirty, false}, "anno": {scrub.Dirty, false}, "what": {scrub.Dirty, false}, "knko": {scrub.Dirty, false}, "levm": {scrub.Partly, true},
	} {
		p, after := plan(t, document4(1, 1, "", "", layered(block(key, "\x00\x01CANARY\x02\x03")+block("luni", u32(2)+"\x00h\x00i"))))
		if p.Status() != want.status || strings.Contains(after, "CANARY") != want.stays || strings.Contains(after, "\x00h\x00i") && want.status == scrub.Dirty || strings.Contains(after, "top") {
			t.Errorf("%s: %s %q: %q", key, p.Status(), p.Doubts, after)
		}
	}
}

// What Photoshop writes into every picture, and says nothing, is no reason for doubt.
func TestBlocksOfEveryPicture(t *testing.T) {
	said := block("Patt", "") + block("Pat2", "") + block("FMsk", "\x00\x00\xff\xff\x00\x00\x00\x00\x00\x00\x00\x32")
	p, after := plan(t, document4(1, 1, "", "", layered(said)))
	if p.Status() == scrub.Partly || !strings.Contains(after, said) {
		t.Errorf("%s %q: %q", p.Status(), p.Doubts, after)
	}
	if p, _ := plan(t, document4(1, 1, "", "", layered(block("FMsk", "\x00\x00 a secret\x00\x32")))); p.Status() != scrub.Partly {
		t.Errorf("words for a colour: %s", p.Status())
	}
}

// A pixel follows the layers, and a picture: lengths that lie cost neither.
func TestDoubts(t *testing.T) {
	iptc := resource("\x04\x04", "CANARY")
	for want, data := range map[string]string{
		"bytes of colours that the picture has no use for": document4(1, 1, "8BIMwhat", iptc, ""),
		"a section of 2147483647 bytes":                    strings.Replace(document4(1, 1, "", iptc, "what"), u32(4)+"what", u32(1<<31-1)+"what", 1),
		"a picture that ends at":                           strings.TrimSuffix(document4(1, 1, "", iptc, ""), "b"),
		"nothing but its size tells where the picture":     document4(1, 0, "", iptc, "") + "more",
		"layers have more bytes than":                      strings.Replace(document4(1, 1, "", iptc, layered("")), u32(3), u32(333), 1),
		"layers have fewer bytes than":                     strings.Replace(document4(1, 1, "", iptc, layered("")+"12345678"), u32(len(layered(""))-8), u32(len(layered(""))), 1),
		"the name of a layer has":                          strings.Replace(document4(1, 1, "", iptc, layered("")), "\x03top", "\x77top", 1),
		"bytes that are no part are left over":             document4(1, 1, "", iptc+resource("\x04\x11", "\x01")+"8BIM\x03", ""),
		`part "03EC" may have a damaged name`:              document4(1, 1, "", iptc+resource("\x04\x11", "\x01")+resource("\x03\xec", "0123456789abcdef"), ""),
		"resources/0421 is not what it has to be":          document4(1, 1, "", iptc+resource("\x04\x21", "no"), ""),
		"the colour profile stays":                         document4(1, 1, "", iptc+resource("\x04\x0f", "no"), ""),
	} {
		p, after := plan(t, data)
		if !strings.Contains(strings.Join(p.Doubts, "; "), want) || p.End != p.Size {
			t.Errorf("%s: %s %s %q", want, p.Status(), p.Refused, p.Doubts)
		}
		if strings.Contains(after, "CANARY") {
			t.Errorf("%s: %q", want, after)
		}
	}
	packed := document4(1, 2, "", "", "")
	for _, c := range []struct {
		data string
		want scrub.Status
		end  int
	}{{packed, scrub.Clean, 0}, {packed + "behind", scrub.Dirty, 6}, {packed[:len(packed)-6], scrub.Partly, 0}, {strings.Replace(packed, u32(2)+u32(1), u32(3)+u32(1), 1), scrub.Partly, 0}} {
		if p, _ := plan(t, c.data); p.Status() != c.want || p.Size-p.End != int64(c.end) {
			t.Errorf("%q: %s %q, %d of %d", c.data, p.Status(), p.Doubts, p.End, p.Size)
		}
	}
}

// A resource keeps its length, and a colour table the colours that pixels have: a and b.
func TestResources(t *testing.T) {
	table, shown := strings.Repeat("rgb", 256), make([]byte, 768)
	for plane := 0; plane < len(table); plane += 256 {
		copy(shown[plane+'a':plane+'c'], table[plane+'a':])
	}
	p, after := plan(t, document4(2, 1, table, "8BIM\x04\x0b\x05Jane!"+u32(3)+"www\x00", ""))
	if !strings.Contains(after, string(shown)+u32(20)+"8BIM\x0f\xa0\x05\x00\x00\x00\x00\x00"+u32(3)+"\x00\x00\x00\x00") || p.Status() != scrub.Dirty {
		t.Errorf("%s %q %q", p.Status(), p.Doubts, after)
	}
	large := bytes.Replace([]byte(document4(1, 1, "", "", "")), []byte("8BPS\x00\x01"), []byte("8BPS\x00\x02"), 1)
	if p, _ := plan(t, string(large)); p.Status() == scrub.Clean || p.Status() == scrub.Dirty { // its lengths are of another size
		t.Error(p.Status(), p.Doubts)
	}
}

// Words in blocks of numbers, and among what blends a layer, are a doubt; what Photoshop calls its
// numbers is none.
func TestWordsInBlocks(t *testing.T) {
	const words, names = "Tanja Beispiel, Lindenweg 4", "\x00\x00\x00\x0emasterFXSwitchbool\x01\x00\x00\x00\x00Rd  doub@o\xe0\x00\x00\x00\x00\x00"
	for _, key := range []string{"lsct", "brst", "fxrp", "levl", "lfx2", "GdFl", "vmsk"} {
		few := slices.Contains([]string{"lsct", "brst", "fxrp"}, key)
		for body, want := range map[string]bool{words: false, names: !few, "\x00\x00\x00\x018BIMpass": true} {
			if p, _ := plan(t, document4(1, 1, "", "", layered(block(key, body)))); (len(p.Doubts) == 0) != want {
				t.Errorf("%s of %q: %s %q", key, body, p.Status(), p.Doubts)
			}
		}
	}
	in := u32(0) + u32(0) + "\x03top"
	for i, extra := range []string{u32(20) + words[:20] + u32(0) + "\x03top", u32(0) + u32(16) + words[:16] + "\x03top"} {
		data := strings.Replace(document4(1, 1, "", "", layered("")), in, extra, 1)
		grown := len(extra) - len(in)
		for _, n := range []int{len(in), len(layered("")) - 8, len(layered(""))} {
			data = strings.Replace(data, u32(n), u32(n+grown), 1)
		}
		if p, _ := plan(t, data); !strings.Contains(strings.Join(p.Doubts, "; "), "holds text") {
			t.Errorf("%d: %s %q", i, p.Status(), p.Doubts)
		}
	}
}

// Texts go although the header says what there is not, or one bit of a resource's signature is another.
func TestDamagedHeads(t *testing.T) {
	whole := document4(1, 1, "", resource("\x04\x04", "\x1c\x02\x50\x00\x06CANARY")+resource("\x04\x22", "Exif CANARY"), "")
	for want, data := range map[string]string{
		"1 channels of 4194305 by 2 pixels": whole[:19] + "\x40" + whole[20:],
		"signature of resource 0404":        strings.Replace(whole, "8BIM", "8BMM", 1),
		"signature of resource 0422":        strings.Replace(whole, "8BIM\x04\x22", "8FIM\x04\x22", 1),
	} {
		p, after := plan(t, data)
		if p.Status() != scrub.Partly || !strings.Contains(strings.Join(p.Doubts, "; "), want) || strings.Contains(after, "CANARY") || after[len(after)-10:] != data[len(data)-10:] {
			t.Errorf("%s: %s %q: %q", want, p.Status(), p.Doubts, after)
		}
		if again, _ := plan(t, after); len(again.Edits) > 0 {
			t.Errorf("%s: a second run makes %d edits", want, len(again.Edits))
		}
	}
}
