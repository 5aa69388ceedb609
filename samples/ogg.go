package samples

import (
	"bytes"
	"encoding/binary"
	"slices"

	"untag/scrub/crc"
)

// oggs is a logical stream of Ogg that is written page by page.
type oggs struct {
	b       []byte
	serial  uint32
	number  uint32
	granule uint64
}

// group writes packets that begin on a page of their own and end one: as many pages as
// that takes, of at most so many pieces.
func (o *oggs) group(flags byte, most int, packets ...[]byte) {
	var lacing []byte
	for _, p := range packets {
		lacing = append(lacing, bytes.Repeat([]byte{255}, len(p)/255)...)
		lacing = append(lacing, byte(len(p)%255))
	}
	body := cat(packets...)
	for len(lacing) > 0 {
		n := min(most, len(lacing))
		size := 0
		for _, l := range lacing[:n] {
			size += int(l)
		}
		o.page(flags, lacing[:n], body[:size])
		flags = 0
		if lacing[n-1] == 255 {
			flags = 1 // the next page goes on with a packet
		}
		lacing, body = lacing[n:], body[size:]
	}
}

func (o *oggs) page(flags byte, lacing, body []byte) {
	p := cat([]byte("OggS\x00"), []byte{flags}, binary.LittleEndian.AppendUint64(nil, o.granule), le32(int(o.serial)), le32(int(o.number)), zeros(4), []byte{byte(len(lacing))}, lacing, body)
	binary.LittleEndian.PutUint32(p[22:], crc.Ogg.Update(0, p))
	o.b = append(o.b, p...)
	o.number++
}

// sound writes pages of ten packets and ends the stream.
func (o *oggs) sound(packets int, step uint64, packet []byte) {
	for n := 0; n < packets; n += 10 {
		o.granule += 10 * step
		flags := byte(0)
		if n+10 >= packets {
			flags = 4
		}
		o.group(flags, 255, slicesOf(10, packet)...)
	}
}

func slicesOf(n int, b []byte) (all [][]byte) {
	for range n {
		all = append(all, b)
	}
	return all
}

// opusHead describes one channel of Opus, opusSilence is 20 ms of it.
var (
	opusHead    = cat([]byte("OpusHead\x01\x01"), le16(312), le32(48000), le16(0), []byte{0})
	opusSilence = []byte("\xf8\xff\xfe")
)

// paddedOpus is a packet of silence with padding.
func paddedOpus(padding []byte) []byte {
	return cat([]byte{opusSilence[0] | 3, 0x41, byte(len(padding))}, opusSilence[1:], padding)
}

func opus(tags []byte) []byte { return opusOf(255, tags) }

func opusOf(pieces int, tags []byte) []byte {
	o := &oggs{serial: 0x1234}
	o.group(2, 255, opusHead)
	o.group(0, pieces, append([]byte("OpusTags"), tags...))
	o.sound(30, 960, opusSilence)
	return o.b
}

// OggOpus is a stream of so many packets of 1275 bytes.
func OggOpus(packets int) []byte {
	o := &oggs{serial: 0x1234}
	o.group(2, 255, opusHead)
	o.group(0, 255, append([]byte("OpusTags"), comments("")...))
	o.sound(packets, 960, append([]byte{0xf8}, zeros(1274)...))
	return o.b
}

// vorbisSetup is of a decoder of silence, with so many books that nothing uses.
func vorbisSetup(books int) []byte {
	w := &Bits{}
	put := func(pairs ...int) { // number of bits, value
		for pair := range slices.Chunk(pairs, 2) {
			w.Put(pair[1], pair[0])
		}
	}
	put(8, books-1)
	for range books {
		put(24, 0x564342, 16, 1, 24, 2, 2, 0, 10, 0, 4, 0)
	}
	put(6, 0, 16, 0)                                        // time
	put(6, 0, 16, 1, 5, 0, 2, 0, 4, 5)                      // floor
	put(6, 0, 16, 0, 24, 0, 24, 0, 24, 0, 6, 0, 8, 0, 4, 0) // residue
	put(6, 0, 16, 0, 1, 0, 1, 0, 2, 0, 8, 0, 8, 0, 8, 0)    // mapping
	put(6, 0, 1, 0, 16, 0, 16, 0, 8, 0, 1, 1)               // mode, framing
	return append([]byte("\x05vorbis"), w.B...)
}

// vorbis is sound whose comments and setup share pages of so many pieces at the most.
func vorbis(pieces int, tags []byte) []byte { return vorbisLink(0x5678, pieces, tags) }

func vorbisLink(serial uint32, pieces int, tags []byte) []byte {
	o := &oggs{serial: serial}
	o.group(2, 255, vorbisHead)
	o.group(0, pieces, cat([]byte("\x03vorbis"), tags), vorbisSetup(90))
	o.sound(40, 32, []byte{0})
	return o.b
}

var vorbisHead = cat([]byte("\x01vorbis"), le32(0), []byte{1}, le32(8000), le32(0), le32(0), le32(0), []byte{0x66, 1})

// framed are comments of Vorbis with the bit behind them.
func framed(tags []byte, rest ...byte) []byte { return cat(tags, []byte{1}, rest) }

// oggFLAC is FLAC with each block in a packet.
func oggFLAC(blocks ...[]byte) []byte {
	o := &oggs{serial: 0x9abc}
	o.group(2, 255, cat([]byte("\x7fFLAC\x01\x00\x00"), []byte{byte(len(blocks))}, []byte("fLaC"), flacPart(0, flacInfo(6))))
	blocks[len(blocks)-1][0] |= 0x80
	for _, b := range blocks {
		o.group(0, 255, b)
	}
	for i := range 6 {
		o.granule += flacBlock
		flags := byte(0)
		if i == 5 {
			flags = 4
		}
		o.group(flags, 255, flacFrame(i))
	}
	return o.b
}

// skeleton are the pages of a skeleton about a stream of Vorbis, side by side with it.
func skeleton(k *kit) []byte {
	s, v := &oggs{serial: 1}, &oggs{serial: 0x5678}
	s.group(2, 255, cat([]byte("fishead\x00"), le16(3), le16(0), zeros(32), field(k.secret("utc"), 20)))
	v.group(2, 255, vorbisHead)
	s.group(0, 255, cat([]byte("fisbone\x00"), le32(44), le32(0x5678), le32(3), be64(8000<<32|1), zeros(20), []byte("Content-Type: audio/vorbis\r\nTitle: "+k.secret("title")+"\r\n")))
	heads := cat(s.b[:bytes.LastIndex(s.b, []byte("OggS"))], v.b, s.b[bytes.LastIndex(s.b, []byte("OggS")):])
	v.b, s.b = nil, nil
	v.group(0, 255, cat([]byte("\x03vorbis"), framed(telling(k))), vorbisSetup(4))
	s.group(4, 255, nil)
	v.sound(40, 32, []byte{0})
	first := bytes.Index(v.b[4:], []byte("OggS")) + 4
	return cat(heads, v.b[:first], s.b, v.b[first:])
}

// many are more comments than a page holds.
func many(k *kit, n int) []byte {
	list := []string{string(k.stay([]byte("TITLE=A song of the sea")))}
	for range n {
		list = append(list, "WHATEVER="+k.secret("unknown")+string(bytes.Repeat([]byte("long "), 400)))
	}
	return comments(k.secret("vendor"), append(list, string(k.stay([]byte("ARTIST=Somebody"))))...)
}

var oggMedia = []recipe{
	{"vorbis", func(k *kit) []byte { return vorbis(255, framed(comments("", string(k.stay([]byte("TITLE=A song")))))) }},
	{"vorbis-comments", func(k *kit) []byte { return vorbis(255, framed(tagged(k))) }},
	{"vorbis-comments-short", func(k *kit) []byte { return vorbis(255, framed(telling(k))) }},
	{"vorbis-comments-none-stay", func(k *kit) []byte {
		return vorbis(255, framed(comments(k.secret("vendor"), "COMMENT="+k.secret("comment")+string(bytes.Repeat([]byte("long "), 300)))))
	}},
	{"vorbis-comments-on-many-pages", func(k *kit) []byte { return vorbis(7, framed(many(k, 4))) }},
	{"vorbis-behind-comments", func(k *kit) []byte {
		return vorbis(255, framed(comments(""), []byte(k.secret("rest")+string(bytes.Repeat([]byte("long "), 200)))...))
	}},
	{"vorbis-cover", func(k *kit) []byte { return vorbis(255, framed(comments("", "TITLE=Cover", encoded(k)))) }},
	{"opus-cover-on-many-pages", func(k *kit) []byte {
		cover := encoded(k)
		k.stay([]byte(cover[len(cover)-100:])) // what people see of it
		return opusOf(9, comments(k.secret("vendor"), "TITLE=Cover", cover))
	}},
	{"vorbis-chained", func(k *kit) []byte {
		k.streams = true // another link could follow
		return cat(vorbis(255, framed(telling(k))), vorbisLink(0x9999, 255, framed(comments("", "CONTACT="+k.secret("second")))))
	}},
	{"vorbis-skeleton", skeleton},
	{"vorbis-trailer", func(k *kit) []byte {
		return cat(vorbis(255, framed(comments(""))), []byte(k.secret("trailer-longer-than-a-page")), RedStarTrailer("8295FF513293A"))
	}},
	{"opus", func(k *kit) []byte { return opus(telling(k)) }},
	{"opus-comments", func(k *kit) []byte { return opus(tagged(k)) }},
	{"opus-comments-on-many-pages", func(k *kit) []byte { return opusOf(5, many(k, 4)) }},
	{"opus-padding", func(k *kit) []byte {
		return opus(cat(comments(""), zeros(300), []byte(k.secret("padding")), zeros(400)))
	}},
	{"flac", func(k *kit) []byte {
		return oggFLAC(flacPart(4, telling(k)), flacPart(2, []byte("riff"), []byte(k.secret("riff"))), flacPart(1, []byte(k.secret("padding"))))
	}},
	{"hiding-in-padding", func(k *kit) []byte {
		k.odd = true
		o := &oggs{serial: 0x1234}
		o.group(2, 255, opusHead)
		o.group(0, 255, append([]byte("OpusTags"), comments("")...))
		o.sound(30, 960, paddedOpus([]byte(k.secret("padding of a packet"))))
		return o.b
	}},
	{"hiding-behind-setup", func(k *kit) []byte {
		k.odd = true
		o := &oggs{serial: 0x5678}
		o.group(2, 255, vorbisHead)
		o.group(0, 255, cat([]byte("\x03vorbis"), framed(comments(""))), cat(vorbisSetup(4), []byte(k.secret("what follows the setup"))))
		o.sound(30, 128, zeros(1))
		return o.b
	}},
	{"hiding-among-packets", func(k *kit) []byte {
		k.odd = true
		o := &oggs{serial: 0x5678}
		o.group(2, 255, vorbisHead)
		o.group(0, 255, cat([]byte("\x03vorbis"), framed(comments(""))), vorbisSetup(4))
		o.group(0, 255, cat([]byte("\x03vorbis"), framed(comments("", k.secret("comments=once more")))))
		o.sound(30, 128, zeros(1))
		return o.b
	}},
	{"hiding-between-pages", func(k *kit) []byte {
		b := opus(comments(""))
		n := bytes.LastIndex(b, []byte("OggS"))
		return cat(b[:n], []byte(k.secret("between-pages")), b[n:])
	}},
	{"hiding-behind-head", func(k *kit) []byte {
		o := &oggs{serial: 0x1234}
		o.group(2, 255, cat(opusHead, []byte(k.secret("behind-head"))))
		o.group(0, 255, append([]byte("OpusTags"), comments("")...))
		o.sound(30, 960, opusSilence)
		return o.b
	}},
}

// OggSum is the checksum of a page, as it stands in it.
func OggSum(page []byte) (sum [4]byte) {
	p := bytes.Clone(page)
	clear(p[22:26])
	binary.LittleEndian.PutUint32(sum[:], crc.Ogg.Update(0, p))
	return sum
}
