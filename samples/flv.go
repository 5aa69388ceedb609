package samples

import (
	"encoding/binary"
	"math"
)

// flvTag is a tag of Flash video with the length behind it.
func flvTag(kind byte, time int, parts ...[]byte) []byte {
	body := cat(parts...)
	return cat([]byte{kind}, be32(len(body))[1:], be32(time)[1:], zeros(4), body, be32(len(body)+11))
}

// Values of AMF 0, each behind its name where it is one of an object.
func amfName(s string) []byte { return cat(be16(len(s)), []byte(s)) }
func amfText(s string) []byte { return cat([]byte{2}, amfName(s)) }

func amfNumber(v float64) []byte {
	return binary.BigEndian.AppendUint64([]byte{0}, math.Float64bits(v))
}

func amfArray(members ...[]byte) []byte {
	return cat([]byte{8}, be32(len(members)), cat(members...), []byte{0, 0, 9})
}

func amfObject(members ...[]byte) []byte {
	return cat([]byte{3}, cat(members...), []byte{0, 0, 9})
}

func amfList(values ...[]byte) []byte {
	return cat([]byte{10}, be32(len(values)), cat(values...))
}

func member(name string, value []byte) []byte { return cat(amfName(name), value) }

// flv is Flash video with script tags before its pictures and after the first of them.
func flv(before, between [][]byte, avc ...[]byte) []byte {
	track := avcTrack(tiny, avc)
	if len(avc) == 0 {
		track.samples = tiny.frames(5)
	}
	sound := aacTrack(20)
	b := cat([]byte("FLV\x01\x05"), be32(9), zeros(4), cat(before...),
		flvTag(9, 0, []byte{0x17, 0, 0, 0, 0}, avcC(tiny)[8:]), flvTag(8, 0, []byte{0xaf, 0, 0x12, 0x08}))
	for i, f := range track.samples {
		b = append(b, flvTag(9, 100*i, []byte{0x17, 1, 0, 0, 0}, f)...)
		for j := range 4 {
			b = append(b, flvTag(8, 100*i+25*j, []byte{0xaf, 1}, sound.samples[4*i+j])...)
		}
		if i == 0 {
			b = append(b, cat(between...)...)
		}
	}
	return b
}

var basicMeta = [][]byte{member("duration", amfNumber(0.5)), member("width", amfNumber(48)), member("height", amfNumber(32)), member("videocodecid", amfNumber(7)), member("hasAudio", []byte{1, 1}),
	member("keyframes", amfObject(member("filepositions", amfList(amfNumber(500), amfNumber(900))), member("times", amfList(amfNumber(0), amfNumber(0.1)))))}

func onMetaData(members ...[]byte) []byte {
	return flvTag(18, 0, amfText("onMetaData"), amfArray(append(basicMeta, members...)...))
}

var flvs = []recipe{
	{"plain", func(k *kit) []byte { return flv([][]byte{onMetaData()}, nil) }},
	{"aac-fill", func(k *kit) []byte {
		return flv([][]byte{onMetaData(), flvTag(8, 0, []byte{0xaf, 0, 0x12, 0x08}), flvTag(8, 0, []byte{0xaf, 1}, []byte(aacFill(k.secret("encoder"))), aacTrack(1).samples[0])}, nil)
	}},
	{"mp3-names", func(k *kit) []byte {
		tags := [][]byte{onMetaData()}
		for i, f := range signedMP3(k) {
			tags = append(tags, flvTag(8, 26*i, []byte{0x2e}, f))
		}
		return flv(tags, nil)
	}},
	{"metadata", func(k *kit) []byte {
		k.stay([]byte("A film"))
		return flv([][]byte{onMetaData(
			member("title", amfText("A film")), member("artist", amfText("47.3769 N, 8.5417 E "+k.secret("artist"))),
			member("encoder", amfText(k.secret("encoder"))), member("comment", cat([]byte{12}, be32(40), field(k.secret("long text"), 40))),
			member("creationdate", cat([]byte{11}, k.hide([]byte("CANARYdt")), be16(60))), member("starttime", amfNumber(1.9e12)),
			member(k.secret("name"), amfNumber(1)), member("sourcedata", amfObject(member(k.secret("inner name"), amfText(k.secret("inner value"))))),
			member("videodevice", amfText(k.secret("camera"))), member("trackinfo", amfList(amfObject(member("timescale", amfNumber(1000)), member("language", amfText("eng")), member("note", amfText(k.secret("track")))))),
		)}, nil)
	}},
	{"scripts", func(k *kit) []byte {
		k.stay([]byte("Chapter one"))
		return flv([][]byte{flvTag(18, 0, amfText("@setDataFrame"), amfText("onMetaData"), amfArray(member("duration", amfNumber(0.5))), []byte(k.secret("behind the values")))},
			[][]byte{
				flvTag(18, 0, amfText("onXMPData"), amfArray(member("liveXML", amfText(k.secret("xmp"))))),
				flvTag(18, 0, amfText("onFI"), amfObject(member("tc", amfText(k.secret("clock"))), member("sd", amfText("29-11-2031")))),
				flvTag(18, 0, amfText("onCuePoint"), amfObject(member("name", amfText("Chapter one")), member("time", amfNumber(0.1)), member("type", amfText("navigation")), member("parameters", amfObject(member("id", amfText(k.secret("parameter"))))))),
				flvTag(18, 0, amfText("onSecret"), amfText(k.secret("unknown script"))),
				flvTag(20, 0, []byte(k.secret("unknown type"))),
			})
	}},
	{"header", func(k *kit) []byte {
		words := []byte(k.secret("behind the header"))
		b := flv(nil, nil)
		return cat(b[:5], be32(9+len(words)), words, b[9:])
	}},
	{"messages", func(k *kit) []byte { return flv([][]byte{onMetaData()}, nil, tiny.talkative(k, 5)...) }},
	{"trailer", func(k *kit) []byte {
		return append(flv([][]byte{onMetaData()}, nil), k.secret("trailer behind the tags")...)
	}},
	{"red-star", func(k *kit) []byte {
		return append(flv([][]byte{onMetaData()}, nil), k.hide(RedStarTrailer("8295FF513293A"))...)
	}},
}
