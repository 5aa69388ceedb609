package samples

import (
	"fmt"
	"math"
)

// colours are the pixels of a picture in three bytes each, row after row.
func colours(width, height int) (b []byte) {
	pic := Picture(width, height, 4)
	for y := range height {
		for x := range width {
			red, green, blue, _ := pic.At(x, y).RGBA()
			b = append(b, byte(red>>8), byte(green>>8), byte(blue>>8))
		}
	}
	return b
}

// runsOf is bytes in runs: runs of one byte behind a length, as far as they go.
func runsOf(b []byte, mark, most int, single func(byte) bool) (out []byte) {
	for len(b) > 0 {
		n := 1
		for n < len(b) && n < most && b[n] == b[0] {
			n++
		}
		if n > 1 || !single(b[0]) {
			out = append(out, byte(mark+n))
		}
		out = append(out, b[0])
		b = b[n:]
	}
	return out
}

func qoiOf(width, height int) []byte {
	b := cat([]byte("qoif"), be32(width), be32(height), []byte{3, 0})
	px := colours(width, height)
	for i := 0; i < len(px); i += 3 {
		n := 0
		for i > 0 && n < 62 && i < len(px) && string(px[i:i+3]) == string(px[i-3:i]) {
			n, i = n+1, i+3
		}
		if n > 0 {
			b, i = append(b, byte(0xc0+n-1)), i-3
			continue
		}
		b = append(b, 0xfe, px[i], px[i+1], px[i+2])
	}
	return cat(b, zeros(7), []byte{1})
}

var qois = []recipe{
	{"plain", func(k *kit) []byte { return qoiOf(40, 30) }},
	{"trailer", func(k *kit) []byte { return append(qoiOf(40, 30), k.secret("behind the end mark")...) }},
}

func pcxOf(depth, planes int, few, reserved string) []byte {
	const width, height = 40, 30
	b := cat([]byte{10, 5, 1, byte(depth)}, le16(0), le16(0), le16(width-1), le16(height-1), le16(96), le16(96), field(few, 48), []byte{0, byte(planes)},
		le16(width*depth/8), le16(1), le16(0), le16(0), field(reserved, 54))
	px := colours(width, height)
	for y := range height {
		for c := range planes {
			var row []byte
			for x := range width {
				row = append(row, px[3*(y*width+x)+c])
			}
			b = append(b, runsOf(row, 0xc0, 63, func(c byte) bool { return c < 0xc0 })...)
		}
	}
	return b
}

var pcxs = []recipe{
	{"plain", func(k *kit) []byte { return pcxOf(8, 3, "", "") }},
	{"words", func(k *kit) []byte {
		return cat(pcxOf(8, 3, k.secret("palette of sixteen"), k.secret("filler")), []byte(k.secret("behind")))
	}},
	{"palette", func(k *kit) []byte {
		colours := filled(768, 9)
		copy(colours, k.hide([]byte("CANARY in colours that no pixel has")))
		return cat(pcxOf(8, 1, "", ""), []byte{12}, colours)
	}},
}

// tgaOf is a Targa picture; runs packs its pixels.
func tgaOf(id string, runs bool) []byte {
	const width, height = 40, 30
	kind, px := byte(2), colours(width, height)
	if runs {
		kind = 10
		var out []byte
		for i := 0; i < len(px); i += 3 {
			n := 1
			for n < 128 && i+3 < len(px) && string(px[i:i+3]) == string(px[i+3:i+6]) {
				n, i = n+1, i+3
			}
			out = append(out, byte(0x80+n-1), px[i], px[i+1], px[i+2])
		}
		px = out
	}
	return cat([]byte{byte(len(id)), 0, kind}, zeros(5), le16(0), le16(0), le16(width), le16(height), []byte{24, 0x20}, []byte(id), px)
}

// tgaMore is an extension area with a stamp, an area of a developer, and a footer.
func tgaMore(k *kit, at int) []byte {
	const size = 495
	stamp := cat([]byte{8, 8}, filled(192, 7), []byte(k.secret("stamp")))
	area := cat(le16(size), field(k.secret("author"), 41), field(k.secret("comments"), 324), k.hide(cat(le16(7), le16(14), le16(2031), le16(15), le16(16), le16(17))),
		field(k.secret("job"), 41), zeros(6), field(k.secret("software"), 41), zeros(3), zeros(4), zeros(4), zeros(4), le32(0), le32(at+size), le32(0), []byte{0})
	maker := []byte(k.secret("developer"))
	return cat(area, stamp, maker, le32(at), le32(at+size+len(stamp)), []byte("TRUEVISION-XFILE.\x00"))
}

// tgaMapped is a Targa picture of colours 0 to 8 of a map of some entries, each of bits; last
// stands in the others. Of kind 2 it uses none of them.
func tgaMapped(kind byte, entries, bits int, last []byte) []byte {
	const width, height, used = 40, 30, 9
	var colours, px []byte
	for i := range entries {
		entry := []byte{byte(i * 28), byte(255 - i*28), byte(i * 9), byte(255 - i)}[:(bits+7)/8]
		if i >= used || kind == 2 {
			copy(entry, zeros(4))
			last = last[copy(entry, last):]
		}
		colours = append(colours, entry...)
	}
	depth := byte(8)
	for i := range width * height {
		switch kind {
		case 2:
			depth, px = 24, append(px, byte(i), byte(i/width), byte(i*5))
		case 9:
			px = append(px, 0x80, byte(i/7%used))
		default:
			px = append(px, byte(i/7%used))
		}
	}
	return cat([]byte{0, 1, kind}, le16(0), le16(entries), []byte{byte(bits)}, le16(0), le16(0), le16(width), le16(height), []byte{depth, 0x20}, colours, px)
}

var tgas = []recipe{
	{"plain", func(k *kit) []byte { return tgaOf("", false) }},
	{"words", func(k *kit) []byte {
		b := tgaOf(k.secret("identification"), false)
		return cat(b, tgaMore(k, len(b)), []byte(k.secret("behind")))
	}},
	{"runs", func(k *kit) []byte {
		b := tgaOf(k.secret("identification"), true)
		return cat(b, tgaMore(k, len(b)))
	}},
	{"palette", func(k *kit) []byte { return tgaMapped(1, 256, 24, []byte(k.secret("unused colours"))) }},
	{"palette-alpha", func(k *kit) []byte { return tgaMapped(1, 40, 32, []byte(k.secret("unused colours"))) }},
	{"palette-runs", func(k *kit) []byte { return tgaMapped(9, 64, 16, []byte(k.secret("unused colours"))) }},
	{"palette-of-none", func(k *kit) []byte { return tgaMapped(2, 64, 24, []byte(k.secret("colours of none"))) }},
}

func ddsOf(reserved, fourCC string, pixels []byte) []byte {
	format := cat(le32(32), le32(4), field(fourCC, 4), zeros(20))
	if fourCC == "" {
		format = cat(le32(32), le32(0x40), zeros(4), le32(32), le32(0xff0000), le32(0xff00), le32(0xff), zeros(4))
	}
	return cat([]byte("DDS "), le32(124), le32(0x1007), le32(16), le32(16), zeros(12), field(reserved, 44), format, le32(0x1000), zeros(16), pixels)
}

var ddss = []recipe{
	{"plain", func(k *kit) []byte { return ddsOf("", "", filled(1024, 90)) }},
	{"words", func(k *kit) []byte { return ddsOf(k.secret("reserved"), "DXT1", filled(128, 90)) }},
}

var pnms = []recipe{
	{"plain", func(k *kit) []byte { return cat([]byte("P6\n40 30\n255\n"), colours(40, 30)) }},
	{"comments", func(k *kit) []byte {
		return cat([]byte("P6\n# "+k.secret("first")+"\n40 #"+k.secret("second")+"\n30\n255\n"), colours(40, 30), []byte(k.secret("behind")))
	}},
	{"pam", func(k *kit) []byte {
		return cat([]byte("P7\n#"+k.secret("comment")+"\nWIDTH 40\nHEIGHT 30\nDEPTH 3\nMAXVAL 255\nTUPLTYPE RGB\nENDHDR\n"), colours(40, 30))
	}},
	{"numbers", func(k *kit) []byte {
		b := []byte("P2\n#" + k.secret("comment") + "\n8 8\n15\n")
		for i := range 64 {
			b = fmt.Appendf(b, "%d\n", i%16)
		}
		return b
	}},
	{"pfm", func(k *kit) []byte { return cat([]byte("Pf\n4 4\n-1.0\n"), filled(64, 62)) }},
}

// hdrOf is a Radiance picture with lines in its header.
func hdrOf(lines string) []byte {
	const width, height = 40, 30
	b := []byte("#?RADIANCE\n" + lines + "FORMAT=32-bit_rle_rgbe\n\n-Y 30 +X 40\n")
	px := colours(width, height)
	for y := range height {
		b = append(b, 2, 2, 0, width)
		for c := range 3 {
			b = append(b, width)
			for x := range width {
				b = append(b, px[3*(y*width+x)+c])
			}
		}
		b = append(b, 128+width, 128)
	}
	return b
}

var hdrs = []recipe{
	{"plain", func(k *kit) []byte { return hdrOf("EXPOSURE=1.5\n") }},
	{"words", func(k *kit) []byte {
		return append(hdrOf("# "+k.secret("comment")+"\nSOFTWARE="+k.secret("software")+"\nrpict -vp "+k.secret("command")+"\nCAPDATE= 2031:07:14 "+k.secret("date")+
			"\nMYLINE="+k.secret("unknown")+"\nPIXASPECT= 1\n"), k.secret("behind")...)
	}},
}

func exrAttribute(name, kind string, value []byte) []byte {
	return cat([]byte(name+"\x00"+kind+"\x00"), le32(len(value)), value)
}

func float(v float64) []byte { return le32(int(math.Float32bits(float32(v)))) }

// exrOf is an OpenEXR picture of greys in rows that are not packed; gap stands before the last row.
func exrOf(gap string, more ...[]byte) []byte {
	const width, height = 16, 8
	window := cat(le32(0), le32(0), le32(width-1), le32(height-1))
	b := cat([]byte("\x76\x2f\x31\x01"), le32(2), exrAttribute("channels", "chlist", cat([]byte("Y\x00"), le32(2), zeros(4), le32(1), le32(1), zeros(1))),
		exrAttribute("compression", "compression", zeros(1)), exrAttribute("dataWindow", "box2i", window), exrAttribute("displayWindow", "box2i", window),
		exrAttribute("lineOrder", "lineOrder", zeros(1)), exrAttribute("pixelAspectRatio", "float", float(1)), cat(more...),
		exrAttribute("screenWindowCenter", "v2f", zeros(8)), exrAttribute("screenWindowWidth", "float", float(1)), zeros(1))
	at := len(b) + 8*height
	var rows []byte
	for y := range height {
		if y == height-1 {
			rows = append(rows, gap...)
		}
		b = append(b, cat(le32(at+len(rows)), zeros(4))...)
		rows = append(rows, cat(le32(y), le32(4*width))...)
		for x := range width {
			rows = append(rows, float(float64(x+y)/30)...)
		}
	}
	return append(b, rows...)
}

var exrs = []recipe{
	{"plain", func(k *kit) []byte { return exrOf("") }},
	{"words", func(k *kit) []byte {
		return append(exrOf(k.secret("gap"), exrAttribute("owner", "string", []byte(k.secret("owner"))), exrAttribute("capDate", "string", []byte("2031:07:14 "+k.secret("date"))),
			exrAttribute("longitude", "float", k.hide([]byte("CNRY"))), exrAttribute(k.secret("name"), "blob", []byte(k.secret("value"))),
			exrAttribute("preview", "preview", cat(le32(2), le32(1), k.hide([]byte("CNRYpict"))))), k.secret("behind")...)
	}},
	{"name", func(k *kit) []byte {
		return exrOf("", exrAttribute("name", "string", []byte(k.secret("part"))), exrAttribute("view", "string", []byte(k.secret("view"))), exrAttribute("wrapmodes", "string", k.stay([]byte("clamp,mirror"))))
	}},
}

func djvuChunk(id string, data []byte) []byte {
	return cat([]byte(id), be32(len(data)), data, zeros(len(data)&1))
}

func djvuOf(chunks ...[]byte) []byte {
	info := djvuChunk("INFO", []byte{0, 64, 0, 48, 24, 0, 100, 0, 22, 1})
	photo := djvuChunk("BGjp", cat([]byte{0xff, 0xd8}, scene(64, 48, 3)))
	return cat([]byte("AT&T"), djvuChunk("FORM", cat([]byte("DJVU"), info, cat(chunks...), photo)))
}

var djvus = []recipe{
	{"plain", func(k *kit) []byte { return djvuOf() }},
	{"colours", func(k *kit) []byte { return djvuOf(k.stay(djvuChunk("FGbz", []byte{0, 0, 2, 0, 0, 0, 200, 40, 60}))) }},
	{"colours-of-words", odd(func(k *kit) []byte { return djvuOf(djvuChunk("FGbz", []byte("\x00\x00\x05Tanja Beispiel."))) })},
	{"words", func(k *kit) []byte {
		return append(djvuOf(djvuChunk("ANTa", []byte(`(metadata (Author "`+k.secret("author")+`"))`)), djvuChunk("TXTz", []byte(k.secret("text"))),
			djvuChunk("CIDa", []byte(k.secret("id"))), djvuChunk("XXXX", []byte(k.secret("unknown")))), k.secret("behind")...)
	}},
}
