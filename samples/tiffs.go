package samples

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"math"
	"slices"
	"strings"
)

// Compressions of TIFF.
const (
	plainTIFF    = 1
	lzwTIFF      = 5
	oldJPEGTIFF  = 6
	jpegTIFF     = 7
	deflateTIFF  = 8
	packBitsTIFF = 32773
)

// scan is a picture in grey.
type scan struct {
	width, height, rows int
	compression, seed   int
	tiled               bool
}

// pixels returns rows [from, to) of the columns [left, right) of a scan.
func (s scan) pixels(left, right, from, to int) (b []byte) {
	for y := from; y < to; y++ {
		for x := left; x < right; x++ {
			b = append(b, byte(x*7+y*13+s.seed*31+x*y%11))
		}
	}
	return b
}

func (s scan) coded(b []byte) []byte {
	switch s.compression {
	case deflateTIFF:
		return deflated(b)
	case lzwTIFF:
		return literalLZW(b)
	case packBitsTIFF:
		var out []byte
		for piece := range slices.Chunk(b, 128) {
			out = append(append(out, byte(len(piece)-1)), piece...)
		}
		return out
	}
	return b
}

// literalLZW codes bytes one by one, with a clear code often enough that codes keep 9 bits.
func literalLZW(b []byte) (out []byte) {
	acc, have := uint32(0), uint(0)
	put := func(code uint32) {
		acc, have = acc<<9|code, have+9
		for ; have >= 8; have -= 8 {
			out = append(out, byte(acc>>(have-8)))
		}
	}
	for i, c := range b {
		if i%200 == 0 {
			put(256)
		}
		put(uint32(c))
	}
	put(257)
	if have > 0 {
		out = append(out, byte(acc<<(8-have)))
	}
	return out
}

// dir is the directory of the scan, with further tags.
func (s scan) dir(k *kit, more ...tag) ifd {
	d := ifd{
		{0x0100, tShort, []int{s.width}}, {0x0101, tShort, []int{s.height}}, {0x0102, tShort, []int{8}},
		{0x0103, tShort, []int{s.compression}}, {0x0106, tShort, []int{1}}, {0x0115, tShort, []int{1}},
		{0x011a, tRational, []int{300, 1}}, {0x011b, tRational, []int{300, 1}}, {0x0128, tShort, []int{2}},
	}
	var pieces strips
	if s.tiled {
		for y := 0; y < s.height; y += s.rows {
			for x := 0; x < s.width; x += s.rows {
				pieces = append(pieces, s.coded(s.pixels(x, x+s.rows, y, y+s.rows)))
			}
		}
		d = append(d, tag{0x0142, tShort, []int{s.rows}}, tag{0x0143, tShort, []int{s.rows}}, tag{0x0144, tLong, pieces}, tag{0x0145, tLong, lengths(pieces)})
	} else {
		for y := 0; y < s.height; y += s.rows {
			pieces = append(pieces, s.coded(s.pixels(0, s.width, y, min(y+s.rows, s.height))))
		}
		d = append(d, tag{0x0111, tLong, pieces}, tag{0x0116, tShort, []int{s.rows}}, tag{0x0117, tLong, lengths(pieces)})
	}
	k.stay(pieces[0])
	return sortedDir(append(d, more...))
}

// single is the directory of a picture in colour of one strip, which is a file of its own.
func single(compression, width, height int, strip []byte) ifd {
	return sortedDir(ifd{
		{0x0100, tShort, []int{width}}, {0x0101, tShort, []int{height}}, {0x0102, tShort, []int{8, 8, 8}}, {0x0103, tShort, []int{compression}}, {0x0106, tShort, []int{2}},
		{0x0111, tLong, strips{strip}}, {0x0115, tShort, []int{3}}, {0x0116, tShort, []int{height}}, {0x0117, tLong, []int{len(strip)}},
	})
}

func lengths(pieces [][]byte) (n []int) {
	for _, p := range pieces {
		n = append(n, len(p))
	}
	return n
}

func sortedDir(d ifd) ifd {
	slices.SortStableFunc(d, func(a, b tag) int { return a.id - b.id })
	return d
}

// tellingTags are tags that tell of device, person, place and time.
func tellingTags(k *kit, order byteOrder, prefix string) []tag {
	say := func(name string) string { return k.secret(prefix + "tiff-" + name) }
	attributes, elements := xmpIdentity(k, prefix)
	k.hide([]byte("2031:07:14 15:16:17"))
	return []tag{
		{0x010d, tASCII, say("document")}, {0x010e, tASCII, say("description")}, {0x010f, tASCII, say("make")}, {0x0110, tASCII, say("model")},
		{0x0131, tASCII, say("software")}, {0x0132, tASCII, "2031:07:14 15:16:17"}, {0x013b, tASCII, say("artist")}, {0x013c, tASCII, say("host")},
		{0x02bc, tByte, xmp(attributes, elements)}, {0x8298, tASCII, say("copyright")}, {0x83bb, tUndefined, iptc(k)}, {0x8649, tByte, photoshop(k, nil)[len("Photoshop 3.0\x00"):]},
		{0x8769, tLong, exifIFD(k, say)}, {0x8825, tLong, gpsIFD(k, order, say)}, {0x9999, tUndefined, []byte(say("unknown"))},
	}
}

var smallScan = scan{width: 40, height: 30, rows: 30, compression: plainTIFF}

// tiffs are the recipes of TIFF, bigTIFFs those of BigTIFF.
var tiffs = []recipe{
	{"plain", func(k *kit) []byte { return tiff(little, smallScan.dir(k)) }},
	{"words-ii", func(k *kit) []byte { return tiff(little, smallScan.dir(k, tellingTags(k, little, "")...)) }},
	{"words-mm", func(k *kit) []byte { // the directory lies in two sectors
		w := &tiffWriter{order: binary.BigEndian, lead: zeros(400)}
		return w.tiff(smallScan.dir(k, tellingTags(k, binary.BigEndian, "")...))
	}},
	{"no-room", func(k *kit) []byte { // in two sectors, and no value is as long as the directory
		return firstStrip(little, scan{width: 40, height: 36, rows: 36, compression: plainTIFF}.dir(k, tag{0x0131, tASCII, k.secret("software")}, tag{0x013b, tASCII, k.secret("artist")},
			tag{0x8825, tLong, ifd{{0x1d, tASCII, k.secret("gps-date")}}}, tag{0x9999, tLong, []int{0x31323334}}))
	}},
	{"pages", func(k *kit) []byte {
		var all []ifd
		for i := range 4 {
			s := scan{width: 30 + i, height: 20, rows: 7, compression: packBitsTIFF, seed: i}
			page := string(rune('a' + i))
			all = append(all, s.dir(k, tag{0x0129, tShort, []int{i, 4}}, tag{0x011d, tASCII, k.secret("page-" + page)}, tag{0x013b, tASCII, k.secret("by-" + page)},
				tag{0x010e, tASCII, k.secret("a rather long description of a page, so that there is room in it for a directory, and some more of it, and so on, until the value is longer than the directory itself, which has a dozen entries " + page)}))
		}
		return tiff(little, all...)
	}},
	{"tiles", func(k *kit) []byte {
		return tiff(binary.BigEndian, scan{width: 60, height: 40, rows: 16, compression: deflateTIFF, tiled: true}.dir(k, tag{0x0131, tASCII, k.secret("software")}))
	}},
	{"lzw", func(k *kit) []byte {
		return tiff(little, scan{width: 60, height: 40, rows: 16, compression: lzwTIFF}.dir(k, tag{0x0131, tASCII, k.secret("software")}))
	}},
	{"jpeg2000", func(k *kit) []byte {
		return tiff(little, single(34712, 16, 12, j2k(j2kComment(1, k.secret("comment of a strip")))))
	}},
	{"webp", func(k *kit) []byte {
		return tiff(little, single(50001, 48, 32, append(webp(lossless(48, 32, 1), riffChunk("EXIF", []byte(k.secret("exif of a strip")))), k.secret("behind a strip")...)))
	}},
	{"icc", func(k *kit) []byte {
		return tiff(little, smallScan.dir(k, tag{0x8773, tUndefined, iccProfile(k, "")}, tag{0x0131, tASCII, k.secret("software")}))
	}},
	{"previews", func(k *kit) []byte {
		small := scan{width: 10, height: 8, rows: 8, compression: plainTIFF, seed: 3}.dir(k, tag{0x00fe, tLong, []int{1}}, tag{0x013b, tASCII, k.secret("preview-artist")})
		return tiff(little, smallScan.dir(k, tag{0x014a, tLong, small}, tag{0x0131, tASCII, k.secret("software")}))
	}},
	{"jpeg", func(k *kit) []byte { return tiff(little, jpegScan(k)) }},
	{"geo", func(k *kit) []byte {
		k.hide([]byte{0, 0x40, 0x3d, 0x3c, 0x3b, 0x3a, 0x39, 0x38})
		return tiff(little, smallScan.dir(k, tag{0x830e, tDouble, doubles(0.5, 0.5, 0)}, tag{0x8482, tDouble, cat(doubles(0, 0, 0), []byte{0, 0x40, 0x3d, 0x3c, 0x3b, 0x3a, 0x39, 0x38}, doubles(48, 0))},
			tag{0x87af, tShort, []int{1, 1, 0, 1, 1024, 0, 1, 2}}, tag{0x87b1, tASCII, k.secret("geo-ascii")}))
	}},
	{"imagej", func(k *kit) []byte { // pictures behind one directory
		d := smallScan.dir(k, tag{0x010e, tASCII, "ImageJ=" + k.secret("version") + "\nimages=3\nslices=3\nloop=false\nInfo=" + k.secret("info") + "\n"}, tag{0xc697, tByte, []byte("IJIJ" + k.secret("labels"))})
		return cat(lastStrip(little, d), smallScan.pixels(0, 40, 100, 160))
	}},
	{"hiding", func(k *kit) []byte { // between directory and picture, in values, behind the end
		w := &tiffWriter{order: little, lead: []byte(k.secret("gap-before-directory") + "!!")}
		d := smallScan.dir(k, tag{0x0140, tShort, []int{1}}, tag{0x0150, tByte, []byte(k.secret("dot-range"))}, tag{0x0112, tByte, []byte{1}})
		b := w.tiff(d)
		return append(b, zeros(16)...)
	}},
	{"fax", func(k *kit) []byte { return fax(k, 1, 16, []byte("\xff\xff\x00\x10\x01")) }},
	{"fax-last-bit-first", func(k *kit) []byte { return fax(k, 2, 9, []byte("\xff\x01\x10\x00\x01")) }},
	{"of-another-kind", func(k *kit) []byte { // a palette of colours that are none, lengths of tiles of strips, curves that are text
		pixels := strips{smallScan.pixels(0, 39, 0, 30)}
		return tiff(little, ifd{
			{0x0100, tShort, []int{13}}, {0x0101, tShort, []int{30}}, {0x0102, tShort, []int{8, 8, 8}}, {0x0103, tShort, []int{1}}, {0x0106, tShort, []int{2}},
			{0x0111, tLong, pixels}, {0x0115, tShort, []int{3}}, {0x0116, tShort, []int{30}}, {0x0117, tLong, lengths(pixels)},
			{0x012d, tShort, wordsOf(k.secret("transfer-function"))}, {0x0140, tShort, wordsOf(k.secret("colour-map"))}, {0x0145, tShort, wordsOf(k.secret("tile-lengths"))},
		})
	}},
	{"palette", func(k *kit) []byte {
		return tiff(little, paletted{39, 30, 8, 8, plainTIFF, 0, false}.dir(wordsOf(k.secret("unused colours"))))
	}},
	{"palette-bits", func(k *kit) []byte {
		return tiff(little, paletted{39, 30, 8, 4, packBitsTIFF, 0, false}.dir(wordsOf(string(k.hide([]byte("CCAANNAARRYY!!"))))))
	}},
	{"palette-pages", func(k *kit) []byte { // that share one, letters doubled
		text := k.hide([]byte("CCAANNAARRYYooff  eeiigghhtt  bbiittss"))
		one, other := paletted{39, 30, 30, 8, lzwTIFF, 0, true}.dir(wordsOf(string(cat(zeros(16), text)))), paletted{39, 30, 30, 8, deflateTIFF, 8, false}.dir(nil)
		b := tiff(little, one, other)
		entry := []byte{0x40, 1, 3, 0, 0, 3, 0, 0}
		first, second := bytes.Index(b, entry), bytes.LastIndex(b, entry)
		copy(b[second+8:second+12], b[first+8:])
		return b
	}},
	{"palette-unseen", func(k *kit) []byte { // pixels that nobody follows
		k.odd = true
		d := paletted{39, 30, 30, 8, plainTIFF, 0, false}.dir([]int{0x1234, 0x2345})
		d[3].value = []int{50000}
		return tiff(little, d)
	}},
	{"palette-grey", func(k *kit) []byte { // of a picture that has none, with a curve that is none
		k.odd = true
		d := paletted{39, 30, 30, 8, plainTIFF, 0, false}.dir([]int{0x1234, 0x2345})
		d[4].value = []int{1}
		curve := make([]int, 256)
		curve[100] = 0x2345
		return tiff(little, sortedDir(append(d, tag{0x0123, tShort, curve})))
	}},
	{"slack", func(k *kit) []byte { // in the unused bytes of a short value
		b := tiff(little, smallScan.dir(k))
		i := bytes.Index(b, []byte{6, 1, 3, 0, 1, 0, 0, 0, 1, 0})
		copy(b[i+10:], "hi")
		return b
	}},
}

// paletted is a picture of colours 0 to 8 of a palette, in strips of rows; hidden stands in what
// other colours have of red. Its colours begin with first.
type paletted struct {
	width, height, rows      int
	bits, compression, first int
	predicted                bool
}

func (p paletted) dir(hidden []int) ifd {
	const used = 9
	var pieces strips
	for y := 0; y < p.height; y += p.rows {
		var b []byte
		for row := y; row < min(y+p.rows, p.height); row++ {
			w, last := bitWriter{}, 0
			for x := range p.width {
				v := p.first + (x/3+row/2)%used
				if w.bits(v-last, p.bits); p.predicted {
					last = v
				}
			}
			if w.n > 0 {
				w.bits(0, 8-w.n)
			}
			b = append(b, w.b...)
		}
		pieces = append(pieces, scan{compression: p.compression}.coded(b))
	}
	n := 1 << p.bits
	colours := make([]int, 3*n)
	for i := range used {
		for c := range 3 {
			colours[c*n+p.first+i] = (i*28 + c*50) % 256 * 257
		}
	}
	copy(colours[p.first+used:n], hidden)
	d := ifd{
		{0x0100, tShort, []int{p.width}}, {0x0101, tShort, []int{p.height}}, {0x0102, tShort, []int{p.bits}}, {0x0103, tShort, []int{p.compression}}, {0x0106, tShort, []int{3}},
		{0x0111, tLong, pieces}, {0x0115, tShort, []int{1}}, {0x0116, tShort, []int{p.rows}}, {0x0117, tLong, lengths(pieces)}, {0x0140, tShort, colours},
	}
	if p.predicted {
		d = append(d, tag{0x013d, tShort, []int{2}})
	}
	return sortedDir(d)
}

// wordsOf is a text as numbers of two bytes.
func wordsOf(text string) (out []int) {
	for pair := range slices.Chunk([]byte(text+strings.Repeat(" ", len(text)%2)), 2) {
		out = append(out, int(pair[0])|int(pair[1])<<8)
	}
	return out
}

// raws are raw pictures made of TIFF: samples of a sensor, and a note of the maker.
var raws = []recipe{
	{"raw-nikon", func(k *kit) []byte {
		edit := func(id int, body []byte) []byte { return cat(longs(id), zeros(14), longs(4+len(body)), body) }
		edits := cat([]byte{7, 0x32, 0xa4, 0x76, 0xa2, 0x17, 0xd4, 0x11, 0xa9, 0x0a, 0, 0xaa, 0, 0xb1, 0xc1, 0xb7, 1, 0, 6, 0, 0, 0},
			edit(0x1022_3344, []byte(k.secret("edited"))), k.stay(longs(0x76a43207)), zeros(14), k.stay(longs(6)), []byte{90, 0}, edit(0x5566_7788, []byte(k.secret("history"))))
		note := cat([]byte("Nikon\x00\x02\x10\x00\x00"), tiff(little, ifd{
			{0x000c, tRational, []int{450, 256, 330, 256, 256, 256, 256, 256}}, {0x001d, tASCII, string(k.hide([]byte("6028018")))},
			{0x0084, tASCII, k.secret("lens")}, {0x0091, tUndefined, []byte(k.secret("shot-info"))}, {0x0097, tUndefined, k.stay(cat([]byte("0100"), noisyData(32)))},
			{0x00a7, tLong, []int{0x0f8b4c}}, {0x00b0, tASCII, k.secret("unknown-to-us")}, {0x0e01, tUndefined, edits},
		}))
		k.hide([]byte{0x4c, 0x8b, 0x0f, 0})
		return k.sensor("NIKON CORPORATION", "NIKON D300S", note)
	}},
	{"raw-olympus", func(k *kit) []byte {
		w := &tiffWriter{order: little, b: []byte("OLYMPUS\x00II\x03\x00")}
		w.dir(ifd{
			{0x0209, tUndefined, []byte(k.secret("camera-id"))}, {0x0404, tASCII, k.secret("serial")}, {0x1011, tShort, []int{300, 1, 2, 3, 280, 4, 5, 6, 310}},
			{0x2010, tLong, ifd{{0x0100, tASCII, k.secret("camera-type")}, {0x0101, tASCII, k.secret("equipment-serial")}, {0x0202, tASCII, k.secret("lens-serial")}}},
			{0x2040, tLong, ifd{{0x0100, tShort, []int{440, 360}}, {0x0600, tShort, []int{64, 64, 64, 64}}}},
		})
		return k.sensor("OLYMPUS IMAGING CORP.", "E-420", w.b)
	}},
	{"raw-unknown", func(k *kit) []byte {
		k.odd = true
		return k.sensor("Kim's Cameras", "One", []byte("\x03\x00KIMS a note that nobody knows"))
	}},
	{"raw-sony", func(k *kit) []byte {
		return k.placed("SONY", "ILCE-7", "SONY DSC \x00\x00\x00", ifd{{0x2010, tUndefined, []byte(k.secret("enciphered-time"))}, {0x2031, tASCII, k.secret("serial")},
			{0x9050, tUndefined, []byte(k.secret("enciphered-serial"))}, {0xb001, tShort, []int{306}}, {0xb020, tASCII, k.secret("style")}})
	}},
	{"raw-samsung", func(k *kit) []byte {
		w := &tiffWriter{order: little}
		w.dir(ifd{{0x0001, tUndefined, []byte("0100")}, {0x0030, tASCII, k.secret("place")}, {0xa002, tASCII, k.secret("serial")}, {0xa005, tASCII, k.secret("lens-serial")},
			{0xa020, tLong, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}}, {0xa021, tLong, []int{8000, 4100, 4200, 6000}}})
		k.stay(longs(8000, 4100, 4200, 6000))
		return k.sensor("SAMSUNG", "NX300", w.b)
	}},
	{"raw-fuji", func(k *kit) []byte { // the note goes in several writes
		w := &tiffWriter{order: little, b: []byte("FUJIFILM\x0c\x00\x00\x00")}
		w.dir(ifd{{0x0010, tASCII, k.secret("internal-serial")}, {0x1000, tASCII, k.secret("quality") + string(bytes.Repeat([]byte("."), 900))}})
		return k.sensor("FUJIFILM", "FinePix S5Pro", w.b)
	}},
	{"raw-gaps", func(k *kit) []byte { // what an interrupted run leaves adjoins bytes of the note that nothing points at
		note := cat([]byte("Nikon\x00\x02\x10\x00\x00"), tiff(little, ifd{{0x0005, tASCII, k.secret("white-balance")}, {0x000c, tRational, []int{450, 256, 330, 256, 256, 256, 256, 256}}}), []byte(k.secret("hidden")))
		exif := ifd{{0x829a, tRational, []int{1, 125}}}
		for i := range 40 {
			exif = append(exif, tag{0x9101 + i, tASCII, k.secret("unknown")})
		}
		exif = append(exif, tag{0x927c, tUndefined, note}, tag{0x9286, tUndefined, []byte(k.secret("comment"))}, tag{0xa005, tLong, ifd{{1, tASCII, "R98"}}})
		return tiff(little, sortedDir(k.sensorDir("NIKON CORPORATION", "NIKON D70", tag{0x8769, tLong, exif}, tag{0x8825, tLong, ifd{{0, tByte, []byte{2, 2, 0, 0}}}})))
	}},
	{"raw-casio", func(k *kit) []byte {
		k.stay([]byte{0x2c, 1, 0xc8, 0})
		return k.placed("CASIO COMPUTER CO.,LTD.", "EX-Z750", "QVC\x00\x00\x00", ifd{{0x2001, tASCII, k.secret("time")}, {0x2011, tShort, []int{300, 200}}})
	}},
	{"raw-hasselblad", func(k *kit) []byte {
		k.stay([]byte("Hasselblad H3D-39"))
		return k.placed("Hasselblad", "Hasselblad H3D", "", ifd{{0x0011, tLong, []int{20}}, {0x0015, tASCII, "Hasselblad H3D-39"}, {0x0020, tASCII, k.secret("unit")}, {0x0045, tLong, []int{100}}})
	}},
	{"raw-kodak", func(k *kit) []byte {
		return k.sensor("EASTMAN KODAK COMPANY", "KODAK Z990", []byte("KDK INFO"+k.secret("serial")))
	}},
	{"raw-phaseone", func(k *kit) []byte {
		k.odd = true // what else the note holds is not known
		return k.phaseOne(1)
	}},
	{"raw-phaseone-date", func(k *kit) []byte {
		k.odd = true
		k.hide(longs(1371656661))
		return k.phaseOne(3)
	}},
	{"raw-dng", func(k *kit) []byte {
		opcodes := cat(be32(1), be32(9), be32(0x01030000), be32(0), be32(8), zeros(8))
		d := k.sensorDir("Canon", "Canon EOS 6D", tag{0xc612, tByte, []byte{1, 4, 0, 0}}, tag{0xc614, tASCII, "Canon EOS 6D"}, tag{0xc62f, tASCII, k.secret("serial")},
			tag{0xc621, tSRational, []int{7034, 10000, -804, 10000, -1014, 10000, -4420, 10000, 12564, 10000, 2058, 10000, -851, 10000, 1994, 10000, 5758, 10000}},
			tag{0xc628, tRational, []int{1, 2, 1, 1, 2, 3}}, tag{0xc634, tByte, []byte("Adobe\x00MakN" + k.secret("private"))}, tag{0xc65a, tShort, []int{21}},
			tag{0xc65d, tByte, []byte(k.secret("raw-unique"))}, tag{0xc68b, tASCII, k.secret("file-name.cr2")}, tag{0xc741, tUndefined, k.stay(opcodes)})
		return tiff(little, sortedDir(d))
	}},
}

// sensorDir is the directory of a raw picture.
func (k *kit) sensorDir(maker, model string, more ...tag) ifd {
	var pixels []byte
	for i := range 64 * 48 {
		pixels = append(pixels, byte(i*37), byte(i*i%13))
	}
	d := ifd{
		{0x00fe, tLong, []int{0}}, {0x0100, tShort, []int{64}}, {0x0101, tShort, []int{48}}, {0x0102, tShort, []int{16}}, {0x0103, tShort, []int{1}},
		{0x0106, tShort, []int{32803}}, {0x010f, tASCII, maker}, {0x0110, tASCII, model}, {0x0111, tLong, strips{k.stay(pixels)}}, {0x0115, tShort, []int{1}},
		{0x0116, tShort, []int{48}}, {0x0117, tLong, []int{len(pixels)}}, {0x0131, tASCII, k.secret("software")}, {0x0132, tASCII, string(k.hide([]byte("2031:07:14 15:16:17")))},
		{0x013b, tASCII, k.secret("artist")}, {0x828d, tShort, []int{2, 2}}, {0x828e, tByte, []byte{0, 1, 1, 2}},
	}
	k.stay([]byte(maker))
	k.stay([]byte(model))
	return append(d, more...)
}

// sensor is a raw picture with a maker's note.
func (k *kit) sensor(maker, model string, note []byte) []byte {
	return tiff(little, sortedDir(k.sensorDir(maker, model,
		tag{0x8769, tLong, ifd{{0x829a, tRational, []int{1, 125}}, {0x8827, tShort, []int{200}}, {0x9003, tASCII, string(k.hide([]byte("2031:07:14 15:16:18")))}, {0x927c, tUndefined, note}, {0xa431, tASCII, k.secret("body-serial")}}},
		tag{0x8825, tLong, gpsIFD(k, little, func(n string) string { return k.secret(n) })})))
}

// phaseOne is a raw picture of a form whose note comes first and holds the picture, beside a preview.
func (k *kit) phaseOne(form int) []byte {
	type field struct {
		tag, typ int
		data     []byte
	}
	note := func(head string, wide int, fields ...field) []byte {
		values, dir := cat([]byte(head), zeros(4)), longs(len(fields), 0)
		for _, f := range fields {
			if dir = append(dir, longs(f.tag)...); wide == 16 {
				dir = append(dir, longs(f.typ)...)
			}
			if dir = append(dir, longs(len(f.data))...); len(f.data) == 4 {
				dir = append(dir, f.data...)
				continue
			}
			dir = append(dir, longs(len(values))...)
			values = cat(values, f.data, zeros(-len(f.data)&3))
		}
		copy(values[8:], longs(len(values)))
		return append(values, dir...)
	}
	text := func(name string) []byte { return []byte(k.secret(name) + "\x00") }
	serial := append(k.hide([]byte("LD001055")), 0)
	pixels := k.stay(noisyData(2 * 64 * 48))
	at := longs(1371656661)
	whole := note("IIIICwaR", 16, field{0x0100, 4, longs(0)}, field{0x0102, 1, serial}, field{0x0106, 4, zeros(36)}, field{0x0107, 4, longs(0x3fc00000, 0x3f800000, 0x3fb00000)},
		field{0x0108, 4, longs(64)}, field{0x0109, 4, longs(48)}, field{0x010a, 4, longs(0)}, field{0x010b, 4, longs(0)}, field{0x010c, 4, longs(64)}, field{0x010d, 4, longs(48)},
		field{0x010e, 4, longs(form)}, field{0x010f, 2, pixels}, field{0x0110, 4, note("IIII\x01\x00\x00\x00", 12, field{0x0407, 0, serial})}, field{0x0112, 4, at}, field{0x0113, 4, k.hide([]byte{0xd8, 0xc9, 0xba, 0x0b})},
		field{0x0203, 1, text("back")}, field{0x0212, 4, at}, field{0x021d, 4, longs(0)}, field{0x0301, 1, k.stay([]byte("Credo 40, Factory Firmware: 1.01.4\x00"))}, field{0x0260, 1, text("unknown-text")}, field{0x0410, 1, text("body")}, field{0x0412, 1, text("lens")})
	exif := ifd{{0x9003, tASCII, string(k.hide([]byte("2031:07:14 15:16:18")))}, {0x927c, tUndefined, []byte{1, 2, 3, 4}}, {0xa420, tASCII, k.secret("unique")}}
	w := &tiffWriter{order: little, lead: whole}
	b := w.tiff(sortedDir(scan{width: 4, height: 4, rows: 4, compression: plainTIFF}.dir(k, tag{0x010f, tASCII, "Leaf"}, tag{0x0110, tASCII, "Credo 40"}, tag{0x8769, tLong, exif})))
	copy(b[bytes.Index(b, []byte{0x7c, 0x92, 7, 0})+4:], longs(len(whole), 8))
	return b
}

// placed is [kit.sensor] with a note whose offsets count from the start of the file.
func (k *kit) placed(maker, model, head string, d ifd) []byte {
	w := &tiffWriter{order: little, b: []byte(head)}
	w.dir(d)
	gap := bytes.Repeat([]byte{0xff}, len(w.b))
	file := k.sensor(maker, model, gap)
	at := bytes.Index(file, gap)
	w = &tiffWriter{order: little, b: append(zeros(at), head...)}
	w.dir(d)
	copy(file[at:], w.b[at:])
	return file
}

var bigTIFFs = []recipe{
	{"plain", func(k *kit) []byte { return (&tiffWriter{order: little, big: true}).tiff(smallScan.dir(k)) }},
	{"words-ii", func(k *kit) []byte {
		return (&tiffWriter{order: little, big: true}).tiff(smallScan.dir(k, tellingTags(k, little, "")...))
	}},
	{"words-mm", func(k *kit) []byte {
		return (&tiffWriter{order: binary.BigEndian, big: true, lead: zeros(100)}).tiff(smallScan.dir(k, tellingTags(k, binary.BigEndian, "")...), smallScan.dir(k, tag{0x013b, tASCII, k.secret("second-artist")}))
	}},
}

// fax is a white picture, a bit a row in one strip of T.6, that bytes follow that nothing points at.
func fax(k *kit, order, rows int, strip []byte) []byte {
	w := &tiffWriter{order: little, lead: cat(k.stay(strip), []byte(k.secret("behind-strip")))}
	return w.tiff(ifd{
		{0x0100, tShort, []int{40}}, {0x0101, tShort, []int{rows}}, {0x0102, tShort, []int{1}}, {0x0103, tShort, []int{4}}, {0x0106, tShort, []int{0}},
		{0x010a, tShort, []int{order}}, {0x0111, tLong, []int{8}}, {0x0115, tShort, []int{1}}, {0x0116, tShort, []int{rows}}, {0x0117, tLong, []int{len(strip)}},
	})
}

// firstStrip lays a picture out so that its strip is between the header and the directory.
func firstStrip(order byteOrder, d ifd) []byte {
	i := slices.IndexFunc(d, func(t tag) bool { return t.id == 0x0111 })
	w := &tiffWriter{order: order, lead: d[i].value.(strips)[0]}
	d[i].value = []int{8}
	return w.tiff(d)
}

// lastStrip lays a picture out so that its strip is the end of the file.
func lastStrip(order byteOrder, d ifd) []byte {
	i := slices.IndexFunc(d, func(t tag) bool { return t.id == 0x0111 })
	pixels := d[i].value.(strips)[0]
	d[i].value = []int{0x7fff}
	b := tiff(order, d)
	at := bytes.Index(b, order.AppendUint32(order.AppendUint32(order.AppendUint16(order.AppendUint16(nil, 0x0111), tLong), 1), 0x7fff))
	order.PutUint32(b[at+8:], uint32(len(b)))
	return append(b, pixels...)
}

// jpegScan is a picture coded as JPEG with a comment in its strip, and tables apart from it
// that hold one too.
func jpegScan(k *kit) ifd {
	var coded bytes.Buffer
	if err := jpeg.Encode(&coded, smallScan.gray(), nil); err != nil {
		panic(err)
	}
	strip, tables := coded.Bytes()[2:], []byte{0xff, 0xd8}
	var rest []byte
	for strip[1] != 0xda {
		n := 2 + int(binary.BigEndian.Uint16(strip[2:]))
		if strip[1] == 0xdb || strip[1] == 0xc4 {
			tables = append(tables, strip[:n]...)
		} else {
			rest = append(rest, strip[:n]...)
		}
		strip = strip[n:]
	}
	tables = cat(tables, segment(0xfe, []byte(k.secret("tables-comment"))), []byte{0xff, 0xd9})
	k.stay(strip)
	piece := cat([]byte{0xff, 0xd8}, segment(0xfe, []byte(k.secret("strip-comment"))), rest, strip)
	return ifd{
		{0x0100, tShort, []int{40}}, {0x0101, tShort, []int{30}}, {0x0102, tShort, []int{8}}, {0x0103, tShort, []int{jpegTIFF}}, {0x0106, tShort, []int{1}},
		{0x0111, tLong, strips{piece}}, {0x0115, tShort, []int{1}}, {0x0116, tShort, []int{30}}, {0x0117, tLong, []int{len(piece)}}, {0x015b, tUndefined, tables},
	}
}

// gray is the scan for Go's encoders.
func (s scan) gray() image.Image {
	m := image.NewGray(image.Rect(0, 0, s.width, s.height))
	for i := range m.Pix {
		m.Pix[i] = byte(i%s.width*3 + i/s.width*2)
	}
	return m
}

func doubles(all ...float64) (b []byte) {
	for _, v := range all {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return b
}
