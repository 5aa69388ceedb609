package samples

// bdmvFile is a file of the folder BDMV: a head, and blocks behind each other.
func bdmvFile(magic string, blocks ...[]byte) []byte {
	var at, body []byte
	for i, b := range blocks {
		if i > 0 && b == nil {
			at = append(at, zeros(4)...)
			continue
		}
		if i > 0 {
			at = append(at, be32(40+len(body))...)
		}
		body = cat(body, be32(len(b)), b)
	}
	return cat([]byte(magic), at, zeros(32-len(at)), body)
}

// bdmvExtension is the block of an extension that a camera writes: a head, and blocks.
func bdmvExtension(magic string, blocks ...[]byte) []byte {
	data := bdmvFile(magic+"0100", blocks...)
	return cat(be32(24), zeros(3), []byte{1}, be16(0x1000), be16(0x0100), be32(24), be32(len(data)), data)
}

var bdmvCamera = cat(be16(0x0108), be16(0x1234)) // Sony, and a model

// bdmvPrivate is what belongs to the maker alone.
func (k *kit) bdmvPrivate(name string) []byte {
	secret := []byte(k.secret(name))
	return cat(be32(28), zeros(3), []byte{1}, bdmvCamera, be32(28), be32(len(secret)), zeros(8), secret)
}

// bdmvWhen is a zone of time, and a moment in decimal digits.
func (k *kit) bdmvWhen() []byte { return k.hide([]byte("\x1e\x20\x31\x11\x29\x22\x47\x13")) }

// bdmvName is the code of its letters, the length of a name, and the name.
func bdmvName(s string, n int) []byte { return cat([]byte{0x90, byte(len(s))}, field(s, n)) }

func (k *kit) bdmvIndex(camera bool) []byte {
	var more []byte
	title := func(object int) []byte { return cat(be32(0x40000000), be16(0), be16(object), zeros(4)) }
	if camera {
		app := cat(bdmvCamera, field(k.secret("maker-area"), 32), zeros(2), be16(0xffff), k.bdmvWhen(), zeros(1), bdmvName(k.secret("card"), 255), zeros(4))
		more = bdmvExtension("IDEX", app, cat(be16(1), []byte("00000")), k.bdmvPrivate("index-private"))
	}
	user := zeros(32)
	if camera {
		user = field(k.secret("user-data"), 32)
	}
	return bdmvFile("INDX0100", cat([]byte{0, 0x44}, user), cat(title(0xffff), title(0xffff), be16(1), title(0)), more)
}

func bdmvObjects() []byte {
	play := cat(be32(0x21810000), zeros(8)) // playlist 0
	return bdmvFile("MOBJ0100", cat(zeros(4), be16(1), be16(0x8000), be16(1), play), nil)
}

func (k *kit) bdmvPlaylist(camera bool) []byte {
	entry := func(pid int, attributes string) []byte {
		return cat([]byte{9, 1}, be16(pid), zeros(6), []byte{byte(len(attributes))}, []byte(attributes))
	}
	streams := cat(zeros(2), []byte{1, 1}, zeros(5+5), entry(0x1011, "\x1b\x44\x00\x00\x00"), entry(0x1100, "\x81\x31eng"))
	item := cat([]byte("00000M2TS"), be16(1), zeros(1), be32(45000), be32(450000), zeros(8+4), be16(len(streams)), streams)
	var more []byte
	if camera {
		meta := cat(bdmvCamera, zeros(4), be16(0xffff), k.bdmvWhen(), zeros(1), bdmvName(k.secret("playlist"), 255))
		mark := cat(bdmvCamera, zeros(4), be16(0), k.bdmvWhen(), bdmvName("", 24)[:2], field(k.secret("mark"), 24), field(k.secret("maker"), 16), zeros(4+2))
		more = bdmvExtension("PLEX", meta, cat(be16(1), mark), k.bdmvPrivate("Zurich-47.37N"))
	}
	return bdmvFile("MPLS0100", cat([]byte{0, 1}, zeros(12)), cat(zeros(2), be16(1), be16(0), be16(len(item)), item),
		cat(be16(1), []byte{0, 1}, be16(0), be32(45000), be16(0xffff), zeros(4)), more)
}

func (k *kit) bdmvClip(camera bool) []byte {
	reserved, name := zeros(128), zeros(25)
	var more []byte
	if camera {
		reserved, name = field(k.secret("clip-reserved"), 128), field(k.secret("stream-name"), 25)
		more = bdmvExtension("CLEX", bdmvCamera, zeros(4), k.bdmvPrivate("serial-0042"))
	}
	info := cat(zeros(2), []byte{1, 1}, zeros(4), be32(3000000), be32(64), reserved, be16(30), []byte("\x80HDMV"), name)
	sequence := cat([]byte{0, 1}, be32(0), []byte{1, 0}, be16(0x1001), be32(0), be32(45000), be32(450000))
	program := cat([]byte{0, 1}, be32(0), be16(0x100), []byte{2, 0}, be16(0x1011), []byte{5, 0x1b, 0x44, 0x30, 0, 0}, be16(0x1100), []byte{5, 0x81, 0x31}, []byte("eng"))
	points := cat(be16(1), []byte{0, 1}, be16(0x1011), []byte{0, 4, 0, 4, 0, 1}, be32(14), be32(12), be32(10), be32(0), be32(0x2000))
	return bdmvFile("HDMV0100", info, sequence, program, points, []byte{}, more)
}

var bdmvs = []recipe{
	{"index", func(k *kit) []byte { return k.bdmvIndex(false) }},
	{"index-of-a-camera", func(k *kit) []byte { return k.bdmvIndex(true) }},
	{"objects", func(k *kit) []byte { return bdmvObjects() }},
	{"playlist", func(k *kit) []byte { return k.bdmvPlaylist(false) }},
	{"playlist-of-a-camera", func(k *kit) []byte { return k.bdmvPlaylist(true) }},
	{"clip", func(k *kit) []byte { return k.bdmvClip(false) }},
	{"clip-of-a-camera", func(k *kit) []byte { return k.bdmvClip(true) }},
	{"identity", func(k *kit) []byte {
		return cat([]byte("BDID0100"), be32(40), zeros(28), k.hide([]byte("\x5a\x13\x37\x42")), field(k.secret("disc"), 16))
	}},
	{"red-star", func(k *kit) []byte { return append(k.bdmvClip(false), k.hide(RedStarTrailer("8295FF513293A"))...) }},
}

// dvdTables are sectors of tables of a DVD. The first one says where the others are.
func dvdTables(id string, pointers map[int]int, first []byte, others ...[]byte) []byte {
	b := field(id, sectorOfDVD)
	copy(b[12:], zeros(sectorOfDVD))
	copy(b[0x0f:], []byte{byte(2*len(others) + 4)})
	copy(b[0x1f:], []byte{byte(len(others))})
	copy(b[0x21:], []byte{0x11})
	copy(b[0x82:], be16(0x3ff))
	copy(b[0x40:], first)
	for at, n := range pointers {
		copy(b[at:], be32(n))
	}
	for _, o := range others {
		b = cat(b, o, zeros(sectorOfDVD-len(o)))
	}
	return b
}

const sectorOfDVD = 2048

// dvdTitles is a table of one title: in which set it is, and where that begins.
var dvdTitles = cat(be16(1), zeros(2), be32(19), []byte{0x3c, 1}, be16(1), be16(0), []byte{1, 1}, be32(30))

// dvdCells is a table of one cell: the sectors in which its pictures lie.
var dvdCells = cat(be16(1), zeros(2), be32(19), be16(1), []byte{1, 0}, be32(0), be32(0x1f))

var dvds = []recipe{
	{"plain", func(k *kit) []byte { return dvdTables("DVDVIDEO-VMG", map[int]int{0xc4: 1}, nil, dvdTitles) }},
	{"texts", func(k *kit) []byte {
		names := cat([]byte(k.secret("disc")), zeros(1+2), be16(1), be32(99), []byte("en"), zeros(2), be32(28), field(k.secret("title"), 72))
		b := dvdTables("DVDVIDEO-VMG", map[int]int{0xc4: 1, 0xd4: 2, 0xd8: 3}, []byte(k.secret("provider")), dvdTitles, names, dvdCells)
		copy(b[0x60:], k.hide([]byte("POS-4711")))
		copy(b[0xe4:], k.secret("reserved"))
		return b
	}},
	{"set", func(k *kit) []byte {
		b := dvdTables("DVDVIDEO-VTS", map[int]int{0xc8: 1}, []byte(k.secret("reserved")), cat(be16(1), zeros(2), be32(15), be32(12), be16(1), be16(1)))
		copy(b[0x88:], k.secret("more"))
		return b
	}},
}
