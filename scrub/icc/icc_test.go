package icc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/scrubtest"
)

// engine takes profiles for media of their own.
var engine = func() *scrub.Engine {
	f := Format
	f.Inner = false
	return scrub.NewEngine([]scrub.Format{f})
}()

// entry is a tag to build a profile of: data, or the data of an earlier tag.
type entry struct {
	sig  string
	data string
	same string
}

func be(v ...uint32) string {
	var b []byte
	for _, n := range v {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return string(b)
}

func xyzTag() string          { return "XYZ " + be(0, 0xf6d6, 0x10000, 0xd32d) }
func textTag(s string) string { return "text" + be(0) + s + "\x00" }
func curvTag(v ...byte) string {
	return "curv" + be(0, uint32(len(v)/2)) + string(v)
}

func descTag(s string) string {
	wide := strings.ReplaceAll(s, "", "\x00")
	wide = wide[:len(wide)-1] + "\x00\x00\x00"
	return "desc" + be(0, uint32(len(s)+1)) + s + "\x00" + be(0, uint32(len(s)+1)) + wide + "\x00\x00" + string(byte(len(s)+1)) + s + strings.Repeat("\x00", 67-len(s))
}

// mlucTag has one record for each pair of language and text.
func mlucTag(pairs ...string) string {
	n := len(pairs) / 2
	head, chars := "mluc"+be(0, uint32(n), 12), ""
	for i := range n {
		var wide []byte
		for _, c := range []byte(pairs[2*i+1]) {
			wide = append(wide, 0, c)
		}
		head += pairs[2*i] + be(uint32(len(wide)), uint32(16+12*n+len(chars)))
		chars += string(wide)
	}
	return head + chars
}

// profileOf lays out a profile: a header full of marks, and tags.
func profileOf(class string, entries ...entry) []byte {
	b := make([]byte, tableOff+entryLen*len(entries))
	copy(b[4:], "ADBE")
	b[8] = 2
	copy(b[12:], class+"RGB XYZ ")
	copy(b[24:], "\x07\xe7\x00\x0b\x00\x0e\x00\x16\x00\x0d\x00\x14") // 2023-11-14 22:13:20
	copy(b[36:], "acspAPPL\x00\x00\x12\x34MAKRMODL\x00\x01\x00\x00\x00\x00\x00\x01")
	copy(b[64:], be(0, 0xf6d6, 0x10000, 0xd32d)+"CREA"+"0123456789abcdef"+"reserved")
	binary.BigEndian.PutUint32(b[128:], uint32(len(entries)))
	at := map[string][2]uint32{}
	for i, e := range entries {
		place, ok := at[e.same]
		if !ok {
			for len(b)%4 != 0 {
				b = append(b, 0)
			}
			place = [2]uint32{uint32(len(b)), uint32(len(e.data))}
			b = append(b, e.data...)
		}
		at[e.sig] = place
		copy(b[tableOff+entryLen*i:], e.sig+be(place[0], place[1]))
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}

func display() []byte {
	return profileOf("mntr",
		entry{sig: "desc", data: mlucTag("deDE", "DELL U2412M", "enUS", "secret name")},
		entry{sig: "cprt", data: textTag("Copyright secret owner")},
		entry{sig: "wtpt", data: xyzTag()},
		entry{sig: "rXYZ", data: xyzTag() + "secret slack"},
		entry{sig: "gXYZ", data: xyzTag()},
		entry{sig: "bXYZ", data: xyzTag()},
		entry{sig: "rTRC", data: curvTag(1, 2, 3, 4)},
		entry{sig: "gTRC", same: "rTRC"},
		entry{sig: "bTRC", same: "rTRC"},
		entry{sig: "aarg", same: "rTRC"},
		entry{sig: "mmod", data: "mmod" + be(0, 0x10ac, 0xa07a) + "secret serial"},
		entry{sig: "meta", data: "dict" + be(0, 1, 16) + "secret EDID"},
		entry{sig: "dmnd", data: descTag("secret maker")},
		entry{sig: "calt", data: "dtim" + be(0) + "\x07\xe7\x00\x0b\x00\x0e\x00\x16\x00\x0d\x00\x14"},
		entry{sig: "chad", data: "sf32" + be(0, 1, 0, 0, 0, 1, 0, 0, 0, 1)},
	)
}

func scrubbed(t *testing.T, b []byte) ([]byte, *scrub.Plan) {
	t.Helper()
	p, err := engine.Plan(bytes.NewReader(b), int64(len(b)), scrub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return scrubtest.Perform(b, p), p
}

func TestDisplayProfile(t *testing.T) {
	b := display()
	h := scrubtest.Harness{Engine: engine, Sound: true, Secrets: [][]byte{
		[]byte("secret"), []byte("s\x00e\x00c\x00r"), []byte("D\x00E\x00L\x00L"), []byte("MAKR"), []byte("MODL"), []byte("CREA"),
		[]byte("0123456789abcdef"), []byte("reserved"), []byte("deDE"), []byte("\x07\xe7\x00\x0b"), []byte("mmod"), []byte("dmnd"),
	}, MustStay: [][]byte{[]byte(curvTag(1, 2, 3, 4)), []byte(xyzTag()), []byte("sf32")}}
	p := h.Laws(t, "display", b)
	if p == nil || p.Status() != scrub.Dirty {
		t.Fatalf("plan %+v", p)
	}
	after, _ := scrubbed(t, b)
	for off, want := range map[int]string{
		24: "\x07\xd0\x00\x01\x00\x01\x00\x00\x00\x00\x00\x00", 36: "acspAPPL\x00\x00\x00\x00", 60: "\x00\x00\x00\x01",
		84:                          strings.Repeat("\x00", 44),
		132 + 12*2:                  "wtpt",
		132 + 12*9:                  "z009",
		132 + 12*10:                 "z010",
		int(offset(b, "desc")) + 16: "enUS",
		int(offset(b, "desc")) + 28: "enUS",
		int(offset(b, "cprt")):      "text\x00\x00\x00\x00" + strings.Repeat("-", 22) + "\x00",
	} {
		if got := string(after[off : off+len(want)]); got != want {
			t.Errorf("at %d: %q, want %q", off, got, want)
		}
	}
}

// offset returns where the data of a tag stands.
func offset(b []byte, sig string) uint32 {
	i := tableOff + bytes.Index(b[tableOff:], []byte(sig))
	return binary.BigEndian.Uint32(b[i+4:])
}

func TestValues(t *testing.T) {
	_, p := scrubbed(t, display())
	got := map[string]string{}
	for _, f := range p.Findings {
		got[f.Place] = string(f.Kind) + " " + f.Value
	}
	for place, want := range map[string]string{
		"date": "time 2023-11-14 22:13:20", "manufacturer": "device MAKRMODL", "creator": "software CREA", "id": "id ",
		"desc": "device DELL U2412M", "cprt": "caption Copyright secret owner", "dmnd": "device secret maker", "calt": "time ",
		"gap": "hidden ",
	} {
		if got[place] != want {
			t.Errorf("%s: %q, want %q", place, got[place], want)
		}
	}
}

func TestKept(t *testing.T) {
	b := display()
	opt := scrub.Options{Policy: scrub.Policy{Keep: []scrub.Kind{scrub.Device}}}
	p, err := engine.Plan(bytes.NewReader(b), int64(len(b)), opt)
	if err != nil {
		t.Fatal(err)
	}
	after := scrubtest.Perform(b, p)
	for _, s := range []string{"secret serial", "MAKRMODL", "D\x00E\x00L\x00L", "mmod"} {
		if !bytes.Contains(after, []byte(s)) {
			t.Errorf("%q is gone although devices stay", s)
		}
	}
	if bytes.Contains(after, []byte("secret owner")) {
		t.Error("the copyright stays")
	}
	scrubtest.Laws(t, engine, "kept", b, opt)
}

func TestTables(t *testing.T) {
	mft1 := "mft1" + be(0) + "\x03\x03\x02\x00" + strings.Repeat("m", 36) + strings.Repeat("i", 3*256) + strings.Repeat("c", 8*3) + strings.Repeat("o", 3*256)
	mft2 := "mft2" + be(0) + "\x03\x01\x02\x00" + strings.Repeat("m", 36) + "\x00\x02\x00\x02" + strings.Repeat("t", 2*(2*3+8+2))
	curves := curvTag(1, 2, 3, 4)
	mab := "mAB " + be(0) + "\x01\x01\x00\x00" + be(32, 48, 96, 112, 136) + curves + strings.Repeat("x", 48) + curves +
		"\x02" + strings.Repeat("\x00", 15) + "\x01\x00\x00\x00" + "ab" + "pad" + "pad" + "para" + be(0) + "\x00\x00\x00\x00" + be(7)
	mab = strings.Replace(mab, "padpad", "\x00\x00", 1)
	for _, c := range []struct{ name, sig, data string }{
		{"lut8", "A2B0", mft1}, {"lut16", "gamt", mft2}, {"stages", "A2B1", mab},
		{"multi process elements", "D2B0", "mpet" + be(0, 0x00030003, 1, 24, 12) + "cvst" + be(0, 0x00030003)},
		{"no multi process elements", "B2D1", "mpet" + be(0, 0x00030003, 0)},
		{"parametric curve", "rTRC", "para" + be(0, 0x00030000, 1, 2, 3, 4, 5)},
		{"gamut", "rig0", "sig " + be(0) + "prmg"},
		{"code points", "cicp", "cicp" + be(0) + "\x01\x0d\x00\x01"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := profileOf("mntr", entry{sig: c.sig, data: c.data + "secret"})
			h := scrubtest.Harness{Engine: engine, Sound: true, Secrets: [][]byte{[]byte("secret")}}
			h.Laws(t, c.name, b)
			after, _ := scrubbed(t, b)
			if off := offset(b, c.sig); string(after[off:int(off)+len(c.data)]) != c.data {
				t.Errorf("became %q", after[off:])
			}
		})
	}
}

// shared is a profile whose white point stands among the words of its copyright.
func shared() []byte {
	b := profileOf("mntr", entry{sig: "cprt", data: "text" + be(0) + xyzTag()}, entry{sig: "wtpt", same: "cprt"})
	copy(b[tableOff+entryLen+4:], be(offset(b, "cprt")+8, 20))
	return b
}

func TestBroken(t *testing.T) {
	with := func(f func(b []byte)) []byte {
		b := display()
		f(b)
		return b
	}
	one := func(sig, data string) []byte { return profileOf("mntr", entry{sig: sig, data: data}) }
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"short", display()[:131], "profile of 131 bytes, expected 132 at least"},
		{"no signature", with(func(b []byte) { b[36] = 'x' }), `signature "xcsp", expected "acsp"`},
		{"cut short", display()[:400], "profile says 792 bytes, 400 are there"},
		{"too many tags", with(func(b []byte) { b[130] = 1; b[131] = 1 }), "257 tags in 792 bytes"},
		{"more tags than bytes", with(func(b []byte) { b[131] = 90 }), "90 tags in 792 bytes"},
		{"tag outside", with(func(b []byte) { b[132+4] = 1 }), `tag "desc" has 84 bytes at 0x1000138, the profile ends at 0x318`},
		{"tag in the table", with(func(b []byte) { copy(b[132+4:], be(140)) }), `tag "desc" has 84 bytes at 0x8c`},
		{"words for numbers", one("rXYZ", textTag("a serial number")), `tag "rXYZ" has type "text"`},
		{"numbers cut short", one("rXYZ", "XYZ "+be(0, 1)), `tag "rXYZ" of type "XYZ " and 12 bytes is cut short`},
		{"curve cut short", one("rTRC", "curv"+be(0, 1<<31)), "is cut short"},
		{"curve of no kind", one("rTRC", "para"+be(0, 0x00090000)), "is cut short"},
		{"table of a million points", one("A2B0", "mft1"+be(0)+"\x10\x10\xff\x00"+strings.Repeat("x", 40)), "is cut short"},
		{"stages cut short", one("A2B0", "mAB "+be(0)+"\x03\x03\x00\x00"+be(32, 0, 0, 0, 0)), "is cut short"},
		{"elements cut short", one("D2B0", "mpet"+be(0, 0x00030003, 1, 24, 13)+"cvst"+be(0, 0x00030003)), `tag "D2B0" of type "mpet" and 36 bytes is cut short`},
		{"too many elements", one("D2B0", "mpet"+be(0, 0x00030003, 1<<31, 24, 12)+"cvst"+be(0, 0x00030003)), "is cut short"},
		{"too many characters", one("desc", "desc"+be(0, 1<<31)), `tag "desc" says 2147483648 characters, 0 bytes are left`},
		{"too many records", one("cprt", "mluc"+be(0, 1<<31, 12)), `tag "cprt" says 2147483648 records of 12 bytes, 0 are left`},
		{"records of another size", one("cprt", "mluc"+be(0, 1, 16, 0, 0, 0)), `tag "cprt" says 1 records of 16 bytes, 12 are left`},
		{"characters outside", one("cprt", "mluc"+be(0, 1, 12)+"enUS"+be(100, 28)), `tag "cprt" has 50 characters at 0x1c of 28 bytes`},
		{"characters among the records", one("cprt", "mluc"+be(0, 1, 12)+"enUS"+be(2, 20)), `tag "cprt" has 1 characters at 0x14 of 28 bytes`},
		{"words without type", one("cprt", "text"), `tag "cprt" has 4 bytes`},
		{"numbers among words", shared(), `tag "cprt" shares bytes with another`},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := Format
			f.Inner, f.Sniff = false, func([]byte, int64) bool { return true }
			var got error
			f.Parse = func(s *scrub.Scan) error { got = parse(s); return got }
			e := scrub.NewEngine([]scrub.Format{f})
			if _, err := e.Plan(bytes.NewReader(c.data), int64(len(c.data)), scrub.Options{}); err != nil {
				t.Fatal(err)
			}
			var fe *scrub.FormatError
			if !errors.As(got, &fe) || !strings.Contains(got.Error(), c.want) {
				t.Errorf("got %v, want %q", got, c.want)
			}
		})
	}
}

func TestUnsupported(t *testing.T) {
	link, five := profileOf("link"), profileOf("mntr")
	five[8] = 5
	for want, b := range map[string][]byte{`icc: class "link" at 0xc is not supported`: link, "icc: version 5 at 0x8 is not supported": five} {
		p, err := engine.Plan(bytes.NewReader(b), int64(len(b)), scrub.Options{})
		if err != nil || p.Refused != want || len(p.Edits) > 0 {
			t.Errorf("got %q %v, want %q", p.Refused, err, want)
		}
	}
}

func TestCover(t *testing.T) {
	var c cover
	c.add(10, 10)
	c.add(30, 10)
	c.add(20, 0)
	if got := c.holes(0, 50); len(got) != 3 || got[1] != (scrub.Range{Off: 20, Len: 10}) {
		t.Errorf("holes %v in %v", got, c)
	}
	c.add(15, 20)
	if len(c) != 1 || c[0] != (scrub.Range{Off: 10, Len: 30}) {
		t.Errorf("joined %v", c)
	}
	c.add(40, 5)
	c.add(0, 5)
	if len(c) != 2 || !c.meets(44, 10) || c.meets(45, 10) || c.meets(5, 5) || c.meets(10, 0) {
		t.Errorf("set %v", c)
	}
}

func FuzzICC(f *testing.F) {
	scrubtest.Fuzz(f, engine, display(),
		profileOf("mntr", entry{sig: "desc", data: descTag("a name")}, entry{sig: "cprt", data: mlucTag("enUS", "x")}),
		profileOf("prtr", entry{sig: "A2B0", data: "mft2" + be(0) + "\x03\x01\x02\x00" + strings.Repeat("m", 36) + "\x00\x02\x00\x02" + strings.Repeat("t", 32)}),
		append(profileOf("scnr", entry{sig: "rTRC", data: curvTag()}, entry{sig: "gTRC", same: "rTRC"}), "tail"...))
}

func TestClean(t *testing.T) {
	b := append(display(), "tail"...)
	want, _ := scrubbed(t, b)
	got, found, err := Clean(b, scrub.Policy{})
	if err != nil || !bytes.Equal(got, want) || len(found) < 8 {
		t.Errorf("cleaned to %d bytes with %d findings (%v), want %d bytes", len(got), len(found), err, len(want))
	}
	if again, found, err := Clean(got, scrub.Policy{}); err != nil || !bytes.Equal(again, got) || len(found) > 0 {
		t.Errorf("a clean profile: %v %v", found, err)
	}
	var fe *scrub.FormatError
	if _, _, err := Clean(b[:200], scrub.Policy{}); !errors.As(err, &fe) {
		t.Errorf("a profile cut short: %v", err)
	}
	var ue *scrub.UnsupportedError
	if _, _, err := Clean(profileOf("link"), scrub.Policy{}); !errors.As(err, &ue) {
		t.Errorf("a link: %v", err)
	}
}

// What the class and the colours of a profile have no use for may hold anything.
func TestTagsOfNoUse(t *testing.T) {
	secret := curvTag([]byte("secret")...)
	lut := "mft1" + be(0) + "\x03\x03\x02\x00" + strings.Repeat("m", 36) + strings.Repeat("i", 3*256) + strings.Repeat("secret", 4) + strings.Repeat("o", 3*256)
	for _, c := range []struct {
		class, sig, data string
		stays            bool
	}{
		{"mntr", "kTRC", secret, false}, {"mntr", "rTRC", secret, true}, {"abst", "rTRC", secret, false}, {"abst", "A2B1", lut, false},
		{"abst", "A2B0", lut, true}, {"prtr", "A2B1", lut, true}, {"prtr", "A2B3", lut, false}, {"prtr", "lumi", xyzTag(), false},
	} {
		b := profileOf(c.class, entry{sig: c.sig, data: c.data})
		after, _ := scrubbed(t, b)
		off := int(offset(b, c.sig))
		if got := string(after[off:]) == string(b[off:]); got != c.stays {
			t.Errorf("%s in %s stays: %v", c.sig, c.class, got)
		}
	}
}

// Some writers leave memory in the numbers of the header: those that nothing can mean become usual.
func TestNumbersOfTheHeader(t *testing.T) {
	plain := profileOf("mntr", entry{sig: "wtpt", data: xyzTag()})
	bad := bytes.Clone(plain)
	copy(bad[60:], "JaneDoe 1234")
	want, _, err := Clean(plain, scrub.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := Clean(bad, scrub.Policy{})
	if err != nil || !bytes.Equal(got[64:], want[64:]) || string(got[60:64]) != be(0) {
		t.Errorf("%v: %q, expected %q", err, got[60:72], want[60:72])
	}
}
