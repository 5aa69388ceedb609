package samples

// bitmap is a bitmap of Windows or OS/2, in colours of Picture.
type bitmap struct {
	head          int // length of the header
	width, height int
	depth, packed int
	colours       int    // entries of the palette that are used; all are there
	pad           []byte // what fills rows up, over and over
	pixels        []byte // coded; nil: made
	icon          bool
}

// rows returns the rows of the pixels, each of whole words.
func (m bitmap) rows() (out []byte) {
	pic, at := Picture(m.width, m.height, 3), 0
	for y := m.height - 1; y >= 0; y-- {
		w := bitWriter{}
		for x := range m.width {
			r, g, b, _ := pic.At(x, y).RGBA()
			switch m.depth {
			case 32:
				w.bits(255, 0)
				w.b = append(w.b, byte(b>>8), byte(g>>8), byte(r>>8), 255)
			case 24:
				w.b = append(w.b, byte(b>>8), byte(g>>8), byte(r>>8))
			case 16:
				v := int(r>>11)<<10 | int(g>>11)<<5 | int(b>>11)
				w.b = append(w.b, byte(v), byte(v>>8))
			default:
				w.bits(int(g>>8)*m.colours/256, m.depth)
			}
		}
		if n := w.n; n > 0 {
			w.bits(0, 8-n)
		}
		for len(w.b)%4 > 0 {
			c := byte(0)
			if len(m.pad) > 0 {
				c = m.pad[at%len(m.pad)]
				at++
			}
			w.b = append(w.b, c)
		}
		out = append(out, w.b...)
	}
	return out
}

// info is the header, with what follows its first 40 bytes.
func (m bitmap) info(more ...[]byte) []byte {
	if m.head == 12 {
		return cat(le32(12), le16(m.width), le16(m.height), le16(1), le16(m.depth))
	}
	height, length := m.height, 0
	if m.icon {
		height *= 2
	}
	if m.pixels != nil {
		length = len(m.pixels)
	}
	return field(string(cat(le32(m.head), le32(m.width), le32(height), le16(1), le16(m.depth), le32(m.packed), le32(length),
		le32(2835), le32(2835), le32(0), le32(0), cat(more...))), m.head)
}

// palette has greys for the colours that are used and last for the others.
func (m bitmap) palette(last []byte) (b []byte) {
	if m.depth > 8 {
		return nil
	}
	for i := range 1 << m.depth {
		v := byte(i * 255 / max(1, m.colours-1))
		entry := []byte{v, v, v, 0}
		if i >= m.colours {
			entry = []byte{0, 0, 0, 0}
			copy(entry, last)
			last = last[min(len(last), 4):]
		}
		if m.head == 12 {
			entry = entry[:3]
		}
		b = append(b, entry...)
	}
	return b
}

// file is the bitmap with a file header; gap stands before the pixels, tail behind them.
func (m bitmap) file(reserved string, info, palette, gap, tail []byte) []byte {
	pixels := m.pixels
	if pixels == nil {
		pixels = m.rows()
	}
	start := 14 + len(info) + len(palette) + len(gap)
	return cat([]byte("BM"), le32(start+len(pixels)+len(tail)), field(reserved, 4), le32(start), info, palette, gap, pixels, tail)
}

var truecolour = bitmap{head: 40, width: 33, height: 24, depth: 24}

// v5 is what follows the first 40 bytes of such a header.
func v5(space string, more ...[]byte) []byte {
	return cat(le32(0x7c00), le32(0x3e0), le32(0x1f), le32(0), []byte(space), zeros(48), le32(4), cat(more...))
}

// rle is rows packed into runs, the last with an odd run of its own colours.
func rle(width, height int, odd byte) (b []byte) {
	for y := range height {
		b = append(b, byte(width-3), byte(y%4), 0, 3, 1, 2, 3, odd, 0, 0)
	}
	return append(b[:len(b)-2], 0, 0, 0, 1)
}

var bmps = []recipe{
	{"plain", func(k *kit) []byte { return truecolour.file("", truecolour.info(), nil, nil, nil) }},
	{"os2", func(k *kit) []byte {
		m := bitmap{head: 12, width: 33, height: 20, depth: 8, colours: 256}
		return m.file("", m.info(), m.palette(nil), nil, nil)
	}},
	{"gaps", func(k *kit) []byte {
		m := truecolour
		m.pad = []byte("a word between rows")
		k.hide([]byte("CNRY"))
		return cat(m.file("CNRY", m.info(), nil, []byte(k.secret("before the pixels")), nil), []byte(k.secret("behind")))
	}},
	{"palette", func(k *kit) []byte {
		m := bitmap{head: 40, width: 30, height: 20, depth: 4, colours: 9}
		return m.file("", m.info(), m.palette([]byte(k.secret("unused colours"))), nil, []byte("\x00\x00"))
	}},
	{"profile", func(k *kit) []byte {
		m := bitmap{head: 124, width: 33, height: 20, depth: 16, packed: 3}
		profile := iccProfile(k, "")
		return m.file("", m.info(v5("DEBM", le32(124+68*20), le32(len(profile)))), nil, nil, profile)
	}},
	{"linked-profile", func(k *kit) []byte {
		m := bitmap{head: 124, width: 33, height: 20, depth: 16, packed: 3}
		path := []byte(`C:\Users\` + k.secret("path") + `\monitor.icm` + "\x00")
		return m.file("", m.info(v5("KNIL", le32(124), le32(len(path)))), nil, path, nil)
	}},
	{"runs", func(k *kit) []byte {
		m := bitmap{head: 40, width: 30, height: 20, depth: 8, packed: 1, colours: 4}
		m.pixels = rle(30, 20, 'K')
		return m.file("", m.info(), m.palette(nil), nil, nil)
	}},
	{"twice", func(k *kit) []byte {
		k.odd = true
		b := truecolour.file("", truecolour.info(), nil, nil, nil)
		return cat(b, b)
	}},
	{"trailer-red-star", func(k *kit) []byte {
		return append(truecolour.file("", truecolour.info(), nil, nil, nil), redStar(k, "AC9A58CDZ364C")...)
	}},
}

// icons lists pictures that follow their list at once; kind is 1 for icons, 2 for cursors.
func icons(kind int, gap []byte, pictures ...[]byte) []byte {
	b := cat(le16(0), le16(kind), le16(len(pictures)))
	off := 6 + 16*len(pictures)
	for _, p := range pictures {
		spot, side := cat(le16(1), le16(32)), 16
		if kind == 2 {
			spot = cat(le16(3), le16(5))
		}
		if p[0] == 0x89 {
			side = 64
		}
		b = append(b, cat([]byte{byte(side), byte(side), 0, 0}, spot, le32(len(p)), le32(off))...)
		off += len(p) + len(gap)
	}
	for _, p := range pictures {
		b = append(b, cat(p, gap)...)
	}
	return b[:len(b)-len(gap)]
}

// iconBitmap is a bitmap with the mask that icons have.
func iconBitmap(depth int, pad string) []byte {
	m := bitmap{head: 40, width: 16, height: 16, depth: depth, colours: 1 << min(depth, 8), icon: true}
	mask := bitmap{width: 16, height: 16, depth: 1, colours: 2, pad: []byte(pad)}
	return cat(m.info(), m.palette(nil), m.rows(), mask.rows())
}

func iconPNG(chunks ...[]byte) []byte {
	head, rest := pngPicture(64, 64, 2)
	return cat(head, cat(chunks...), rest)
}

var icos = []recipe{
	{"plain", func(k *kit) []byte { return icons(1, nil, iconBitmap(32, ""), iconBitmap(8, ""), iconPNG()) }},
	{"cursor", func(k *kit) []byte { return icons(2, nil, iconBitmap(4, "")) }},
	{"words", func(k *kit) []byte {
		return cat(icons(1, []byte(k.secret("between the pictures")), iconBitmap(32, "a word in the mask"), iconPNG(pngChunk("tEXt", []byte("Author\x00"+k.secret("author"))))),
			[]byte(k.secret("behind")))
	}},
}
