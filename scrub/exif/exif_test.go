package exif

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"

	"untag/scrub"
)

// block is a block of EXIF in memory.
type block []byte

func (b block) Size() int64 { return int64(len(b)) }

func (b block) Bytes(off int64, n int) ([]byte, error) {
	if off < 0 || n < 0 || off > int64(len(b)) || n > len(b)-int(off) {
		return nil, io.ErrUnexpectedEOF
	}
	return bytes.Clone(b[off : off+int64(n)]), nil
}

// field makes a field of a value in the given byte order.
func text(tag uint16, s string) Field { return Field{tag, 2, uint32(len(s) + 1), []byte(s + "\x00")} }

func short(o appender, tag, n uint16) Field { return Field{tag, 3, 1, o.AppendUint16(nil, n)} }

func rationals(o appender, tag uint16, n ...uint32) Field {
	var b []byte
	for _, v := range n {
		b = o.AppendUint32(b, v)
	}
	return Field{tag, 5, uint32(len(n) / 2), b}
}

func blob(tag uint16, b string) Field { return Field{tag, 7, uint32(len(b)), []byte(b)} }

type finding struct {
	kind         scrub.Kind
	place, value string
	stays        bool
}

func report(t *testing.T, b []byte) (*Block, []finding) {
	t.Helper()
	r, err := Read(block(b))
	if err != nil {
		t.Fatal(err)
	}
	var out []finding
	r.Report("E", func(f scrub.Finding, stays bool) { out = append(out, finding{f.Kind, f.Place, f.Value, stays}) })
	return r, out
}

func TestReport(t *testing.T) {
	for _, o := range []appender{binary.LittleEndian, binary.BigEndian} {
		tree := Tree{Order: o,
			IFD0: []Field{text(0x010F, "Maker"), text(0x0132, "2024:01:02 03:04:05"), short(o, tagOrientation, 6), blob(0x9C9B, "T\x00i\x00\x00\x00"),
				rationals(o, 0x011A, 72, 1)},
			Exif: []Field{text(0xA431, "12345"), blob(0x9286, "ASCII\x00\x00\x00hello"), blob(tagMakerNote, "??"), text(0xA433, "")},
			GPS: []Field{text(1, "S"), rationals(o, 2, 33, 1, 51, 1, 36, 1), text(3, "E"), rationals(o, 4, 151, 1, 12, 1, 36, 1),
				text(0x1D, "2024:01:02"), rationals(o, 6, 25, 2)},
		}
		b, got := report(t, tree.Bytes())
		if b.Orientation != 6 || b.Broken != "" {
			t.Errorf("orientation %d, broken %q", b.Orientation, b.Broken)
		}
		for _, want := range []finding{
			{scrub.Place, "E/GPS", "-33.860000, 151.210000", true},
			{scrub.Device, "E/IFD0/Make", "Maker", true},
			{scrub.Time, "E/IFD0/ModifyDate", "2024:01:02 03:04:05", true},
			{scrub.Caption, "E/IFD0/XPTitle", "Ti", true},
			{scrub.Serial, "E/ExifIFD/SerialNumber", "12345", true},
			{scrub.Comment, "E/ExifIFD/UserComment", "hello", true},
			{scrub.MakerNote, "E/ExifIFD/MakerNote", "2 bytes", false},
			{scrub.Time, "E/GPS/GPSDateStamp", "2024:01:02", true},
			{scrub.Place, "E/GPS/GPSAltitude", "12.5", true},
			{scrub.Unknown, "E", "1 other entries", false},
		} {
			if !contains(got, want) {
				t.Errorf("%v: no %+v in %+v", o, want, got)
			}
		}
	}
}

func contains(all []finding, f finding) bool {
	for _, g := range all {
		if g == f {
			return true
		}
	}
	return false
}

func TestMakerNotes(t *testing.T) {
	be, le := binary.BigEndian, binary.LittleEndian
	ifd := func(o appender, head string, base int, f ...Field) string {
		return string(appendIFD([]byte(head), o, f, base, 0))
	}
	for _, c := range []struct {
		name, make, note string
		want             finding
	}{
		{"Apple", "Apple", ifd(be, "Apple iOS\x00\x00\x01MM", 0, text(0x11, "11111111-2222")), finding{scrub.ID, "E/Apple/ContentIdentifier", "11111111-2222", false}},
		{"Nikon", "NIKON", ifd(be, "Nikon\x00\x02\x10\x00\x00MM\x00*\x00\x00\x00\x08", 10, text(0x1D, "NCD7 3001234")), finding{scrub.Serial, "E/Nikon/SerialNumber", "NCD7 3001234", false}},
		{"Fujifilm", "FUJIFILM", ifd(le, "FUJIFILM\x0c\x00\x00\x00", 0, text(0x10, "FPX 12345678")), finding{scrub.Serial, "E/FujiFilm/InternalSerialNumber", "FPX 12345678", false}},
		{"Olympus", "OLYMPUS", ifd(le, "OLYMPUS\x00II\x03\x00", 0, text(0x404, "BHP123456")), finding{scrub.Serial, "E/Olympus/SerialNumber", "BHP123456", false}},
		{"Canon", "Canon", ifd(be, "", 0, Field{0x0C, 4, 1, []byte{0, 1, 2, 3}}), finding{scrub.Serial, "E/Canon/SerialNumber", "66051", false}},
		{"Panasonic", "Panasonic", ifd(be, "Panasonic\x00\x00\x00", 0, text(0x66, "Eve")), finding{scrub.Person, "E/Panasonic/BabyName", "Eve", false}},
		{"unknown", "Nobody", "Nobody knows this", finding{scrub.MakerNote, "E/ExifIFD/MakerNote", "17 bytes", false}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree := Tree{Order: be, IFD0: []Field{text(tagMake, c.make)}, Exif: []Field{blob(tagMakerNote, c.note)}}
			if b, got := report(t, tree.Bytes()); !contains(got, c.want) || b.Broken != "" {
				t.Errorf("no %+v in %+v, broken %q", c.want, got, b.Broken)
			}
		})
	}
}

func TestThumbnail(t *testing.T) {
	o := binary.BigEndian
	b := appendIFD([]byte("MM\x00*\x00\x00\x00\x08"), o, nil, 0, 14)
	b = appendIFD(b, o, []Field{{tagThumb, 4, 1, []byte{0, 0, 0, 50}}, {tagThumbLen, 4, 1, []byte{0, 0, 0, 7}}}, 0, 0)
	b = append(b, make([]byte, 20)...)
	if _, got := report(t, b); !contains(got, finding{scrub.Thumbnail, "E/IFD1/ThumbnailImage", "7 bytes", false}) {
		t.Errorf("no thumbnail in %+v", got)
	}
}

// Whatever the bytes say, the walk ends and says what is wrong.
func TestBroken(t *testing.T) {
	be := "MM\x00*\x00\x00\x00"
	for _, c := range []struct{ name, data, want string }{
		{"nothing", "", "no TIFF header"},
		{"no header", "something else", "no TIFF header"},
		{"IFD outside", be + "\xff", "an IFD lies outside the block"},
		{"IFD cut off", be + "\x08\x00\x09" + strings.Repeat("\x00", 14), "an IFD is longer than the block"},
		{"IFD at zero", be + "\x00", "an IFD leads nowhere"},
		{"IFD that follows itself", be + "\x08\x00\x00\x00\x00\x00\x08", "an IFD leads nowhere"},
		{"IFD that holds itself", be + "\x08\x00\x01\x87\x69\x00\x04\x00\x00\x00\x01\x00\x00\x00\x08\x00\x00\x00\x00", "an IFD leads nowhere"},
		{"value outside", be + "\x08\x00\x01\x01\x0f\x00\x02\x00\x00\x00\x09\x00\x00\xff\x00\x00\x00\x00\x00", "a value lies outside the block"},
		{"value longer than can be", be + "\x08\x00\x01\x01\x0f\x00\x0c\xff\xff\xff\xff\x00\x00\x00\x08\x00\x00\x00\x00", "a value lies outside the block"},
		{"too many entries", be + "\x08\xff\xff" + strings.Repeat("\x01\x0f\x00\x03\x00\x00\x00\x01\x00\x01\x00\x00", 65535) + "\x00\x00\x00\x00", "too many entries"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if b, _ := report(t, []byte(c.data)); b.Broken != c.want {
				t.Errorf("%q, not %q", b.Broken, c.want)
			}
		})
	}
}

type failing struct{ block }

func (failing) Bytes(int64, int) ([]byte, error) { return nil, errors.New("bad sector") }

func TestReadingFails(t *testing.T) {
	if _, err := Read(failing{block("MM\x00*\x00\x00\x00\x08")}); err == nil || err.Error() != "bad sector" {
		t.Errorf("%v, not the error of reading", err)
	}
}

func TestReduce(t *testing.T) {
	const minimal = "MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	le := binary.LittleEndian
	note := string(appendIFD([]byte("Apple iOS\x00\x00\x01MM"), binary.BigEndian,
		[]Field{text(0x11, "id"), {tagHeadroom, 10, 1, []byte("\x00\x00\x00\x03\x00\x00\x00\x02")}}, 0, 0))
	full := Tree{Order: le,
		IFD0:    []Field{short(le, tagOrientation, 6), text(0x0132, "2024:01:02 03:04:05"), text(0x0131, "bin\x01ary")},
		Exif:    []Field{text(0xA431, "12345"), short(le, tagColorSpace, 0xFFFF), blob(tagMakerNote, note)},
		Interop: []Field{text(tagInteropIdx, "R03")},
	}
	all := func(scrub.Kind) bool { return true }
	for _, c := range []struct {
		name       string
		keep       Keep
		has, lacks string
		whole      string
	}{
		{"orientation alone", Keep{Goes: all}, "", "2024", minimal},
		{"times", Keep{Goes: func(k scrub.Kind) bool { return k != scrub.Time }}, "2024:01:02 03:04:05", "12345", ""},
		{"serial", Keep{Goes: func(k scrub.Kind) bool { return k != scrub.Serial }}, "12345", "2024", ""},
		{"text that is none", Keep{Goes: func(k scrub.Kind) bool { return k != scrub.Software }}, "", "bin", minimal},
		{"Adobe RGB", Keep{Goes: all, Color: true}, "R03\x00", "2024", ""},
		{"Apple's headroom", Keep{Goes: all, AppleHDR: true}, "\x00\x00\x00\x03\x00\x00\x00\x02", "id\x00", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := reduce(t, full.Bytes(), c.keep)
			if !strings.Contains(got, c.has) || strings.Contains(got, c.lacks) || c.whole != "" && got != c.whole {
				t.Errorf("%q", got)
			}
			if b, _ := report(t, []byte(got)); b.Orientation != 6 || b.Broken != "" {
				t.Errorf("orientation %d, broken %q", b.Orientation, b.Broken)
			}
			if again := reduce(t, []byte(got), c.keep); again != got {
				t.Errorf("reduces further to %q", again)
			}
		})
	}
}

func reduce(t *testing.T, data []byte, k Keep) string {
	t.Helper()
	b, err := Read(block(data))
	if err != nil {
		t.Fatal(err)
	}
	out, err := b.Reduce(block(data), k)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestOrientations(t *testing.T) {
	for n := range uint16(12) {
		tree := Tree{Order: binary.LittleEndian, IFD0: []Field{short(binary.LittleEndian, tagOrientation, n)}}
		got := reduce(t, tree.Bytes(), Keep{})
		if stays := n != 1 && n <= 8; stays != (got != "") || stays && got[19] != byte(n) {
			t.Errorf("orientation %d becomes %q", n, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	le := binary.LittleEndian
	tree := Tree{Order: le, IFD0: []Field{short(le, tagOrientation, 6), text(0x010F, "Apple")}, Exif: []Field{blob(tagMakerNote, "Apple iOS\x00\x00\x01MM\x00\x00")},
		GPS: []Field{rationals(le, 2, 33, 1, 51, 1, 36, 1)}}
	f.Add(tree.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := Read(block(data))
		if err != nil {
			t.Fatal(err)
		}
		b.Report("", func(scrub.Finding, bool) {})
		keep := Keep{Goes: func(scrub.Kind) bool { return false }, AppleHDR: true, Color: true}
		got := reduce(t, data, keep)
		if again := reduce(t, []byte(got), keep); again != got {
			t.Errorf("%q reduces to %q", got, again)
		}
	})
}
