package samples

import (
	"encoding/binary"
	"fmt"
)

// aviStream is a stream of an AVI.
type aviStream struct {
	header, format, more []byte
	id                   string // of its chunks
	chunks               [][]byte
}

// aviFilm is an AVI.
type aviFilm struct {
	streams []aviStream
	hdrl    [][]byte // more headers
	before  [][]byte // between the headers and the frames
	within  [][]byte // among the frames
	after   [][]byte // behind the index
	bare    bool     // there is no index
	records bool     // frames lie in lists
	parts   int      // in so many RIFFs, with indexes of OpenDML
}

func aviHeader(kind, handler string, scale, rate, length, size int) []byte {
	return riffChunk("strh", []byte(kind+handler), zeros(12), le32(scale), le32(rate), le32(0), le32(length), le32(0), le32(-1), le32(size), zeros(8))
}

// pictures is a stream of motion JPEG, ten frames a second.
func pictures(frames ...[]byte) aviStream {
	format := riffChunk("strf", le32(40), le32(48), le32(32), le16(1), le16(24), []byte("MJPG"), le32(48*32*3), zeros(16))
	return aviStream{header: aviHeader("vids", "MJPG", 1, 10, len(frames), 0), format: format, id: "00dc", chunks: frames}
}

// music is a stream of sound, as long as the pictures.
func music() aviStream {
	s := aviStream{header: aviHeader("auds", "\x00\x00\x00\x00", 1, 8000, 4000, 2), format: riffChunk("strf", waveFormat()[8:]), id: "01wb"}
	b := tone(4000, binary.LittleEndian)
	for ; len(b) > 0; b = b[1600:] {
		s.chunks = append(s.chunks, b[:1600])
	}
	return s
}

// subtitleStream is a stream of text, with a line in each half second.
func subtitleStream(lines ...string) aviStream {
	s := aviStream{header: aviHeader("txts", "\x00\x00\x00\x00", 1, 10, len(lines), 0), format: riffChunk("strf"), id: "02tx"}
	for _, l := range lines {
		s.chunks = append(s.chunks, []byte(l+"\x00"))
	}
	return s
}

// indexed is one chunk among the frames.
type indexed struct {
	stream, off, size int
	id                string
}

// frames lays out the frames of a part; off is where they begin.
func (f *aviFilm) frames(part, parts, off int) (b []byte, index []indexed) {
	for i := 0; ; i++ {
		var group []byte
		for no, s := range f.streams {
			n := (len(s.chunks) + parts - 1) / parts
			if i >= n || part*n+i >= len(s.chunks) {
				continue
			}
			at := off + len(b) + len(group)
			if f.records {
				at += 12
			}
			c := s.chunks[part*n+i]
			index = append(index, indexed{no, at, len(c), s.id})
			group = append(group, riffChunk(s.id, c)...)
		}
		if group == nil {
			return b, index
		}
		if f.records {
			group = riffList("LIST", "rec ", group)
		}
		if b = append(b, group...); part == 0 && i < len(f.within) {
			b = append(b, f.within[i]...)
		}
	}
}

func (f *aviFilm) build() []byte {
	parts := max(1, f.parts)
	var out []byte
	var standard [][]byte // where the standard indexes are, per part and stream: offset, size, frames
	head := f.headers(make([][]byte, len(f.streams)*parts))
	for part := range parts {
		lead := cat(f.before...)
		if part == 0 {
			lead = cat(head, lead)
		} else {
			lead = nil
		}
		start := len(out) + 12 + len(lead) + 12
		body, index := f.frames(part, parts, start)
		if f.parts > 0 {
			for no := range f.streams {
				ix := f.standardIndex(no, index)
				standard = append(standard, cat(binary.LittleEndian.AppendUint64(nil, uint64(start+len(body))), le32(len(ix)), le32(5)))
				body = append(body, ix...)
			}
		}
		chunks := [][]byte{lead, riffList("LIST", "movi", body)}
		if part == 0 && !f.bare {
			chunks = append(chunks, f.index(index, start-4))
		}
		typ := "AVI "
		if part > 0 {
			typ = "AVIX"
		} else {
			chunks = append(chunks, f.after...)
		}
		out = append(out, riffList("RIFF", typ, chunks...)...)
	}
	copy(out[12:], f.headers(standard))
	return out
}

// index is idx1: offsets count from the list of frames.
func (f *aviFilm) index(all []indexed, base int) []byte {
	var b []byte
	for _, x := range all {
		b = append(b, cat([]byte(x.id), le32(16), le32(x.off-base), le32(x.size))...)
	}
	return riffChunk("idx1", b)
}

// standardIndex is that of one stream in one part (OpenDML 1.02).
func (f *aviFilm) standardIndex(no int, all []indexed) []byte {
	var b []byte
	n := 0
	for _, x := range all {
		if x.stream == no {
			b = append(b, cat(le32(x.off+8), le32(x.size))...)
			n++
		}
	}
	return riffChunk(fmt.Sprintf("ix%02d", no), le16(2), []byte{0, 1}, le32(n), []byte(f.streams[no].id), zeros(8), zeros(4), b)
}

// headers are hdrl. Super indexes have room for as many standard ones as there are.
func (f *aviFilm) headers(standard [][]byte) []byte {
	frames := len(f.streams[0].chunks)
	all := [][]byte{riffChunk("avih", le32(100000), le32(40000), le32(0), le32(0x10), le32(frames), le32(0), le32(len(f.streams)), le32(0), le32(48), le32(32), zeros(16))}
	for no, s := range f.streams {
		strl := [][]byte{s.header, s.format, s.more}
		if f.parts > 0 {
			var b []byte
			for i := no; i < len(standard); i += len(f.streams) {
				b = append(b, cat(standard[i], zeros(16-len(standard[i])))...)
			}
			strl = append(strl, riffChunk("indx", le16(4), []byte{0, 0}, le32(f.parts), []byte(s.id), zeros(12), b, zeros(160)))
		}
		all = append(all, riffList("LIST", "strl", strl...))
	}
	if f.parts > 0 {
		all = append(all, riffList("LIST", "odml", riffChunk("dmlh", le32(frames), zeros(244))))
	}
	return riffList("LIST", "hdrl", append(all, f.hdrl...)...)
}

// spoken is what people say.
var spoken = []string{"Where were you?", "At the sea. It was cold.", "You never told me!", "Nobody asked, did they?", "Well. Now I do."}

var films = []recipe{
	{"plain", func(k *kit) []byte { return basicFilm(k).build() }},
	{"camera", func(k *kit) []byte {
		f := &aviFilm{streams: []aviStream{pictures(mjpegFrames(5, appExif(exif(k, exifOptions{order: little})), segment(0xfe, []byte(k.secret("frame-comment"))))...), music()}}
		f.streams[0].more = cat(riffChunk("strd", []byte("AVIF"+k.secret("strd"))), riffText("strn", k.secret("stream-name")), riffChunk("JUNK", []byte(k.secret("strl-junk"))))
		f.streams[1].header = aviHeader("auds", "Fing", 1, 8000, 4000, 2)
		f.hdrl = [][]byte{riffText("IDIT", "MON MAY 05 07:08:09 2031 "+k.secret("idit")), riffText("ISMP", k.secret("smpte")), riffChunk("JUNK", field("OLYMDigital Camera"+k.secret("olympus"), 600))}
		f.before = [][]byte{riffList("LIST", "INFO", riffText("INAM", string(k.stay([]byte("A Day Out")))), riffText("ISFT", k.secret("camera"))), riffList("LIST", "ncdt", riffChunk("nctg", []byte(k.secret("nikon")))), riffChunk("JUNK", field(k.secret("junk"), 700))}
		f.within = [][]byte{riffChunk("JUNK", []byte(k.secret("movi-junk"))), riffChunk("gps0", []byte(k.secret("gps0")))}
		f.after = [][]byte{riffChunk("JUNK", []byte(k.secret("last"))), riffList("LIST", "hydt", riffChunk("hymn", []byte(k.secret("pentax")))), riffChunk("what", []byte(k.secret("unknown")))}
		return f.build()
	}},
	{"aac-fill", func(k *kit) []byte {
		s := music()
		s.header, s.format = aviHeader("auds", "\x00\x00\x00\x00", 1024, 44100, 6, 0), riffChunk("strf", le16(0xff), le16(1), le32(44100), le32(16000), le16(1024), le16(0), le16(2), []byte{0x12, 0x08})
		s.chunks = signed(k).samples[:6]
		return (&aviFilm{streams: []aviStream{pictures(mjpegFrames(6)...), s}}).build()
	}},
	{"mp3-names", func(k *kit) []byte {
		s := music()
		s.header, s.format = aviHeader("auds", "\x00\x00\x00\x00", 1152, 44100, 6, 0), riffChunk("strf", le16(0x55), le16(1), le32(44100), le32(16000), le16(1152), le16(0), le16(12), []byte("\x01\x00\x02\x00\x00\x00\x80\x04\x01\x00\x71\x05"))
		s.chunks = signedMP3(k)
		return (&aviFilm{streams: []aviStream{pictures(mjpegFrames(6)...), s}}).build()
	}},
	{"long", func(k *kit) []byte {
		f := basicFilm(k)
		f.parts = 2
		f.hdrl = [][]byte{riffText("IDIT", k.secret("idit"))}
		return f.build()
	}},
	{"subtitles", func(k *kit) []byte {
		f := basicFilm(k)
		f.streams = append(f.streams, subtitleStream(spoken...))
		k.stay([]byte(spoken[1]))
		f.before = [][]byte{riffList("LIST", "INFO", riffText("ICMT", k.secret("comment")))}
		return f.build()
	}},
	{"positions", func(k *kit) []byte {
		f := basicFilm(k)
		var lines []string
		for i := range 5 {
			lines = append(lines, fmt.Sprintf("$GPRMC,15161%d,A,4707.40%d,N,00819.41%d,E,022.%d,084.4,140731,003.1,W*6A %s", i, 2*i, 3*i, i, k.secret(fmt.Sprint("nmea-", i))))
		}
		f.streams = append(f.streams, subtitleStream(lines...))
		return f.build()
	}},
	{"records", func(k *kit) []byte {
		f := basicFilm(k)
		f.records, f.within = true, [][]byte{riffChunk("JUNK", []byte(k.secret("between")))}
		return f.build()
	}},
	{"no-index", func(k *kit) []byte {
		k.streams = true
		f := basicFilm(k)
		f.bare, f.before = true, [][]byte{riffList("LIST", "INFO", riffText("ISFT", k.secret("software")))}
		return f.build()
	}},
	{"not-named", func(k *kit) []byte {
		k.odd = true
		f := basicFilm(k)
		f.within = [][]byte{riffChunk("00dc", []byte(k.secret("no-index-names-it")))}
		return f.build()
	}},
	{"palette", func(k *kit) []byte { return indexedFilm(k, zeros(16)).build() }},
	{"palette-words", odd(func(k *kit) []byte {
		return indexedFilm(k, []byte("wor\x00ds \x00in \x00a p\x00ale\x00tte\x00, o\x00f a\x00 fi\x00lm \x00of \x00Jan\x00e D\x00oe.\x00")).build()
	})},
	{"trailer", func(k *kit) []byte { return cat(basicFilm(k).build(), redStar(k, "8295FF513293A")) }},
}

// indexedFilm has pictures of colours of a palette, of which last are some that none has.
func indexedFilm(k *kit, last []byte) *aviFilm {
	const side, colours = 16, 64
	palette := zeros(4 * colours)
	for i := range 8 {
		copy(palette[4*i:], []byte{byte(i * 36), byte(255 - i*36), byte(i * 9)})
	}
	copy(palette[4*16:], last)
	s := aviStream{header: aviHeader("vids", "DIB ", 1, 10, 3, 0), id: "00db",
		format: riffChunk("strf", le32(40), le32(side), le32(side), le16(1), le16(8), le32(0), le32(side*side), zeros(8), le32(colours), le32(0), palette)}
	for frame := range 3 {
		var b []byte
		for i := range side * side {
			b = append(b, byte((i/3+i/side+frame)%8))
		}
		s.chunks = append(s.chunks, b)
	}
	k.stay(s.chunks[1])
	return &aviFilm{streams: []aviStream{s}}
}

func basicFilm(k *kit) *aviFilm {
	f := &aviFilm{streams: []aviStream{pictures(mjpegFrames(5)...), music()}}
	k.stay(f.streams[1].chunks[0])
	return f
}
