package marks

import (
	"bytes"
	"encoding/hex"
	"io"
	"strings"
	"testing"
)

// unhex decodes hexadecimal digits, which may stand apart.
func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// seal makes a record of an identifier.
func seal(id string) []byte {
	b := make([]byte, recordLen)
	copy(b, "WM"+id)
	for i := 0; i < recordLen; i += 8 {
		recordCipher.Encrypt(b[i:], b[i:])
	}
	return b
}

// redStarTail makes the trailer of a chain.
func redStarTail(ids ...string) []byte {
	var b []byte
	for _, id := range ids {
		b = append(b, seal(id)...)
	}
	n := len(b)
	return append(b, byte(n), byte(n>>8), byte(n>>16), 0, 'E', 'O', 'F')
}

// vectors are records as Red Star OS 3.0 writes them; the first three stand in
// public sample files.
var vectors = []struct{ id, record string }{
	{"AC9A58CDZ364C", "e3e0d904559d35f99b3bfdda6bd6b6a95a13a0e6294b75b1"},
	{"8295FF513293A", "7908dfd0e092b2d128247e20315975b25a13a0e6294b75b1"},
	{"B48Z789B3AZ97", "0f05f88f352abe5e49bada7b0df24d1c5a13a0e6294b75b1"},
	{"3BCH496784712", "900b1a18d51a96fa72d2b164136346d75a13a0e6294b75b1"},
	{"abc000", "941bd38c33f879335a13a0e6294b75b15a13a0e6294b75b1"},
	{"cba0", "90a3fe8869be62715a13a0e6294b75b15a13a0e6294b75b1"},
	{"3EB9487E26E2F", "984c7cf89b11dc14ae86badd911db5785a13a0e6294b75b1"},
}

func TestRecords(t *testing.T) {
	for _, v := range vectors {
		t.Run(v.id, func(t *testing.T) {
			want := unhex(t, v.record)
			if got := seal(v.id); !bytes.Equal(got, want) {
				t.Errorf("sealed %x, want %x", got, want)
			}
			r, ok := openRecord(want)
			if !ok || r.id != v.id || r.extra != 0 {
				t.Errorf("opened %+v %v", r, ok)
			}
		})
	}
	if got, want := zeroBlock, unhex(t, "5a13a0e6294b75b1"); !bytes.Equal(got, want) {
		t.Errorf("zero block %x, want %x", got, want)
	}
}

func TestRecordsRefused(t *testing.T) {
	for name, plain := range map[string]string{
		"no identifier":      "WM",
		"W alone":            "WX8295FF513293A",
		"M alone":            "XM8295FF513293A",
		"text after the NUL": "WM8295\x00F",
		"punctuation":        "WM82-95",
		"nothing":            "",
		"no NUL at the end":  "WM0123456789ABCDEFGH",
	} {
		b := make([]byte, recordLen)
		copy(b, plain)
		for i := 0; i < recordLen; i += 8 {
			recordCipher.Encrypt(b[i:], b[i:])
		}
		if r, ok := openRecord(b); ok {
			t.Errorf("%s: opened as %+v", name, r)
		}
	}
}

func TestRedStarTrailer(t *testing.T) {
	one := unhex(t, "e3e0d904559d35f99b3bfdda6bd6b6a95a13a0e6294b75b118000000454f46")
	two := unhex(t, "e3e0d904559d35f99b3bfdda6bd6b6a95a13a0e6294b75b1 7908dfd0e092b2d128247e20315975b25a13a0e6294b75b1 30000000454f46")
	body := strings.Repeat("body ", 20)
	relabel := func(b []byte, n byte) []byte {
		b = bytes.Clone(b)
		b[len(b)-7] = n
		return b
	}
	slack := func(b []byte) []byte { // three bytes between the records and the length
		b = relabel(b, b[len(b)-7]+3)
		return append(append(bytes.Clone(b[:len(b)-7]), "xyz"...), b[len(b)-7:]...)
	}
	for _, c := range []struct {
		name  string
		tail  []byte
		value string
	}{
		{"one machine", one, "1 machine: AC9A58CDZ364C (disk serial TWC3OEJG3W?)"},
		{"two machines", two, "2 machines: AC9A58CDZ364C (disk serial TWC3OEJG3W?), 8295FF513293A (disk serial MMBLC982T6?)"},
		{"serial not readable", redStarTail("3BCH496784712"), "1 machine: 3BCH496784712 (disk serial not readable)"},
		{"public", redStarTail("abc000"), "1 machine: abc000 (public)"},
		{"organ", redStarTail("cba0"), "1 machine: cba0 (organ)"},
		{"serial too long", redStarTail("FFFFFFFFFFFFF"), "1 machine: FFFFFFFFFFFFF"},
		{"many machines", redStarTail("1", "2", "3", "4", "5", "6", "7", "8"), "8 machines: 1, 2, 3, 4, 5, 6 and 2 more"},
		{"length too small", relabel(two, 24), "2 machines: AC9A58CDZ364C (disk serial TWC3OEJG3W?), 8295FF513293A (disk serial MMBLC982T6?); malformed length 24"},
		{"length too large", relabel(one, 72), "1 machine: AC9A58CDZ364C (disk serial TWC3OEJG3W?); malformed length 72"},
		{"length not of records", relabel(one, 25), "1 machine: AC9A58CDZ364C (disk serial TWC3OEJG3W?); malformed length 25"},
		{"slack before the length", slack(one), "1 machine: AC9A58CDZ364C (disk serial TWC3OEJG3W?); malformed length 27"},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := append([]byte(body), c.tail...)
			m, ok, err := Trailer(bytes.NewReader(src), 0, int64(len(src)))
			want := Mark{"red-star", int64(len(body)), int64(len(c.tail)), c.value, true, false}
			if err != nil || !ok || m != want {
				t.Errorf("got %+v %v %v, want %+v", m, ok, err, want)
			}
		})
	}
}

func TestNoRedStarTrailer(t *testing.T) {
	whole := append([]byte("body"), redStarTail("8295FF513293A")...)
	broken := bytes.Clone(whole)
	broken[9] ^= 1
	for _, c := range []struct {
		name  string
		src   []byte
		floor int64
	}{
		{"a PDF", []byte("%PDF-1.4 ... startxref\n0\n%%EOF"), 0},
		{"EOF alone", []byte("EOF"), 0},
		{"a length and no record", append(make([]byte, 40), "\x18\x00\x00\x00EOF"...), 0},
		{"a flipped bit", broken, 0},
		{"below the floor", whole, 5},
		{"empty", nil, 0},
	} {
		if m, ok, err := Trailer(bytes.NewReader(c.src), c.floor, int64(len(c.src))); ok || err != nil {
			t.Errorf("%s: %+v %v", c.name, m, err)
		}
	}
}

// sparse is n zeros and then some bytes.
type sparse struct {
	zeros int64
	tail  []byte
}

func (s sparse) ReadAt(p []byte, off int64) (int, error) {
	for i := range p {
		at := off + int64(i) - s.zeros
		if at >= int64(len(s.tail)) {
			return i, io.EOF
		}
		p[i] = 0
		if at >= 0 {
			p[i] = s.tail[at]
		}
	}
	return len(p), nil
}

func TestRedStarBoundary(t *testing.T) {
	const block = 10 << 20
	tail := redStarTail("1")
	for _, c := range []struct {
		zeros int64
		warns bool
	}{{2 * block, true}, {block, true}, {block - 1, false}, {block + 1, false}, {0, false}} {
		m, ok, err := Trailer(sparse{c.zeros, tail}, 0, c.zeros+int64(len(tail)))
		if !ok || err != nil {
			t.Fatalf("%d: %v %v", c.zeros, ok, err)
		}
		if got := strings.Contains(m.Value, "may have lost its last"); got != c.warns {
			t.Errorf("at %d: %q", c.zeros, m.Value)
		}
	}
}

func TestRedStarChainIsBounded(t *testing.T) {
	b := bytes.Repeat(seal("1"), maxRecords+10)
	b = append(b, "\x18\x00\x00\x00EOF"...)
	m, ok, err := Trailer(bytes.NewReader(b), 0, int64(len(b)))
	if !ok || err != nil || m.Len > (maxRecords+64)*recordLen+recordFoot {
		t.Errorf("took %d bytes of %d (%v %v)", m.Len, len(b), ok, err)
	}
}

func TestDiskSerial(t *testing.T) {
	for _, c := range []struct{ serial, id, back string }{
		{"WD-WCAV51234567", "3EB9487E26E2F", "V51234567"},
		{"WD-WMC1T0000000", "459ZD341E4ZZZ", ""},
		{"5VJ12345", "ZZZ6B35ZF7945", "5VJ12345"},
		{"QM00001", "ZZZZD7CB1B8Z1", "QM00001"},
		{"ABC", "ZZZZZZZZZ3438", "ABC"},
		{"abc   ", "ZZZZZZZZZ3438", "ABC"},
		{"S2R8J9DC911546", "A195C4ZA3CFD3", ""},
		{"VB12345678-9ABCDEF0", "7FD9C66253CDZ", ""},
		{"", "ZZZZZZZZZZZZZ", ""},
	} {
		got, ok := DiskSerial(c.id)
		if c.back != "" && got != c.back && !strings.HasSuffix(got, c.back) {
			t.Errorf("DiskSerial(%s) = %q %v, want %q", c.id, got, ok, c.back)
		}
	}
	for _, id := range []string{"", "abc000", "3BCH496784712", "FFFFFFFFFFFFF", "ZZZZZZZZZZZZZ", "GGGGGGGGGGGGG"} {
		if got, ok := DiskSerial(id); ok {
			t.Errorf("DiskSerial(%s) = %q", id, got)
		}
	}
}

func TestLegacyTrailer(t *testing.T) {
	for _, c := range []struct{ name, tail, value string }{
		{"one", "60d3ced8571580cb1f0b206c5b3baca13a7a2455e14190d318000000",
			"1 machine: AC9A58CDZ364C (disk serial TWC3OEJG3W?)"},
		{"two", "63d3ced8571580cb1f0b206c5b3baca13a7a2455e14190d3b8ec58f404293f309481b21aa3cdde8a000081002c000000",
			"2 machines: AC9A58CDZ364C (disk serial TWC3OEJG3W?), 8295FF513293A (disk serial MMBLC982T6?)"},
	} {
		tail := unhex(t, c.tail)
		src := append([]byte("document"), tail...)
		m, ok, err := Trailer(bytes.NewReader(src), 0, int64(len(src)))
		want := Mark{"red-star-legacy", 8, int64(len(tail)), c.value, true, false}
		if err != nil || !ok || m != want {
			t.Errorf("%s: got %+v %v %v, want %+v", c.name, m, ok, err, want)
		}
		src[8] ^= 2 // another count
		if m, ok, _ := Trailer(bytes.NewReader(src), 0, int64(len(src))); ok {
			t.Errorf("%s: took %+v with a wrong count", c.name, m)
		}
	}
	if len(xorPad) != 216 {
		t.Errorf("pad of %d bytes", len(xorPad))
	}
}

func TestOrganTrailer(t *testing.T) {
	piece := append([]byte{128, 0, 0, 0}, make([]byte, 128)...)
	blob := append(bytes.Clone(piece), piece...)
	for _, c := range []struct {
		name, magic string
		blob        []byte
		proven      bool
	}{
		{"media", "wwwwwwww", blob, true},
		{"document", "wwwwvwww", blob, true},
		{"not of signatures", "wwwwwwww", make([]byte, 50), false},
	} {
		src := append([]byte("body"), c.blob...)
		n := len(c.blob)
		src = append(append(src, byte(n), byte(n>>8), 0, 0), c.magic...)
		m, ok, err := Trailer(bytes.NewReader(src), 0, int64(len(src)))
		if err != nil || !ok || m.Name != "red-star-organ" || m.Off != 4 || m.Proven != c.proven {
			t.Errorf("%s: %+v %v %v", c.name, m, ok, err)
		}
	}
	if m, ok, _ := Trailer(strings.NewReader("\xff\x00\x00\x00wwwwwwww"), 0, 12); ok {
		t.Errorf("took %+v, whose length leads out of the file", m)
	}
}

func TestOOXML(t *testing.T) {
	head := make([]byte, 0x31)
	copy(head, "PK\x03\x04")
	padding := unhex(t, "20a2040228a00002"+strings.Repeat("00", 23))
	tag := unhex(t, "0f05f88f352abe5e49bada7b0df24d1c5a13a0e6294b75b118000000454f46")
	src := bytes.Join([][]byte{head, padding, tag, make([]byte, 500)}, nil)
	m, ok, err := OOXML(bytes.NewReader(src), int64(len(src)))
	want := Mark{"red-star", 0x50, 31, "1 machine: B48Z789B3AZ97 (disk serial V9LCPHNRMF?)", true, false}
	if err != nil || !ok || m != want {
		t.Fatalf("got %+v %v %v, want %+v", m, ok, err, want)
	}
	for name, b := range map[string][]byte{
		"not a ZIP":   append([]byte("QK"), src[2:]...),
		"short":       src[:100],
		"clean":       append(bytes.Clone(src[:0x50]), make([]byte, 100)...),
		"flipped bit": append(append(bytes.Clone(src[:0x51]), src[0x51]^4), src[0x52:]...),
	} {
		if m, ok, err := OOXML(bytes.NewReader(b), int64(len(b))); ok || err != nil {
			t.Errorf("%s: %+v %v", name, m, err)
		}
	}
	if _, ok, err := OOXML(bytes.NewReader(src[:90]), 1000); ok || err != nil {
		t.Errorf("a file that ends early: %v %v", ok, err)
	}
}

func TestHidden(t *testing.T) {
	two := redStarTail("8295FF513293A", "AC9A58CDZ364C")
	lone := seal("B48Z789B3AZ97")
	src := bytes.Join([][]byte{make([]byte, 1000), two, []byte("a signature"), lone, []byte("another")}, nil)
	got, err := Hidden(bytes.NewReader(src), 0, int64(len(src)))
	if err != nil {
		t.Fatal(err)
	}
	want := []Mark{
		{"red-star", 1000, 55, "2 machines: 8295FF513293A (disk serial MMBLC982T6?), AC9A58CDZ364C (disk serial TWC3OEJG3W?)", false, false},
		{"red-star", 1066, 24, "1 machine: B48Z789B3AZ97 (disk serial V9LCPHNRMF?)", false, false},
	}
	if len(got) != len(want) || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got, err := Hidden(bytes.NewReader(src), 1005, int64(len(src))); err != nil || len(got) != 2 || got[0].Off != 1024 {
		t.Errorf("from the middle of a record: %+v %v", got, err)
	}
	short := append(append([]byte("x"), seal("abc000")...), "tail"...)
	if got, err := Hidden(bytes.NewReader(short), 0, int64(len(short))); err != nil || len(got) != 1 || got[0].Off != 1 {
		t.Errorf("an identifier of one block: %+v %v", got, err)
	}
	noise := bytes.Repeat(zeroBlock, 9000)
	if got, err := Hidden(bytes.NewReader(noise), 0, int64(len(noise))); err != nil || len(got) != 0 {
		t.Errorf("the constant alone: %+v %v", got, err)
	}
	if got, err := Hidden(bytes.NewReader(nil), 0, 0); err != nil || got != nil {
		t.Errorf("nothing: %+v %v", got, err)
	}
}
