package samples

import "bytes"

// rmChunk is a chunk of RealMedia.
func rmChunk(id string, parts ...[]byte) []byte {
	body := cat(parts...)
	return cat([]byte(id), be32(10+len(body)), zeros(2), body)
}

// short is text behind a length of one byte, as RealMedia has it.
func short(s string) []byte { return cat([]byte{byte(len(s))}, []byte(s)) }

func rmStream(number int, name, mime string, specific []byte) []byte {
	return rmChunk("MDPR", be16(number), zeros(28), short(name), short(mime), be32(len(specific)), specific)
}

func content(texts ...string) []byte {
	var b []byte
	for _, t := range texts {
		b = append(b, amfName(t)...)
	}
	return b
}

// rm is RealMedia with chunks before its packets and behind them. To its first codec, IS-54,
// all bytes are sound.
func rm(name string, before, after [][]byte) []byte {
	sound := cat([]byte(".ra\xfd\x00\x05\x00\x00.ra5"), zeros(4), be16(5), be32(0x40), zeros(2), be32(200), zeros(12), be16(1), be16(200), be16(200), zeros(8),
		be16(44100), zeros(4), be16(1), []byte("Int0lpcJ"), zeros(4), be32(0))
	var packets []byte
	frames := aacTrack(20).samples
	for i := 0; i < len(frames); i += 4 {
		media := cat(frames[i : i+4]...)
		packets = append(packets, cat(be16(0), be16(12+len(media)), be16(0), be32(23*i), []byte{0, 2}, media)...)
	}
	n := len(frames) / 4
	return cat([]byte(".RMF"), be32(18), zeros(2+4), be32(5), rmChunk("PROP", zeros(16), be32(n), be32(500), zeros(16)[:12], be16(1), be16(3), zeros(0)),
		cat(before...), rmStream(0, name, "audio/x-pn-realaudio", sound), rmChunk("DATA", be32(n), be32(0), packets), rmChunk("INDX", be32(1), be16(0), be32(0), zeros(14)), cat(after...))
}

func property(name, value string) []byte {
	body := cat(zeros(2), short(name), be32(2), be16(len(value)), []byte(value))
	return cat(be32(4+len(body)), body)
}

var rms = []recipe{
	{"plain", func(k *kit) []byte { return rm("", nil, nil) }},
	{"words", func(k *kit) []byte {
		k.stay([]byte("A song"))
		return rm(k.secret("stream"), [][]byte{rmChunk("CONT", content("A song", "47.3769 N, 8.5417 E "+k.secret("author"), k.secret("copyright"), k.secret("comment")))}, nil)
	}},
	{"comment", func(k *kit) []byte {
		return rm("", [][]byte{rmChunk("CONT", content("", "", "", k.secret("comment")))}, nil)
	}},
	{"properties", func(k *kit) []byte {
		list := cat(property("Creation Date", k.secret("29/11/2031")), property("File ID", k.secret("id")), property("ASMRuleBook", "#($Bandwidth >= 0);"), property(k.secret("name"), k.secret("value")))
		info := cat(zeros(6), be16(0), be16(0), be16(4), list)
		return rm("", [][]byte{rmStream(1, "", "logical-fileinfo", info)}, nil)
	}},
	{"chunks", func(k *kit) []byte {
		tags := cat([]byte("RMMD"), be32(8+40), field(k.secret("tags of a player"), 40))
		return rm("", [][]byte{rmChunk("XYZW", []byte(k.secret("unknown"))), rmChunk("JUNK", []byte(k.secret("junk")))}, [][]byte{tags})
	}},
	{"red-star", func(k *kit) []byte { return append(rm("", nil, nil), k.hide(RedStarTrailer("8295FF513293A"))...) }},
	{"unfinished", odd(func(k *kit) []byte {
		b := rm("", [][]byte{rmChunk("CONT", content("", "", "", k.secret("comment")))}, nil)
		at := bytes.Index(b, []byte("DATA")) + 4
		return cat(b[:at], be32(18), zeros(2), be32(0), b[at+10:len(b)-34])
	})},
}
