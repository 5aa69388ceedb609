package samples

import (
	"bytes"
	"fmt"
)

// The media here hold secrets where readers don't look: between structures, in
// tables that nothing uses, in fields that must be zero. Some are so odd that a
// cleaner may as well report them as not clean.

// odd marks a recipe whose medium contradicts its specification.
func odd(r func(*kit) []byte) func(*kit) []byte {
	return func(k *kit) []byte {
		k.odd = true
		return r(k)
	}
}

var hidingPhotos = []recipe{
	{"hiding-between-segments", odd(func(k *kit) []byte {
		return photo(small, appJFIF(nil, 0, 0), []byte(k.secret("between")), segment(0xfe, []byte(k.secret("comment"))))
	})},
	{"hiding-spare-quantisation", func(k *kit) []byte { return photo(small, quantiser(k, 3)) }},
	{"hiding-replaced-quantisation", func(k *kit) []byte { return photo(small, quantiser(k, 0)) }},
	{"hiding-late-quantisation", func(k *kit) []byte { return behind(small, quantiser(k, 2)) }},
	{"hiding-in-quantisation", odd(func(k *kit) []byte {
		data := photo(small)
		copy(data[bytes.Index(data, []byte{0xff, 0xdb})+25:], "52.5200,13.4050 who made it")
		return data
	})},
	{"hiding-spare-huffman", func(k *kit) []byte {
		words := k.secret("spare-dht")
		return photo(small, segment(0xc4, cat([]byte{0x13}, zeros(7), []byte{byte(len(words))}, zeros(8), []byte(words))))
	}},
	{"hiding-spare-codes", func(k *kit) []byte {
		m := mosaic{width: 9, height: 5, components: 3}.encode()
		at := bytes.Index(m, []byte("\xff\xc4\x00\x14\x10"))
		words := k.secret("spare-codes")
		codes := segment(0xc4, cat([]byte{0x10, 1}, zeros(14), []byte{byte(len(words)), 0}, []byte(words)))
		return photo(cat(m[:at], codes, m[at+22:]))
	}},
	{"hiding-after-last-block", func(k *kit) []byte { return behind(small, []byte(k.secret("after-last-block"))) }},
	{"hiding-after-last-block-progressive", func(k *kit) []byte {
		return behind(mosaic{width: 30, height: 20, components: 3, progressive: true, noise: true}.encode(), []byte(k.secret("after-last-block")))
	}},
	{"hiding-before-restart", odd(func(k *kit) []byte {
		coded := mosaic{width: 40, height: 30, components: 3, restart: 200, noise: true}.encode()
		at := bytes.Index(coded, []byte("\xff\xd1"))
		return photo(cat(coded[:at], []byte(k.secret("before-restart")), coded[at:]))
	})},
	{"hiding-before-second-picture", odd(func(k *kit) []byte {
		coded := append(bytes.Clone(small), k.secret("between-pictures")...)
		gainMap := photo(mosaic{width: 4, height: 4, components: 1}.encode(), appXMP(xmp(hdrgm+` hdrgm:GainMapMax="1.5"`, "")))
		return multiPicture(k, coded, appXMP(xmp(hdrgm, container("GainMap", "image/jpeg", len(gainMap)))), picture{mpGainMap, gainMap})
	})},
	{"hiding-unlisted-picture", func(k *kit) []byte {
		return append(multiPicture(k, small, nil, picture{mpPreview, photo(scene(32, 24, 1))}), photo(scene(32, 24, 2), segment(0xfe, []byte(k.secret("unlisted"))))...)
	}},
}

// quantiser is a table of quantisation with words in it.
func quantiser(k *kit, id byte) []byte {
	words := field(k.secret(fmt.Sprintf("quantiser-%d", id)), 64)
	return segment(0xdb, append([]byte{id}, bytes.ReplaceAll(words, []byte{0}, []byte{1})...))
}

// behind puts something between the last block of a coded picture and its end.
func behind(coded, what []byte) []byte {
	n := len(coded) - 2
	return photo(cat(coded[:n], what, coded[n:]))
}

var hidingPNGs = []recipe{
	{"hiding-after-deflate", odd(func(k *kit) []byte {
		b := pngWith()
		return cat(b[:len(b)-12], pngChunk("IDAT", []byte(k.secret("after-deflate"))), b[len(b)-12:])
	})},
	{"hiding-in-end", odd(func(k *kit) []byte {
		b := pngWith()
		return cat(b[:len(b)-12], pngChunk("IEND", []byte(k.secret("in-iend"))))
	})},
	{"hiding-after-text", func(k *kit) []byte {
		return pngWith(pngChunk("gAMA", be32(45455)), pngChunk("zzZz", []byte(k.secret("safe-to-copy"))), pngChunk("hIST", []byte(k.secret("histogram"))))
	}},
}

var hidingMovies = []recipe{
	{"hiding-reserved", func(k *kit) []byte {
		return with(basic(), func(m *movie) { m.reserved = []byte(k.secret("rs1") + k.secret("predefined-fields")) })
	}},
	{"hiding-after-terminator", odd(func(k *kit) []byte {
		return with(quickTime(), func(m *movie) {
			m.moov = [][]byte{box("udta", udtaText("\xa9mod", k.secret("model")), zeros(4), []byte(k.secret("after-terminator")))}
		})
	})},
	{"hiding-deep", func(k *kit) []byte {
		return with(basic(), func(m *movie) {
			say := func(name string) []byte { return box("vndr", []byte(k.secret(name))) }
			t := m.tracks[0]
			t.mdia, t.minf = [][]byte{say("mdia")}, [][]byte{say("minf")}
			t.dinf = box("dinf", fullBox("dref", 0, 0, be32(1), fullBox("url ", 0, 1)), say("dinf"))
			t.entry = visualEntry("avc1", 48, 32, "", avcC(tiny), say("entry"), box("free", []byte(k.secret("entry-free"))))
			m.tracks[1].entry = audioEntry("mp4a", 1, 16, 44100, esds([]byte{0x12, 0x08}), say("sound-entry"))
		})
	}},
	{"hiding-wide", func(k *kit) []byte {
		return with(basic(), func(m *movie) { m.top = [][]byte{box("wide", []byte(k.secret("wide")))} })
	}},
	{"hiding-large-box", func(k *kit) []byte {
		return with(basic(), func(m *movie) {
			words := []byte(k.secret("large-box"))
			m.top = [][]byte{cat(be32(1), []byte("vndr"), be64(uint64(16+len(words))), words)}
		})
	}},
	{"hiding-mdat-ends", func(k *kit) []byte {
		return with(basic(), func(m *movie) {
			m.gaps, m.mdatEnd = [][]byte{[]byte(k.secret("mdat-head"))}, []byte(k.secret("mdat-end"))
		})
	}},
	{"hiding-spare-entry", odd(func(k *kit) []byte {
		return with(basic(), func(m *movie) { m.tracks[0].spare = visualEntry("avc1", 48, 32, k.secret("spare-entry"), avcC(tiny)) })
	})},
	{"hiding-subtitle-end", odd(func(k *kit) []byte {
		words := subtitles("Where were you?", "At the sea.")
		words.samples[0] = append(words.samples[0], box("vndr", []byte(k.secret("subtitle-end")))...)
		return plus(basic(), words)
	})},
	{"hiding-between-boxes", odd(func(k *kit) []byte {
		return with(basic(), func(m *movie) { m.end = [][]byte{[]byte(k.secret("between-boxes")), box("free", zeros(8))} })
	})},
	{"hiding-second-moov", odd(func(k *kit) []byte {
		second := with(&movie{brand: "isom", tracks: []*track{aacTrack(3)}}, func(m *movie) { m.moov = [][]byte{vendorUdta(k)} })
		at := bytes.Index(second, []byte("moov")) - 4
		return with(basic(), func(m *movie) { m.end = [][]byte{second[at:]} })
	})},
	{"hiding-filler-unit", func(k *kit) []byte {
		v := tiny
		var samples [][]byte
		for i := range 5 {
			filler := cat([]byte{12}, []byte(k.secret(fmt.Sprintf("filler-unit-%d", i))), []byte{0x80})
			samples = append(samples, accessUnit(v.slice(i), filler))
		}
		return (&movie{brand: "isom", tracks: []*track{avcTrack(v, samples), aacTrack(21)}}).build()
	}},
	{"hiding-parameter-sets", odd(func(k *kit) []byte {
		v := tiny
		config := avcC(v)
		config = cat(be32(len(config)+len("CANARY-after-pps")), config[4:], []byte(k.secret("after-pps")))
		return with(basic(), func(m *movie) { m.tracks[0].entry = visualEntry("avc1", 48, 32, "", config) })
	})},
}

// Limits names the samples in which a secret stays although they are called
// clean, and says why. The threat model tells users.
var Limits = map[string]string{}
