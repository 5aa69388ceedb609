package samples

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
)

// el is an element of EBML: an ID as it stands in files, a length of two bytes or more,
// and what it holds.
func el(id string, parts ...[]byte) []byte {
	body := cat(parts...)
	size := be16(0x4000 | len(body))
	if len(body) >= 0x3fff {
		size = be32(0x10000000 | len(body))
	}
	return cat([]byte(id), size, body)
}

func elText(id, s string) []byte { return el(id, []byte(s)) }

func elNumber(id string, n uint64) []byte {
	b := be64(n)
	for len(b) > 1 && b[0] == 0 {
		b = b[1:]
	}
	return el(id, b)
}

// sealed is an element whose checksum stands first.
func sealed(id string, parts ...[]byte) []byte {
	sum := binary.LittleEndian.AppendUint32([]byte("\xbf\x84"), crc32.ChecksumIEEE(cat(parts...)))
	return el(id, append([][]byte{sum}, parts...)...)
}

// IDs of elements (RFC 9559).
const (
	elHeader, elSegment, elSeekHead, elInfo, elTracks = "\x1a\x45\xdf\xa3", "\x18\x53\x80\x67", "\x11\x4d\x9b\x74", "\x15\x49\xa9\x66", "\x16\x54\xae\x6b"
	elCluster, elCues, elTags, elAttachments          = "\x1f\x43\xb6\x75", "\x1c\x53\xbb\x6b", "\x12\x54\xc3\x67", "\x19\x41\xa4\x69"
	elChapters, elTrack, elVoid                       = "\x10\x43\xa7\x70", "\xae", "\xec"
)

// webFilm is a film in Matroska.
type webFilm struct {
	docType string
	info    [][]byte // more of what is said of the film
	tracks  [][]byte
	blocks  [][]byte // of one cluster each
	more    map[string][]byte
	live    bool // of unknown length, without an index
	killed  bool // of length 0
	seal    bool // checksums over what a segment holds
	between []byte
}

// build lays the parts of the segment out twice: where they are is known only then.
func (m *webFilm) build() []byte {
	head := el(elHeader, elNumber("\x42\x86", 1), elNumber("\x42\xf7", 1), elNumber("\x42\xf2", 4), elNumber("\x42\xf3", 8), elText("\x42\x82", m.docType), elNumber("\x42\x87", 4), elNumber("\x42\x85", 2))
	at := map[string]int{}
	body := m.segment(at)
	if !m.live {
		body = m.segment(at)
	}
	size := []byte{1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	if !m.live {
		size = be64(1<<56 | uint64(len(body)))
	}
	if m.killed {
		size = be64(1 << 56)
	}
	return cat(head, []byte(elSegment), size, body)
}

func (m *webFilm) segment(at map[string]int) (body []byte) {
	el := el
	if m.seal {
		el = sealed
	}
	add := func(id string, part []byte) {
		at[id] = len(body)
		body = append(body, part...)
	}
	var seeks, cues [][]byte
	for _, id := range []string{elInfo, elTracks, elCues, elTags, elAttachments, elChapters} {
		if _, ok := m.more[id]; ok || id == elInfo || id == elTracks || id == elCues {
			seeks = append(seeks, el2("\x4d\xbb", elText("\x53\xab", id), el2("\x53\xac", be32(at[id]))))
		}
	}
	if !m.live {
		add(elSeekHead, el(elSeekHead, seeks...))
	}
	add(elVoid, m.between)
	add(elInfo, el(elInfo, append([][]byte{elNumber("\x2a\xd7\xb1", 1000000), el2("\x44\x89", be64(math.Float64bits(500)))}, m.info...)...))
	add(elTracks, el(elTracks, m.tracks...))
	for _, id := range []string{elAttachments, elChapters} {
		add(id, m.more[id])
	}
	for i, blocks := range m.blocks {
		cues = append(cues, el2("\xbb", elNumber("\xb3", uint64(250*i)), el2("\xb7", elNumber("\xf7", 1), el2("\xf1", be32(len(body))))))
		cluster := el(elCluster, elNumber("\xe7", uint64(250*i)), blocks)
		if m.live {
			cluster = cat([]byte(elCluster), []byte{1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, elNumber("\xe7", uint64(250*i)), blocks)
		}
		add(elCluster, cluster)
	}
	if !m.live {
		add(elCues, el(elCues, cues...))
	}
	add(elTags, m.more[elTags])
	return body
}

// el2 is an element that has no checksum.
func el2(id string, parts ...[]byte) []byte { return el(id, parts...) }

// programs are the names of those that wrote a film.
func programs(k *kit) [][]byte {
	return [][]byte{elText("\x4d\x80", k.secret("muxing-app 1.2")), elText("\x57\x41", k.secret("writing-app 3.4"))}
}

func webTrack(number, uid uint64, kind byte, codec string, parts ...[]byte) []byte {
	return el(elTrack, append([][]byte{elNumber("\xd7", number), el("\x73\xc5", be64(uid)), el("\x83", []byte{kind}), elText("\x86", codec), elText("\x22\xb5\x9c", "eng")}, parts...)...)
}

func webVideo(uid uint64, parts ...[]byte) []byte {
	record := avcC(tiny)[8:]
	return webTrack(1, uid, 1, "V_MPEG4/ISO/AVC", append([][]byte{el("\x63\xa2", record), el("\xe0", elNumber("\xb0", 48), elNumber("\xba", 32))}, parts...)...)
}

func webAudio(uid uint64, parts ...[]byte) []byte {
	return webTrack(2, uid, 2, "A_AAC", append([][]byte{el("\x63\xa2", []byte{0x12, 0x08}), el("\xe1", el("\xb5", be64(math.Float64bits(44100))), elNumber("\x9f", 1))}, parts...)...)
}

func webText(codec string, parts ...[]byte) []byte {
	return webTrack(3, 3, 17, codec, parts...)
}

// simpleBlock is frames of a track; flags say how they are laced.
func simpleBlock(track byte, at int, flags byte, frames ...[]byte) []byte {
	return el("\xa3", []byte{0x80 | track}, be16(at&0xffff), []byte{flags}, cat(frames...))
}

// blockGroup is a frame with how long it is shown, and more.
func blockGroup(track byte, at, long int, frame []byte, more ...[]byte) []byte {
	return el("\xa0", append([][]byte{el("\xa1", []byte{0x80 | track}, be16(at), []byte{0}, frame), elNumber("\x9b", uint64(long))}, more...)...)
}

// webBasic is half a second of picture and sound in two clusters.
func webBasic(k *kit) *webFilm {
	return webOf(k, tiny.frames(4))
}

func webOf(k *kit, pictures [][]byte) *webFilm {
	m := &webFilm{docType: "matroska", info: programs(k), more: map[string][]byte{}}
	m.tracks = [][]byte{webVideo(1), webAudio(2)}
	silence := []byte{0x00, 0xc8, 0x00, 0x80, 0x23, 0x80}
	for i := range 2 {
		var b []byte
		for j := range 2 {
			b = append(b, simpleBlock(1, 100*j, 0x80, pictures[2*i+j])...)
			b = append(b, simpleBlock(2, 100*j, 0x84, []byte{3}, silence, silence, silence, silence)...)
		}
		m.blocks = append(m.blocks, b)
	}
	return m
}

func webWith(k *kit, change func(m *webFilm)) []byte {
	m := webBasic(k)
	change(m)
	return m.build()
}

func tagOf(target []byte, tags ...[]byte) []byte {
	return el("\x73\x73", append([][]byte{el("\x63\xc0", target)}, tags...)...)
}

func simpleTag(name, value string, more ...[]byte) []byte {
	return el("\x67\xc8", append([][]byte{elText("\x45\xa3", name), elText("\x44\x87", value)}, more...)...)
}

func attached(name, mime string, uid uint64, data []byte, more ...[]byte) []byte {
	return el("\x61\xa7", append([][]byte{elText("\x46\x6e", name), elText("\x46\x60", mime), el("\x46\x5c", data), el("\x46\xae", be64(uid))}, more...)...)
}

const (
	randomTrack   = 0xC0FFEE1122334455
	randomChapter = 0xC0FFEE6677889911
	randomFile    = 0xC0FFEEAABBCCDD22
)

// webTags are tags about the film, about a track, and about what nobody has.
func webTags(k *kit) []byte {
	return el(elTags,
		tagOf(elNumber("\x68\xca", 50), simpleTag("TITLE", string(k.stay([]byte("By the sea")))), simpleTag("ENCODER", k.secret("encoder")), simpleTag("RECORDING_LOCATION", k.secret("location")),
			simpleTag("MY_OWN_TAG", k.secret("own")), simpleTag("ARTIST", string(k.stay([]byte("The Waves"))), simpleTag("URL", k.secret("url")))),
		tagOf(el("\x63\xc5", be64(randomTrack)), simpleTag("_STATISTICS_WRITING_APP", k.secret("statistics")), simpleTag("REPLAYGAIN_GAIN", string(k.stay([]byte("-6.50 dB"))))),
		tagOf(el("\x63\xc5", be64(2)), simpleTag("DURATION", k.secret("duration"))),
		tagOf(nil, simpleTag("COMPOSER", "48.1234, 11.5678 "+k.secret("position-of-composer"))))
}

var webFilms = []recipe{
	{"plain", func(k *kit) []byte { return webBasic(k).build() }},
	{"aac-fill", func(k *kit) []byte {
		return webWith(k, func(m *webFilm) {
			m.blocks[0] = cat(simpleBlock(2, 0, 0x80, []byte(aacFill(k.secret("encoder"))), aacTrack(1).samples[0]), m.blocks[0])
		})
	}},
	{"opus-padding", func(k *kit) []byte {
		return webWith(k, func(m *webFilm) {
			m.tracks = [][]byte{webTrack(1, 1, 2, "A_OPUS", el("\x63\xa2", opusHead), el("\xe1", el("\xb5", be64(math.Float64bits(48000))), elNumber("\x9f", 1)))}
			m.blocks = [][]byte{cat(simpleBlock(1, 0, 0x80, opusSilence), simpleBlock(1, 20, 0x80, paddedOpus([]byte(k.secret("padding of a packet")))))}
		})
	}},
	{"mp3-names", func(k *kit) []byte {
		return webWith(k, func(m *webFilm) {
			m.tracks = [][]byte{webTrack(1, 1, 2, "A_MPEG/L3", el("\xe1", el("\xb5", be64(math.Float64bits(44100))), elNumber("\x9f", 1)))}
			m.blocks = [][]byte{nil}
			for i, f := range signedMP3(k) {
				m.blocks[0] = cat(m.blocks[0], simpleBlock(1, 26*i, 0x80, f))
			}
		})
	}},
	{"prores", func(k *kit) []byte {
		return webWith(k, func(m *webFilm) {
			m.tracks = [][]byte{webTrack(1, 1, 1, "V_PRORES", el("\x63\xa2", []byte("apco")), el("\xe0", elNumber("\xb0", 16), elNumber("\xba", 16)))}
			m.blocks = [][]byte{cat(simpleBlock(1, 0, 0x80, proresFrame(k)[8:]), simpleBlock(1, 100, 0x80, proresFrame(k)[8:]))}
		})
	}},
	{"info", func(k *kit) []byte {
		return webWith(k, func(m *webFilm) {
			m.info = append(m.info, elText("\x7b\xa9", string(k.stay([]byte("A day")))), el("\x73\xa4", k.hide(filled(16, 0xa7))), elText("\x73\x84", k.secret("file-name")),
				el("\x3c\xb9\x23", k.hide(filled(16, 0xb7))), elText("\x3e\x83\xbb", k.secret("next-file")), el("\x44\x44", k.hide(filled(16, 0xc7))), el("\x44\x61", k.hide(be64(0x0899AABBCCDDEEFF))))
			m.between = el(elVoid, []byte(k.secret("void")), zeros(60))
		})
	}},
	{"tags", func(k *kit) []byte {
		k.hide(be64(randomTrack))
		return webWith(k, func(m *webFilm) { m.tracks[0] = webVideo(randomTrack); m.more[elTags] = webTags(k) })
	}},
	{"sealed", func(k *kit) []byte {
		k.hide(be64(randomTrack))
		return webWith(k, func(m *webFilm) {
			m.seal, m.tracks[0] = true, webVideo(randomTrack, elText("\x53\x6e", string(k.stay([]byte("Main")))))
			m.more[elTags] = webTags(k)
			m.info = append(m.info, el("\x44\x61", k.hide(be64(0x0899AABBCCDDEEFF))))
		})
	}},
	{"tracks", func(k *kit) []byte {
		return webWith(k, func(m *webFilm) {
			m.tracks[0] = webVideo(1, elText("\x53\x6e", "IMG_20240131_185455 "+k.secret("track-name")), elText("\x25\x86\x88", k.secret("codec-name")), elText("\x3a\x96\x97", k.secret("settings")),
				elText("\x3b\x40\x40", k.secret("info-url")), elText("\x26\xb2\x40", k.secret("download-url")))
			m.tracks[1] = webAudio(2, elText("\x53\x6e", string(k.stay([]byte("Commentary")))))
		})
	}},
	{"attachments", func(k *kit) []byte {
		k.hide(be64(randomFile))
		return webWith(k, func(m *webFilm) {
			font := k.stay(cat([]byte("\x00\x01\x00\x00\x00\x01\x00\x10\x00\x00\x00\x00glyf"), zeros(4), be32(28), be32(41), filled(41, 0x5a), zeros(3)))
			m.tracks = append(m.tracks, webText("S_TEXT/ASS"))
			m.more[elAttachments] = el(elAttachments,
				attached("serif.ttf", "application/x-truetype-font", randomFile, font, elText("\x46\x7e", k.secret("description"))),
				attached("cover.jpg", "image/jpeg", 8, photo(scene(48, 32, 1), segment(0xfe, []byte(k.secret("comment-of-cover"))))),
				attached(k.secret("diary")+".txt", "text/plain", 9, []byte("dear "+k.secret("diary-text"))))
		})
	}},
	{"chapters", func(k *kit) []byte {
		k.hide(be64(randomChapter))
		atom := func(uid uint64, at int, name string, more ...[]byte) []byte {
			return el("\xb6", append([][]byte{el("\x73\xc4", be64(uid)), elNumber("\x91", uint64(at)), el("\x80", elText("\x85", name), elText("\x43\x7c", "eng"))}, more...)...)
		}
		return webWith(k, func(m *webFilm) {
			m.more[elChapters] = el(elChapters, el("\x45\xb9", el("\x45\xbc", be64(5)), atom(randomChapter, 0, string(k.stay([]byte("Departure"))), elText("\x56\x54", k.secret("chapter-id"))),
				atom(7, 250000000, "48.1234, 11.5678 "+k.secret("chapter-position")), el("\xb6", el("\x73\xc4", be64(8)), elNumber("\x91", 300000000), el("\x69\x44", elNumber("\x69\x55", 0), elText("\x45\x0d", k.secret("command"))))))
			m.more[elTags] = el(elTags, tagOf(el("\x63\xc4", be64(randomChapter)), simpleTag("TITLE", string(k.stay([]byte("First part"))))))
		})
	}},
	{"sei", func(k *kit) []byte { return webOf(k, tiny.talkative(k, 4)).build() }},
	{"live", func(k *kit) []byte {
		k.streams = true
		return webWith(k, func(m *webFilm) {
			m.live = true
			m.info = append(m.info, el("\x44\x61", k.hide(be64(0x0899AABBCCDDEEFF))))
		})
	}},
	{"killed", func(k *kit) []byte {
		k.streams = true
		return webWith(k, func(m *webFilm) { m.killed = true; m.more[elTags] = webTags(k) })
	}},
	{"stripped", func(k *kit) []byte {
		return webWith(k, func(m *webFilm) {
			first := tiny.talkative(k, 4)
			m.blocks = nil
			encodings := el("\x6d\x80", el("\x62\x40", el("\x50\x34", elNumber("\x42\x54", 3), el("\x42\x55", first[1][:3]))))
			m.tracks = [][]byte{webVideo(1, encodings)}
			for i, p := range first {
				m.blocks = append(m.blocks, simpleBlock(1, 100*(i&1), 0x80, p[3:]))
			}
		})
	}},
	{"laced", func(k *kit) []byte {
		return webWith(k, func(m *webFilm) {
			a, b := cat(filled(6, 1), filled(3, 2)), filled(5, 3)
			m.tracks = append(m.tracks, webTrack(4, 4, 2, "A_AC3", el("\xe1", el("\xb5", be64(math.Float64bits(48000))))))
			m.blocks[0] = append(m.blocks[0], cat(simpleBlock(4, 0, 0x82, []byte{1, 9}, a, b), simpleBlock(4, 1, 0x86, []byte{2, 0x89, 0xbb}, a, b, b), simpleBlock(4, 2, 0x80, b))...)
			m.blocks[1] = append(m.blocks[1], el("\xec", []byte(k.secret("void-of-cluster")))...)
		})
	}},
	{"additions", func(k *kit) []byte {
		return webWith(k, func(m *webFilm) {
			plus := func(id uint64, b []byte) []byte { return el("\xa6", elNumber("\xee", id), el("\xa5", b)) }
			m.blocks[0] = append(m.blocks[0], blockGroup(1, 50, 20, tiny.talkative(k, 1)[0], el("\x75\xa1", plus(121, []byte(k.secret("time-code"))), plus(4, k.stay(captions))))...)
			m.blocks[1] = append(m.blocks[1], blockGroup(1, 50, 20, tiny.frames(1)[0], el("\x75\xa1", plus(77, []byte(k.secret("unknown")))), el("\xc8", el("\xa8", k.hide(be64(0x0899AABBCCDDEEFF)))))...)
		})
	}},
	{"subtitles", func(k *kit) []byte {
		return webWith(k, func(m *webFilm) {
			script := "[Script Info]\r\n; made by " + k.secret("script-comment") + "\r\nTitle: A day out\r\nOriginal Script: " + k.secret("script-author") + "\r\nScriptType: v4.00+\r\nPlayResX: 640\r\nVideo File: " + k.secret("video-file") +
				"\r\n\r\n[Aegisub Project Garbage]\r\nAudio File: " + k.secret("audio-file") + "\r\n\r\n[V4+ Styles]\r\nFormat: Name, Fontname, Fontsize\r\nStyle: Default,Arial,20\r\n\r\n[Events]\r\nFormat: Layer, Start, End, Style, Text\r\n"
			m.tracks = append(m.tracks, webText("S_TEXT/ASS", el("\x63\xa2", []byte(script))))
			for i, line := range []string{"Where were you?", "At the sea."} {
				m.blocks[i] = append(m.blocks[i], blockGroup(3, 10, 150, cat([]byte("0,0,Default,,0,0,0,,"), k.stay([]byte(line))))...)
			}
		})
	}},
	{"subtitles-gps", func(k *kit) []byte { return webPositions(k, "S_TEXT/UTF8", nil) }},
	{"subtitles-gps-deflated", func(k *kit) []byte {
		return webPositions(k, "S_TEXT/UTF8", el("\x6d\x80", el("\x62\x40", el("\x50\x34", elNumber("\x42\x54", 0)))))
	}},
	{"metadata-track", func(k *kit) []byte {
		return webWith(k, func(m *webFilm) {
			m.tracks = append(m.tracks, webTrack(3, 3, 33, "M_GPMD"))
			m.blocks[1] = append(m.blocks[1], cat(simpleBlock(3, 0, 0x80, []byte(k.secret("sensor-0"))), simpleBlock(3, 9, 0x80, []byte(k.secret("sensor-1"))))...)
		})
	}},
	{"two-segments", func(k *kit) []byte {
		k.streams = true
		return cat(webWith(k, func(m *webFilm) { m.more[elTags] = webTags(k) }), webBasic(k).build())
	}},
	{"trailer-red-star", func(k *kit) []byte { return cat(webBasic(k).build(), redStar(k, "AC9A58CDZ364C")) }},
}

// webPositions is a film whose subtitles tell where it was recorded.
func webPositions(k *kit, codec string, encoding []byte) []byte {
	return webWith(k, func(m *webFilm) {
		m.tracks = append(m.tracks, webText(codec, encoding))
		m.info = append(m.info, elText("\x7b\xa9", string(k.stay([]byte("On the road")))))
		for i := range 4 {
			text := fmt.Sprintf("GPS (8.323%d, 47.1234, 19) a drone of mine, %d", i, i)
			b := []byte(text)
			if encoding != nil {
				b = deflated(b)
			}
			m.blocks[i/2] = append(m.blocks[i/2], blockGroup(3, 100*(i&1)+5, 100, k.hide(b))...)
		}
	})
}
