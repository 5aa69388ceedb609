package samples

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
)

// guid is an identifier as ASF stores it: the first three of its numbers with the lower
// byte first.
func guid(id string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(id, "-", ""))
	if err != nil {
		panic(err)
	}
	b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7] = b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6]
	return b
}

func le64(n int) []byte { return binary.LittleEndian.AppendUint64(nil, uint64(n)) }

// object is a part of an ASF file.
func object(id string, parts ...[]byte) []byte {
	body := cat(parts...)
	return cat(guid(id), le64(24+len(body)), body)
}

// wide is text as ASF ends it.
func wide(s string) []byte { return utf16le(s + "\x00") }

// asf is a film of Windows Media: sound, and pictures if there are any.
type asf struct {
	id, created       []byte
	header, extension [][]byte // more objects
	after             [][]byte // behind the packets
	reserved          []byte   // of the streams
	pictures          [][]byte
	hide              func(packet int) []byte // in the padding of a packet
	stray             []byte                  // of a stream that the header does not tell of
	live, unfinished  bool
}

const asfPacket = 1500

// asfPart is some bytes of what packets carry.
type asfPart struct {
	stream, object, offset, size, time int
	data                               []byte
}

func (m *asf) build() []byte {
	packets := m.packets()
	n := len(packets) / asfPacket
	var streams [][]byte
	streams = append(streams, m.stream(1, "F8699E40-5B4D-11CF-A8FD-00805F5C442B", cat(le16(1), le16(2), le32(8000), le32(32000), le16(4), le16(16), le16(0))))
	if len(m.pictures) > 0 {
		info := cat(le32(40), le32(48), le32(32), le16(1), le16(24), []byte("MJPG"), le32(48*32*3), zeros(16))
		streams = append(streams, m.stream(2, "BC19EFC0-5B4D-11CF-A8FD-00805F5C442B", cat(le32(48), le32(32), []byte{2}, le16(len(info)), info)))
	}
	extension := cat(m.extension...)
	properties := func(size int) []byte {
		flags, counted := 2, n
		if m.live {
			flags = 1
		}
		if m.unfinished {
			counted = 0
		}
		return object("8CABDCA1-A947-11CF-8EE4-00C00C205365", field(string(m.id), 16), le64(size), field(string(m.created), 8), le64(counted),
			le64(5_000_000), le64(5_000_000), le64(0), le32(flags), le32(asfPacket), le32(asfPacket), le32(256000))
	}
	head := func(size int) []byte {
		body := cat(properties(size), object("5FBF03B5-A92E-11CF-8EE3-00C00C205365", guid("ABD3D211-A9BA-11CF-8EE6-00C00C205365"), le16(6), le32(len(extension)), extension), cat(streams...), cat(m.header...))
		return object("75B22630-668E-11CF-A6D9-00AA0062CE6C", le32(2+len(streams)+len(m.header)), []byte{1, 2}, body)
	}
	counted, length := n, 50+len(packets)
	if m.unfinished {
		counted, length = 0, 50
	}
	data := cat(guid("75B22636-668E-11CF-A6D9-00AA0062CE6C"), le64(length), field(string(m.id), 16), le64(counted), []byte{1, 1}, packets)
	index := object("33000890-E5B1-11CF-89F4-00A0C90349CB", field(string(m.id), 16), le64(10_000_000), le32(1), le32(1), le32(0), le16(1))
	size := len(head(0)) + len(data) + len(index) + len(cat(m.after...))
	if m.unfinished {
		return cat(head(0), data)
	}
	return cat(head(size), data, cat(m.after...), index)
}

func (m *asf) stream(number int, kind string, specific []byte) []byte {
	return object("B7DC0791-A9B7-11CF-8EE6-00C00C205365", guid(kind), guid("20FB5700-5B55-11CF-A8FD-00805F5C442B"), le64(0), le32(len(specific)), le32(0),
		le16(number), field(string(m.reserved), 4), specific)
}

// packets are the media in packets of one length.
func (m *asf) packets() (out []byte) {
	var parts []asfPart
	sound := pcmTrack(nil, binary.LittleEndian, 4000)
	for i := range 5 {
		parts = append(parts, pieces(1, i, 100*i, cat(sound.samples[800*i:800*i+800]...))...)
		if i < len(m.pictures) {
			parts = append(parts, pieces(2, i, 100*i, m.pictures[i])...)
		}
	}
	if m.stray != nil {
		parts = append(parts, pieces(9, 0, 0, m.stray)...)
	}
	for i := 0; i < len(parts); i += 2 {
		out = append(out, m.pack(parts[i:min(i+2, len(parts))], i/2)...)
	}
	return out
}

// pieces divides what is shown at a time among packets.
func pieces(stream, object, time int, data []byte) (out []asfPart) {
	const most = 700
	for off := 0; off < len(data); off += most {
		out = append(out, asfPart{stream, object, off, len(data), time, data[off:min(off+most, len(data))]})
	}
	return out
}

func (m *asf) pack(parts []asfPart, number int) []byte {
	var body []byte
	for _, p := range parts {
		body = append(body, cat([]byte{byte(p.stream | 0x80), byte(p.object)}, le32(p.offset), []byte{8}, le32(p.size), le32(p.time), le16(len(p.data)), p.data)...)
	}
	const head = 3 + 2 + 2 + 6 + 1
	padding := zeros(asfPacket - head - len(body))
	if m.hide != nil {
		copy(padding, m.hide(number))
	}
	return cat([]byte{0x82, 0, 0, 0x11, 0x5d}, le16(len(padding)), le32(parts[0].time), le16(100), []byte{byte(len(parts)) | 0x80}, body, padding)
}

// attribute is one of the Extended Content Description.
func attribute(name string, typ int, value []byte) []byte {
	n := wide(name)
	return cat(le16(len(n)), n, le16(typ), le16(len(value)), value)
}

func extended(list ...[]byte) []byte {
	return object("D2D0A440-E307-11D2-97F0-00A0C95EA850", le16(len(list)), cat(list...))
}

// metadata is one of the Metadata Library.
func metadata(id string, name string, typ int, value []byte) []byte {
	n := wide(name)
	return object(id, le16(1), le16(0), le16(1), le16(len(n)), le16(typ), le32(len(value)), n, value)
}

// description is a Content Description of these texts.
func description(texts ...string) []byte {
	var lengths, all []byte
	for i := range 5 {
		t := []byte{}
		if i < len(texts) && texts[i] != "" {
			t = wide(texts[i])
		}
		lengths, all = append(lengths, le16(len(t))...), append(all, t...)
	}
	return object("75B22633-668E-11CF-A6D9-00AA0062CE6C", lengths, all)
}

// wideSecret is a secret as ASF writes it.
func (k *kit) wideSecret(name string) string {
	k.hide(utf16le("CANARY-" + name))
	return "CANARY-" + name
}

func asfWith(change func(m *asf)) []byte {
	m := &asf{}
	change(m)
	return m.build()
}

var asfs = []recipe{
	{"plain", func(k *kit) []byte { return asfWith(func(m *asf) {}) }},
	{"pictures", func(k *kit) []byte { return asfWith(func(m *asf) { m.pictures = mjpegFrames(5) }) }},
	{"mjpeg", func(k *kit) []byte {
		return asfWith(func(m *asf) { m.pictures = mjpegFrames(3, segment(0xfe, []byte(k.secret("frame-comment")))) })
	}},
	{"times", func(k *kit) []byte {
		return asfWith(func(m *asf) {
			m.id, m.created = k.hide([]byte("CANARY-a-file-id")), k.hide([]byte("CANARYtm"))
			m.after = [][]byte{object("3CB73FD0-0C4A-4803-953D-EDF7B6228F0C", []byte(k.secret("time codes")))}
		})
	}},
	{"words", func(k *kit) []byte {
		return asfWith(func(m *asf) {
			k.stay(utf16le("A song"))
			k.stay(utf16le("Seven"))
			m.header = [][]byte{
				description("A song", "The Band", k.wideSecret("copyright"), k.wideSecret("description"), k.wideSecret("rating")),
				extended(attribute("WM/AlbumTitle", 0, wide("Seven")), attribute("WM/UniqueFileIdentifier", 0, wide(k.wideSecret("unique"))), attribute("IsVBR", 2, le32(1)),
					attribute("WM/Composer", 0, wide("47.3769 N, 8.5417 E")), attribute(k.wideSecret("name"), 1, []byte(k.secret("value"))),
					attribute("make", 0, wide(k.wideSecret("maker"))), attribute("WM/TrackNumber", 3, le32(7)), attribute("replaygain_track_gain", 0, wide("-6.50 dB")), attribute("WM/WMADRCPeakReference", 0, wide(k.wideSecret("number")))),
			}
			k.hide(utf16le("47.3769 N"))
			m.extension = [][]byte{metadata("44231C94-9498-49D1-A141-1D134E457054", "WM/EncodingTime", 0, wide(k.wideSecret("library"))), metadata("C5F8CBEA-5BAF-4877-8467-AA8C44FA4CCA", "AspectRatioX", 3, le32(1))}
		})
	}},
	{"cover", func(k *kit) []byte {
		return asfWith(func(m *asf) {
			picture := photo(small, segment(0xfe, []byte(k.secret("comment in a cover"))))
			k.stay(small[:64])
			value := cat([]byte{3}, le32(len(picture)), wide("image/jpeg"), wide(k.wideSecret("cover")), picture)
			m.header = [][]byte{extended(attribute("Title", 0, wide("A song")), attribute("WM/Picture", 1, value))}
		})
	}},
	{"objects", func(k *kit) []byte {
		return asfWith(func(m *asf) {
			reserved := zeros(16)
			name := func(s string) []byte { return cat(le16(len(s)+1), wide(k.wideSecret(s[7:]))) }
			m.pictures, m.reserved = mjpegFrames(5), k.hide([]byte("CNRY"))
			m.header = [][]byte{
				object("86D15240-311D-11D0-A3A4-00A0C90348F6", reserved, le32(1), le16(2), name("CANARY-codec"), name("CANARY-rate"), le16(2), le16(1)),
				object("1EFB1A30-0B62-11D0-A39B-00A0C90348F6", reserved, []byte(k.secret("script"))),
				object("F487CD01-A951-11CF-8EE6-00C00C205365", reserved, le32(1), le16(0), le16(0), zeros(16), le16(0), zeros(8), le32(len("CANARY-marker at 47.3769 N, 8.5417 E")+1), wide(k.wideSecret("marker at 47.3769 N, 8.5417 E"))),
				object("2211B3FA-BD23-11D2-B4B7-00A0C955FC6E", []byte(k.secret("banner"))),
				object("2211B3FC-BD23-11D2-B4B7-00A0C955FC6E", []byte(k.secret("signature"))),
				object("7BF875CE-468D-11D1-8D82-006097C9A2B2", le16(1), le16(1), le32(256000), []byte(k.secret("rates"))),
				object("1806D474-CADF-4509-A4BA-9AABCB96AAE8", []byte(k.secret("padding"))),
				object("01234567-89AB-CDEF-0123-456789ABCDEF", []byte(k.secret("unknown"))),
			}
			m.extension = [][]byte{
				object("BE7ACFCB-97A9-42E8-9C71-999491E3AFAC", []byte(k.secret("xmp"))),
				object("7C4346A9-EFE0-4BFC-B229-393EDE415C85", le16(2), []byte{12}, wide("en-us"), []byte{36}, utf16le(k.wideSecret("language is"))),
				object("14E6A5CB-C672-4332-8399-A96952065B5A", zeros(48), le16(1), zeros(10), le16(1), le16(0), le16(0), le16(2*len("CANARY-stream")), utf16le(k.wideSecret("stream"))),
			}
		})
	}},
	{"packets", func(k *kit) []byte {
		return asfWith(func(m *asf) {
			m.hide = func(n int) []byte { return []byte(k.secret("padding of packet " + string(rune('a'+n)))) }
			m.stray = []byte(k.secret("stray"))
		})
	}},
	{"unfinished", odd(func(k *kit) []byte {
		return asfWith(func(m *asf) {
			m.unfinished, m.header = true, [][]byte{description("", "", k.wideSecret("copyright"))}
		})
	})},
	{"live", func(k *kit) []byte {
		return asfWith(func(m *asf) { m.live, m.id = true, k.hide([]byte("CANARY-a-file-id")) })
	}},
	{"red-star", func(k *kit) []byte {
		return append(asfWith(func(m *asf) {}), k.hide(RedStarTrailer("8295FF513293A"))...)
	}},
}
