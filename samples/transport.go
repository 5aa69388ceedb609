package samples

import "encoding/binary"

// transport is a transport stream (ISO/IEC 13818-1) while it is built.
type transport struct {
	b     []byte
	lead  bool // the time of arrival stands before each packet, as on Blu-ray
	count [8192]byte
}

// raw adds a packet of which all is given but the sync byte.
func (t *transport) raw(packet ...[]byte) {
	if t.lead {
		t.b = append(t.b, be32(uint32(len(t.b)*40))...)
	}
	b := cat(append([][]byte{{0x47}}, packet...)...)
	t.b = append(t.b, b...)
	t.b = append(t.b, filled(188-len(b), 0xff)...)
}

// packets cuts a body into packets of a PID. field is the adaptation field of the first one,
// without its length and stuffing.
func (t *transport) packets(pid int, field, body []byte) {
	start := byte(0x40)
	for first := true; len(body) > 0; first = false {
		if !first {
			field = nil
		}
		room := 184
		if field != nil {
			room -= 1 + len(field)
		}
		n := min(room, len(body))
		head := []byte{start | byte(pid>>8), byte(pid), 0x10 | t.count[pid]&15}
		t.count[pid]++
		if stuff := room - n; field != nil || stuff > 0 {
			head[2] |= 0x20
			if field == nil && stuff > 0 {
				if stuff--; stuff > 0 {
					field, stuff = []byte{0}, stuff-1
				}
			}
			head = cat(head, []byte{byte(len(field) + stuff)}, field, filled(stuff, 0xff))
		}
		t.raw(head, body[:n])
		start, body = 0, body[n:]
	}
}

// section adds a table of one section (2.4.4), with what follows it in its packet.
func (t *transport) section(pid, table, extension int, body []byte, behind ...byte) {
	b := cat([]byte{byte(table), 0, 0}, be16(extension), []byte{0xc1, 0, 0}, body)
	binary.BigEndian.PutUint16(b[1:], uint16(0xb000|len(b)+4-3))
	b = cat(b, be32(crcMPEG(b)), behind)
	b = cat([]byte{0}, b)
	if len(b) < 184 {
		b = cat(b, filled(184-len(b), 0xff))
	}
	t.packets(pid, nil, b)
}

func crcMPEG(b []byte) uint32 {
	c := ^uint32(0)
	for _, x := range b {
		c ^= uint32(x) << 24
		for range 8 {
			c = c<<1 ^ 0x04c11db7*(c>>31)
		}
	}
	return c
}

// PIDs of the samples.
const (
	pidMap, pidVideo, pidData = 0x100, 0x101, 0x102
)

func psiDescriptor(tag byte, body string) []byte {
	return cat([]byte{tag, byte(len(body))}, []byte(body))
}

// entry is an entry of a program map.
func entry(typ byte, pid int, descriptors ...[]byte) []byte {
	d := cat(descriptors...)
	return cat([]byte{typ}, be16(0xe000|pid), be16(0xf000|len(d)), d)
}

// tables adds the association and the map of one program.
func (t *transport) tables(program []byte, entries ...[]byte) {
	t.section(0, 0, 1, cat(be16(1), be16(0xe000|pidMap)))
	t.section(pidMap, 2, 1, cat(be16(0xe000|pidVideo), be16(0xf000|len(program)), program, cat(entries...)))
}

// pes is a packet of an elementary stream, with fields behind its time stamp and their flags.
func pes(id byte, n int, flags byte, fields, data []byte) []byte {
	pts := 90000 + n*9000
	stamp := []byte{0x21 | byte(pts>>29)&0xe, byte(pts >> 22), byte(pts>>14) | 1, byte(pts >> 7), byte(pts<<1) | 1}
	head := cat([]byte{0x80, 0x80 | flags, byte(5 + len(fields))}, stamp, fields)
	return cat([]byte{0, 0, 1, id}, be16(len(head)+len(data)), head, data)
}

// annexB is units behind start codes.
func annexB(nals ...[]byte) (b []byte) {
	for _, n := range nals {
		b = cat(b, []byte{0, 0, 0, 1}, n)
	}
	return b
}

// picture adds picture n with its clock; more units come before it.
func (t *transport) picture(n int, more ...[]byte) {
	units := append([][]byte{aud, tiny.sps(), tiny.pps()}, more...)
	t.shown(n, pes(0xe0, n, 0, nil, annexB(append(units, tiny.slice(n))...)))
}

// shown adds a packet of pictures.
func (t *transport) shown(n int, pes []byte) {
	clock := be64(uint64(90000+n*9000-4500)<<31 | 0x7e<<24)[:6]
	t.packets(pidVideo, cat([]byte{0x10}, clock), pes)
}

var film = entry(0x1b, pidVideo)

// show adds three pictures, each behind its tables.
func (t *transport) show(program []byte, entries ...[]byte) {
	for n := range 3 {
		t.tables(program, append([][]byte{film}, entries...)...)
		t.picture(n)
	}
}

var transports = []recipe{
	{"plain", func(k *kit) []byte {
		k.streams = true
		t := &transport{}
		t.show(nil)
		t.raw([]byte{0x1f, 0xff, 0x10})
		return t.b
	}},
	{"broadcast", func(k *kit) []byte {
		k.streams = true
		t := &transport{}
		service := psiDescriptor(0x48, "\x01\x0e"+k.secret("station")+"\x0e"+k.secret("service"))
		t.section(0x11, 0x42, 1, cat(be16(0xff01), []byte{0xff}, be16(1), []byte{0xfc}, be16(0x8000|len(service)), service))
		network := psiDescriptor(0x40, k.secret("network"))
		t.section(0x10, 0x40, 1, cat(be16(0xf000|len(network)), network, be16(0xf000)))
		event := psiDescriptor(0x4d, "eng\x0c"+k.secret("event"))
		t.section(0x12, 0x4e, 1, cat(be16(1), be16(1), []byte{0, 0x4e}, be16(7), k.hide([]byte("\xe1\x2c\x20\x15\x00")), []byte{1, 0, 0}, be16(len(event)), event))
		t.packets(0x14, nil, cat([]byte{0, 0x70, 0x70, 5}, k.hide([]byte("\xe1\x2c\x20\x16\x31")), filled(175, 0xff)))
		t.show(psiDescriptor(0x5f, k.secret("specifier")), entry(0x86, pidData, psiDescriptor(5, "CUEI")))
		t.packets(pidData, nil, cat([]byte{0, 0xfc, 0x30, 40}, []byte(k.secret("splice")), filled(160, 0xff)))
		return t.b
	}},
	{"camcorder", func(k *kit) []byte {
		k.streams = true
		t := &transport{lead: true}
		mdpm := "\x17\xee\x8c\x60\xf8\x4d\x11\xd9\x8c\xd6\x08\x00\x20\x0c\x9a\x66MDPM\x03\x18\x02\x20\x31\x04\x19\x17\x12\x45\x08"
		for n := range 3 {
			t.tables(psiDescriptor(5, "HDMV"), film)
			partial := cat(psiDescriptor(0x63, "\xc0\xea\x60\xff\xff\xff\xff\xff"), psiDescriptor(0xc3, k.secret("clock")))
			t.section(0x1f, 0x7f, 0, cat(be16(0xf000|len(partial)), partial))
			t.picture(n, sei(message(5, cat([]byte(mdpm), k.hide([]byte("\xe4SERIAL-0001-7"))))))
		}
		return t.b
	}},
	{"positions", func(k *kit) []byte {
		k.streams = true
		t := &transport{}
		for n := range 3 {
			t.tables(psiDescriptor(0x25, k.secret("pointer")), film, entry(0x15, pidData, psiDescriptor(5, "KLVA"), psiDescriptor(0x26, k.secret("metadata"))))
			t.picture(n)
			t.packets(pidData, nil, pes(0xfc, n, 0, nil, []byte("\x06\x0e\x2b\x34\x02\x0b\x01\x01"+k.secret("klv")+string(filled(300, byte(n))))))
			t.packets(0x300, nil, []byte("$GPRMC,123519,A,"+k.secret("dashcam")))
		}
		return t.b
	}},
	{"private", func(k *kit) []byte {
		k.streams = true
		t := &transport{}
		t.show(nil, entry(6, pidData, psiDescriptor(5, "ABCD"), psiDescriptor(0x83, k.secret("private"))))
		t.packets(pidData, nil, pes(0xbd, 0, 0, nil, []byte(k.secret("data"))))
		return t.b
	}},
	{"sound", func(k *kit) []byte {
		k.streams = true
		t := &transport{}
		t.show(nil, entry(6, pidData, psiDescriptor(0x6a, "\x00"), psiDescriptor(0x0a, "eng\x00")))
		t.packets(pidData, nil, pes(0xbd, 0, 0, nil, k.stay(unhex(ac3Silence))))
		return t.b
	}},
	{"text-for-sound", odd(func(k *kit) []byte {
		k.streams = true
		t := &transport{}
		t.show(nil, entry(3, pidData))
		t.packets(pidData, nil, pes(0xc0, 0, 0, nil, []byte("SN7741XKOWNR")))
		return t.b
	})},
	{"text-for-pictures", odd(func(k *kit) []byte {
		k.streams = true
		t := &transport{}
		t.show(nil, entry(0xea, pidData))
		t.packets(pidData, nil, pes(0xfd, 0, 0, nil, []byte("SN7741XKOWNR")))
		return t.b
	})},
	{"text-for-subtitles", odd(func(k *kit) []byte {
		k.streams = true
		t := &transport{}
		t.show(nil, entry(6, pidData, psiDescriptor(0x59, "eng\x10\x00\x01\x00\x01")))
		t.packets(pidData, nil, pes(0xbd, 0, 0, nil, []byte("SN7741XKOWNR")))
		return t.b
	})},
	{"aac-fill", func(k *kit) []byte {
		k.streams = true
		t := &transport{}
		t.show(nil, entry(0x0f, pidData, psiDescriptor(0x0a, "eng\x00")))
		t.packets(pidData, nil, pes(0xc0, 0, 0, nil, cat(adtsFrame(aacFill(k.secret("encoder"))), aacFrames(5))))
		return t.b
	}},
	{"mp3-names", func(k *kit) []byte {
		k.streams = true
		t := &transport{}
		t.show(nil, entry(0x03, pidData), entry(0x06, pidData+1))
		t.packets(pidData, nil, pes(0xc0, 0, 0, nil, cat(signedMP3(k)...)))
		sound := cat(signedMP3(k)...)
		const third = 3*417 + 105 // within a name
		k.hide([]byte(".97 (beta)"))
		t.packets(pidData+1, nil, pes(0xc1, 0, 0, nil, sound[:third])) // as FFmpeg has it for discs
		t.packets(pidData+1, nil, pes(0xc1, 1, 0, nil, sound[third:]))
		return t.b
	}},
	{"loas-fill", func(k *kit) []byte {
		k.streams = true
		t := &transport{}
		t.show(nil, entry(0x11, pidData))
		t.packets(pidData, nil, pes(0xc0, 0, 0, nil, signedLOAS(k)))
		return t.b
	}},
	{"teletext", func(k *kit) []byte {
		k.streams = true
		t := &transport{}
		line := func(address, text string) []byte { return cat([]byte("\x02\x2c\xf7\xe4"+address), field(text, 40)) }
		t.show(nil, entry(6, pidData, psiDescriptor(0x56, "eng\x09\x00")))
		t.packets(pidData, nil, pes(0xbd, 0, 0, nil, cat([]byte{0x10}, line("\x0b\xa8", string(k.stay([]byte("a line for people")))), line("\xa8\x57", k.secret("station-and-hour")))))
		return t.b
	}},
	{"hiding", func(k *kit) []byte {
		k.streams = true
		t := &transport{}
		t.show(nil)
		t.raw([]byte{0x1f, 0xff, 0x10}, []byte(k.secret("null")))
		t.section(0, 0, 1, cat(be16(1), be16(0xe000|pidMap)), []byte("\x00"+k.secret("slack"))...)
		t.section(pidMap, 0xc0, 1, []byte(k.secret("table")))
		private := k.secret("adaptation")
		t.packets(pidVideo, cat([]byte{2, byte(len(private))}, []byte(private)), pes(0xe0, 4, 0, nil, annexB(aud, tiny.sps(), tiny.pps(), tiny.slice(4))))
		t.shown(5, pes(0xe0, 5, 1, cat([]byte{0x80}, k.hide([]byte("PRIVATE DATA 016")), k.hide([]byte("STUFF")), filled(3, 0xff)), annexB(aud, tiny.sps(), tiny.pps(), tiny.slice(5))))
		t.raw([]byte{byte(pidVideo >> 8), byte(pidVideo & 0xff), 0x20 | t.count[pidVideo]&15, 183, 0}, []byte(k.secret("stuffing")))
		return t.b
	}},
}
