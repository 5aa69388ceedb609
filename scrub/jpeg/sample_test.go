package jpeg

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	stdjpeg "image/jpeg"
	"slices"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/icc"
)

// engine knows what a photo may hold.
func engine() *scrub.Engine { return scrub.NewEngine([]scrub.Format{Format, Motion, icc.Format}) }

var bigEndian = binary.BigEndian

// encode returns a picture of w by h pixels without any metadata.
func encode(w, h int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		m.Set(i%w, i/w, color.RGBA{uint8(7 * i), uint8(3 * i), uint8(i), 255})
	}
	var b bytes.Buffer
	if err := stdjpeg.Encode(&b, m, &stdjpeg.Options{Quality: 80}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// seg is a marker segment.
func seg(code byte, body ...string) string {
	text := strings.Join(body, "")
	n := len(text) + 2
	return string([]byte{0xFF, code, byte(n >> 8), byte(n)}) + text
}

// with puts segments behind SOI.
func with(pic []byte, segments ...string) []byte {
	return slices.Concat(pic[:2], []byte(strings.Join(segments, "")), pic[2:])
}

// photo is a small picture with segments behind SOI.
func photo(segments ...string) []byte { return with(encode(16, 16), segments...) }

const jfif = "JFIF\x00\x01\x02\x01\x00\x48\x00\x48\x00\x00"

// entry is one entry of an IFD in a sample.
type entry struct {
	tag, kind uint16
	count     uint32
	value     string // longer ones are put behind the IFD
}

// ifd lays out an IFD at off in a TIFF structure.
func ifd(o binary.AppendByteOrder, off int, next uint32, entries ...entry) string {
	at := off + 2 + 12*len(entries) + 4
	b, tail := o.AppendUint16(nil, uint16(len(entries))), ""
	for _, e := range entries {
		b = o.AppendUint32(o.AppendUint16(o.AppendUint16(b, e.tag), e.kind), e.count)
		if len(e.value) <= 4 {
			b = append(b, (e.value + "\x00\x00\x00\x00")[:4]...)
			continue
		}
		b = o.AppendUint32(b, uint32(at+len(tail)))
		tail += e.value
	}
	return string(o.AppendUint32(b, next)) + tail
}

func ascii(tag uint16, s string) entry { return entry{tag, 2, uint32(len(s) + 1), s + "\x00"} }

func be16(n uint16) string { return string(binary.BigEndian.AppendUint16(nil, n)) }
func be32(n uint32) string { return string(binary.BigEndian.AppendUint32(nil, n)) }

// exifOf is an APP1 with an IFD0 of the given entries, big-endian.
func exifOf(entries ...entry) string {
	return seg(0xE1, "Exif\x00\x00MM\x00*", be32(8), ifd(binary.BigEndian, 8, 0, entries...))
}

func orientation(n uint16) entry { return entry{0x0112, 3, 1, be16(n)} }

const (
	xmpStart = `<?xpacket begin="` + "\uFEFF" + `" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Secret Toolkit">` +
		`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" `
	xmpEnd = `</rdf:Description></rdf:RDF></x:xmpmeta>` + "\n   \n" + `<?xpacket end="w"?>`
)

// xmpOf is an APP1 with a packet.
func xmpOf(attrs, elements string) string {
	return seg(0xE1, "http://ns.adobe.com/xap/1.0/\x00", xmpStart, attrs, ">", elements, xmpEnd)
}

// mpfOf is an APP2 that lists pictures. Offsets count from its TIFF header; each
// item is the attribute, size and offset of one image.
func mpfOf(items [][3]uint32, extra ...entry) string {
	list := ""
	for _, i := range items {
		list += be32(i[0]) + be32(i[1]) + be32(i[2]) + be32(0)
	}
	entries := append([]entry{{0xB000, 7, 4, "0100"}, {0xB001, 4, 1, be32(uint32(len(items)))}, {0xB002, 7, uint32(len(list)), list}}, extra...)
	return seg(0xE2, "MPF\x00MM\x00*", be32(8), ifd(binary.BigEndian, 8, 0, entries...))
}

// listed builds a photo whose MPF lists the pictures that follow it, one behind
// the other. The kinds are the attributes of the entries, the first one included.
func listed(primary func(mpf string) []byte, kinds []uint32, gap int, others [][]byte, extra ...entry) []byte {
	items := make([][3]uint32, len(kinds))
	for i := range items {
		items[i] = [3]uint32{kinds[i], 1, 1}
	}
	draft := primary(mpfOf(items, extra...))
	base := uint32(bytes.Index(draft, []byte("MPF\x00")) + 4)
	at := uint32(len(draft))
	items[0] = [3]uint32{kinds[0], at, 0}
	var tail []byte
	for i, o := range others {
		tail = append(tail, bytes.Repeat([]byte{'g'}, gap)...)
		items[i+1] = [3]uint32{kinds[i+1], uint32(len(o)), at + uint32(len(tail)) - base}
		tail = append(tail, o...)
	}
	return append(primary(mpfOf(items, extra...)), tail...)
}

// pixels decodes a picture.
func pixels(t *testing.T, b []byte) string {
	t.Helper()
	m, err := stdjpeg.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("the picture no longer decodes: %v", err)
	}
	y := m.(*image.YCbCr)
	return fmt.Sprint(y.Y, y.Cb, y.Cr)
}
