package marks

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
)

func u32be(n int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(n))) }
func u32le(n int) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(n))) }
func u16le(n int) string { return string(binary.LittleEndian.AppendUint16(nil, uint16(n))) }

// sefBlock and sefTail lay out Samsung's blocks and their directory.
func sefBlock(kind int, name, data string) string {
	return u16le(0) + u16le(kind) + u32le(len(name)) + name + data
}

func sefTail(blocks ...string) string {
	all := strings.Join(blocks, "")
	dir := "SEFH" + u32le(101) + u32le(len(blocks))
	dist := len(all)
	for _, b := range blocks {
		dir += b[:4] + u32le(dist) + u32le(len(b))
		dist -= len(b)
	}
	return all + dir + u32le(len(dir)) + "SEFT"
}

func insta360Tail(records ...string) string {
	var out, last string
	for i, r := range records {
		if i > 0 {
			out += last
		}
		out += r[2:]
		last = r[:2] + u32le(len(r)-2)
	}
	total := len(out) + 78
	return out + last + strings.Repeat("\x00", 32) + u32le(total) + u32le(0) + "8db42d694ccc418790edff439fe026bf"
}

func vrd(data string) string {
	const magic = "CANON OPTIONAL DATA\x00"
	return magic + u32be(0x00010000) + u32be(len(data)) + data + magic + u32be(len(data)) + strings.Repeat("\x00", 38) + "\xff\xd9"
}

func mieGroup(data string) string {
	b := "~\x10\x04\xfe0MIE" + "\x00\x00\x00\x00" + data
	return b + "~\x00\x00\x06" + u32be(len(b)+10) + "\x10\x04"
}

func nikon(records string) string {
	b := "NIKON APP\x00" + strings.Repeat("\x00", 0x40-10) + records + strings.Repeat("\x00", 8)
	return b + u32be(len(b)+20) + strings.Repeat("\x00", 6) + "/NIKON APP"
}

func photoMechanicTail(data string) string { return data + u32be(len(data)) + "cbipcbbl" }

func fotoRecord(data string) string {
	return data + "\x00\x01" + u32be(len(data)+10) + "\xa1\xb2\xc3\xd4"
}

func onePlusTail() string {
	list := `[{"name":"watermark.device","length":5,"offset":9},{"name":"extra","length":4,"offset":4}]` + "\x00"
	return "DEVICEabc" + list + "jxrs" + u32le(len(list)+8)
}

func apeTag(items string, flags int) string {
	return items + "APETAGEX" + u32le(2000) + u32le(len(items)+32) + u32le(3) + u32le(flags) + strings.Repeat("\x00", 8)
}

const vivoFoot = "\xff\xff\xff\xff\x1b*9HWfu\x84\x93\xa2\xb1"

// body stands before each trailer of the table.
const body = "\xff\xd8 a picture \xff\xd9"

var trailers = []struct {
	name   string
	tail   string
	floor  int64 // where the medium is known to end, 0 if it isn't
	mark   string
	value  string
	short  int64 // how many bytes of tail the mark leaves out at its start
	proven bool
	guess  bool
}{
	{name: "samsung", tail: sefTail(sefBlock(0x0a01, "Image_UTC_Data", "1700000000123"), sefBlock(0x0aa1, "MCC_Data", "204"), sefBlock(0x0a30, "MotionPhoto_Data", "clip")),
		mark: "samsung-sef", value: "Image_UTC_Data 2023-11-14T22:13:20Z, MCC_Data (mobile country code) 204, MotionPhoto_Data", proven: true},
	{name: "samsung without names", tail: sefTail(sefBlock(0x0910, "", "x")), mark: "samsung-sef", value: "0x0910", proven: true},
	{name: "samsung with sound", tail: sefTail(sefBlock(0x0100, "SoundShot_000", "sound")) + "QDIO" + u32le(101) + u32le(1) + u32le(0) + u32le(9) + u32le(20) + "QDIO" + "BS",
		mark: "samsung-sef", value: "SoundShot_000", proven: true},
	{name: "samsung directory of other blocks", tail: "SEFH" + u32le(101) + u32le(1) + u16le(0) + u16le(1) + u32le(8) + u32le(8) + u32le(24) + "SEFT",
		floor: int64(len(body)), mark: "samsung-sef"},
	{name: "samsung in a box", tail: "sefd" + sefTail(sefBlock(0x0910, "a", "x")), mark: "samsung-sef", value: "a", short: 4},
	{name: "insta360", tail: insta360Tail("\x00\x07"+strings.Repeat("g", 106), "\x01\x01\x0a\x03ABC\x12\x02X3\x1a\x02v1"),
		mark: "insta360", value: "serial ABC, model X3, firmware v1, 2 positions", proven: true},
	{name: "insta360 with a gap", tail: "gap" + insta360Tail("\x01\x01\x0a\x03ABC"), mark: "insta360", value: "serial ABC", short: 3, proven: true},
	{name: "insta360 in a box", tail: "inst" + insta360Tail("\x01\x01\x0a\x03ABC"), mark: "insta360", value: "serial ABC", short: 4},
	{name: "canon", tail: vrd("recipe"), mark: "canon-vrd", value: "editing recipe, 6 bytes", proven: true},
	{name: "mie", tail: mieGroup("") + mieGroup("x"), mark: "mie", value: "2 groups of metadata", proven: true},
	{name: "nikon", tail: nikon(u32be(1) + u32be(3) + "xmp"), mark: "nikon-app", value: "edits and their history", proven: true},
	{name: "nikon with a record too long", tail: nikon(u32be(1) + u32be(300) + "xmp"), mark: "nikon-app", value: "edits and their history"},
	{name: "photo mechanic", tail: photoMechanicTail("\x1c\x02\x05\x00\x02ab"), mark: "photo-mechanic", value: "captions and edits, 7 bytes", proven: true},
	{name: "photo mechanic of other data", tail: photoMechanicTail("abcdefg"), mark: "photo-mechanic", value: "captions and edits, 7 bytes"},
	{name: "fotostation", tail: fotoRecord("iptc") + fotoRecord("preview"), mark: "fotostation", value: "2 records: captions and previews"},
	{name: "afcp", tail: "AXS!\x01\x00\x00\x00????data" + "AXS!" + u32be(len(body)) + "????", mark: "afcp", value: "captions and previews"},
	{name: "afcp little-endian", tail: "AXS*\x01\x00\x00\x00????data" + "AXS*" + u32le(len(body)) + "????", mark: "afcp", value: "captions and previews"},
	{name: "afcp moved", tail: "AXS!" + u32be(3) + "????", mark: "afcp", value: "captions and previews, moved"},
	{name: "oneplus", tail: onePlusTail(), mark: "oneplus", value: "watermark.device, extra"},
	{name: "oneplus without a list", tail: "{nope" + "jxrs" + u32le(13), mark: "oneplus"},
	{name: "vivo", tail: `vivo{"a":1}` + "\x00" + vivoFoot, mark: "vivo", value: "description, may hold the unedited picture"},
	{name: "vivo with a picture", tail: "streamdata\xff\xd8...vivo{\"a\":1}" + vivoFoot, mark: "vivo", value: "description, may hold the unedited picture"},
	{name: "vivo without a start", tail: vivoFoot, mark: "vivo", value: "of unknown length"},
	{name: "ligogps", tail: "LIGOGPSINFO\x00" + strings.Repeat("p", 40) + "&&&&" + u32be(60), mark: "ligogps", value: "positions, 60 bytes"},
	{name: "selfsign", tail: strings.Repeat("\x90\x01\xfe", 50) + "SELFSIGN", floor: int64(len(body)), mark: "selfsign", value: "encrypted, made of the IMEI and IMSI of a device", guess: true},
	{name: "natisign", tail: "NATISIGN" + strings.Repeat("\x90\x01\xfe", 50), floor: int64(len(body)), mark: "natisign", value: "not of the known layout", guess: true},
	{name: "id3v1", tail: "TAG" + pad("Title", 30) + pad("Artist", 30) + pad("", 65), mark: "id3v1", value: pad("Title", 31) + "Artist"},
	{name: "ape", tail: apeTag("items", 0), mark: "ape", value: "3 items"},
	{name: "ape with a header", tail: strings.Repeat("h", 32) + apeTag("items", -1<<31), mark: "ape", value: "3 items"},
	{name: "lyrics3", tail: "LYRICSBEGININD00002100" + "000022LYRICS200", mark: "lyrics3"},
	{name: "motion photo", tail: u32be(16) + "ftypmp42" + u32be(0) + u32be(1) + "mdat" + u32be(0) + u32be(20) + "data", floor: int64(len(body)), mark: "motion-photo", value: "video, 36 bytes", guess: true},
	{name: "pictures", tail: "\xff\xd8\xff preview \xff\xd9", floor: int64(len(body)), mark: "jpeg-image", value: "further pictures, 14 bytes", guess: true},
}

func pad(s string, n int) string { return s + strings.Repeat(" ", n-len(s)) }

func TestTrailers(t *testing.T) {
	for _, c := range trailers {
		t.Run(c.name, func(t *testing.T) {
			src := body + c.tail
			m, ok, err := Trailer(strings.NewReader(src), c.floor, int64(len(src)))
			want := Mark{c.mark, int64(len(body)) + c.short, int64(len(c.tail)) - c.short, c.value, c.proven, c.guess}
			if err != nil || !ok || m != want {
				t.Errorf("got  %+v %v %v\nwant %+v", m, ok, err, want)
			}
		})
	}
}

// A trailer that starts before the floor, or that is all there is, is not one
// that may be cut off.
func TestTrailersKnowTheirPlace(t *testing.T) {
	for _, c := range trailers {
		t.Run(c.name, func(t *testing.T) {
			size := int64(len(c.tail))
			if m, ok, err := Trailer(strings.NewReader(c.tail), 0, size); err != nil || ok && m.Off == 0 && m.Proven {
				t.Errorf("alone: %+v %v", m, err)
			}
			for floor := range size + 1 {
				m, ok, err := Trailer(strings.NewReader(c.tail), floor, size)
				if err != nil || ok && (m.Off < floor || m.Off+m.Len != size || m.Len <= 0) {
					t.Fatalf("floor %d: %+v %v", floor, m, err)
				}
			}
		})
	}
}

// Layers are peeled in whatever order they were put on.
func TestLayers(t *testing.T) {
	src := body + string(redStarTail("8295FF513293A")) + vrd("x") + string(redStarTail("1", "2")) + sefTail(sefBlock(0x0aa1, "MCC_Data", "204")) + mieGroup("x")
	end := int64(len(src))
	var names []string
	for {
		m, ok, err := Trailer(strings.NewReader(src), int64(len(body)), end)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			break
		}
		names, end = append(names, m.Name), m.Off
	}
	if got, want := strings.Join(names, " "), "mie samsung-sef red-star canon-vrd red-star"; got != want || end != int64(len(body)) {
		t.Errorf("peeled %q down to %d, want %q", got, end, want)
	}
}

func TestSignInText(t *testing.T) {
	doc := strings.Repeat("Lines of text, and umlauts: äöü.\n", 20)
	src := doc + strings.Repeat("\x90\x01\xfe", 50) + "SELFSIGN"
	m, ok, err := Trailer(strings.NewReader(src), 0, int64(len(src)))
	if err != nil || !ok || m.Off != int64(len(doc)) || m.Proven {
		t.Errorf("got %+v %v %v", m, ok, err)
	}
	for name, src := range map[string]string{
		"a word in a text": doc + "SELFSIGN",
		"far from the end": "SELFSIGN" + strings.Repeat("\x90\x01\xfe", 5000),
	} {
		if m, ok, err := Trailer(strings.NewReader(src), 0, int64(len(src))); ok || err != nil {
			t.Errorf("%s: %+v %v", name, m, err)
		}
	}
}

// broken fails on every read.
type broken struct{}

var errBroken = errors.New("broken")

func (broken) ReadAt([]byte, int64) (int, error) { return 0, errBroken }

// after reads well for a while and then fails.
type after struct {
	io.ReaderAt
	reads *int
}

func (a after) ReadAt(p []byte, off int64) (int, error) {
	if *a.reads--; *a.reads < 0 {
		return 0, errBroken
	}
	return a.ReaderAt.ReadAt(p, off)
}

func TestReadErrors(t *testing.T) {
	if _, ok, err := Trailer(broken{}, 0, 100); ok || !errors.Is(err, errBroken) {
		t.Errorf("Trailer: %v %v", ok, err)
	}
	if _, err := Hidden(broken{}, 0, 100); !errors.Is(err, errBroken) {
		t.Errorf("Hidden: %v", err)
	}
	if _, ok, err := OOXML(broken{}, 1000); ok || !errors.Is(err, errBroken) {
		t.Errorf("OOXML: %v %v", ok, err)
	}
	src := body + sefTail(sefBlock(0x0aa1, "MCC_Data", "204"))
	for n := range 20 {
		left := n
		_, ok, err := Trailer(after{strings.NewReader(src), &left}, 0, int64(len(src)))
		if !ok && !errors.Is(err, errBroken) || ok && err != nil {
			t.Errorf("after %d reads: %v %v", n, ok, err)
		}
	}
}

// counting counts the bytes that are read.
type counting struct {
	*bytes.Reader
	n int64
}

func (c *counting) ReadAt(p []byte, off int64) (int, error) {
	c.n += int64(len(p))
	return c.Reader.ReadAt(p, off)
}

func FuzzTrailer(f *testing.F) {
	for _, c := range trailers {
		f.Add([]byte(body+c.tail), c.floor)
	}
	for _, v := range vectors {
		f.Add(append([]byte(body), redStarTail(v.id, "1")...), int64(0))
	}
	f.Add([]byte(stateSigned(body, "jpg", 0, 320)), int64(0))
	f.Add([]byte(featurePhone(stateSigned(body, "jpg", 0, 320), 9)), int64(len(body)))
	f.Add([]byte(body+string(redStarTail("1"))+vrd("x")+mieGroup("y")), int64(len(body)))
	f.Fuzz(func(t *testing.T, data []byte, floor int64) {
		src := &counting{Reader: bytes.NewReader(data)}
		m, ok, err := Trailer(src, floor, int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		if ok && (floor < 0 || m.Off < floor || m.Len <= 0 || m.Off+m.Len != int64(len(data)) || m.Proven && m.Off == 0) {
			t.Fatalf("floor %d: %+v", floor, m)
		}
		if most := 8*int64(len(data)) + 1<<20; src.n > most {
			t.Fatalf("read %d bytes of %d", src.n, len(data))
		}
		hidden, err := Hidden(src, floor, int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		at := floor
		for _, h := range hidden {
			if h.Off < at || h.Len <= 0 || h.Off+h.Len > int64(len(data)) {
				t.Fatalf("hidden %+v after %d", h, at)
			}
			at = h.Off + h.Len
		}
		if _, _, err := OOXML(src, int64(len(data))); err != nil {
			t.Fatal(err)
		}
	})
}
