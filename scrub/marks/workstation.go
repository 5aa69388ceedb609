package marks

import "fmt"

// canonVRD recognises the recipe of Canon Digital Photo Professional: a header
// of 28 bytes, data, and a footer of 64, both of which begin alike and say how
// long the data is.
func canonVRD(t *tail) (Mark, bool) {
	const magic, head, foot = "CANON OPTIONAL DATA\x00", 0x1c, 0x40
	b := t.footer(foot)
	if b == nil || string(b[:len(magic)]) != magic {
		return Mark{}, false
	}
	n := be32(b[len(magic):])
	if n > t.end-t.floor-head-foot {
		return Mark{}, false
	}
	h := t.read(t.end-foot-n-head, head)
	if h == nil || string(h[:len(magic)]) != magic {
		return Mark{}, false
	}
	m := t.last(head+n+foot, "canon-vrd", fmt.Sprintf("editing recipe, %d bytes", n))
	m.Proven = be32(h[0x18:]) == n
	return m, true
}

// photoMechanic recognises the trailer of Photo Mechanic: records as in IPTC
// data, their length, and "cbipcbbl".
func photoMechanic(t *tail) (Mark, bool) {
	const foot = 12
	b := t.footer(foot)
	if b == nil || !t.has("cbipcbbl") {
		return Mark{}, false
	}
	n := be32(b)
	if n > t.end-t.floor-foot {
		return Mark{}, false
	}
	m := t.last(n+foot, "photo-mechanic", fmt.Sprintf("captions and edits, %d bytes", n))
	m.Proven = t.iptc(m.Off, m.Off+n)
	return m, true
}

// iptc tells whether datasets of IPTC IIM fill [off, end).
func (t *tail) iptc(off, end int64) bool {
	const marker, most = 0x1c, 1024
	for i := 0; off < end && i < most; i++ {
		b := t.read(off, 5)
		if b == nil || b[0] != marker || b[3]&0x80 != 0 {
			return false
		}
		off += 5 + int64(b[3])<<8 + int64(b[4])
	}
	return off == end
}

// fotoStation recognises the records that FotoStation appends: each is data, its
// type, the length of both and of the footer, and four fixed bytes.
func fotoStation(t *tail) (Mark, bool) {
	const foot, magic = 10, "\xa1\xb2\xc3\xd4"
	at, count := t.end, 0
	for ; count < 64; count++ {
		b := t.read(at-foot, foot)
		if b == nil || string(b[6:]) != magic {
			break
		}
		n := be32(b[2:])
		if n < foot || n > at-t.floor {
			break
		}
		at -= n
	}
	return t.from(at, "fotostation", fmt.Sprintf("%d records: captions and previews", count)), count > 0
}

// afcp recognises the trailer of the AXS File Concatenation Protocol: a header
// and a directory, data, and a footer that tells where in the file it starts.
// Programs that know nothing of it move it; then only the footer is named.
func afcp(t *tail) (Mark, bool) {
	const foot = 12
	b := t.footer(foot)
	if b == nil || string(b[:4]) != "AXS!" && string(b[:4]) != "AXS*" {
		return Mark{}, false
	}
	start := be32(b[4:])
	if b[3] == '*' {
		start = le32(b[4:])
	}
	if h := t.read(start, foot); start < t.end-foot && h != nil && string(h[:4]) == string(b[:4]) {
		return t.from(start, "afcp", "captions and previews"), true
	}
	return t.last(foot, "afcp", "captions and previews, moved"), true
}
