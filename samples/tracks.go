package samples

import (
	"encoding/binary"
	"math"
)

var (
	vmhd = fullBox("vmhd", 0, 1, zeros(8))
	smhd = fullBox("smhd", 0, 0, zeros(4))
	nmhd = fullBox("nmhd", 0, 0)
	gmin = fullBox("gmin", 0, 0, be16(0x40), be16(0x8000), be16(0x8000), be16(0x8000), zeros(4))
)

var tiny = avc{3, 2}

// avcTrack is H.264 video, ten pictures a second.
func avcTrack(v avc, samples [][]byte) *track {
	return &track{
		handler: "vide", name: "VideoHandler", header: vmhd, entry: visualEntry("avc1", 16*v.width, 16*v.height, "", avcC(v)),
		timescale: 1000, delta: 100, samples: samples, perChunk: 2, width: 16 * v.width, height: 16 * v.height,
	}
}

// mjpegTrack is video of whole JPEG files.
func mjpegTrack(frames ...[]byte) *track {
	return &track{
		handler: "vide", name: "VideoHandler", header: vmhd, entry: visualEntry("jpeg", 48, 32, "Photo - JPEG"),
		timescale: 600, delta: 60, samples: frames, perChunk: 2, width: 48, height: 32,
	}
}

func mjpegFrames(n int, segments ...[]byte) (out [][]byte) {
	for i := range n {
		out = append(out, photo(scene(48, 32, i), segments...))
	}
	return out
}

// aacTrack is n frames of silence in AAC-LC, mono.
func aacTrack(n int, children ...[]byte) *track {
	silence := []byte{0x00, 0xc8, 0x00, 0x80, 0x23, 0x80}
	t := &track{
		handler: "soun", name: "SoundHandler", header: smhd, timescale: 44100, delta: 1024, perChunk: 8,
		entry: audioEntry("mp4a", 1, 16, 44100, append([][]byte{esds([]byte{0x12, 0x08})}, children...)...),
	}
	for range n {
		t.samples = append(t.samples, silence)
	}
	return t
}

// signed is aacTrack with the name of an encoder in its first frame.
func signed(k *kit, children ...[]byte) *track {
	t := aacTrack(21, children...)
	t.samples[0] = cat([]byte(aacFill(k.secret("encoder"))), t.samples[0])
	return t
}

// mp3Track is sound in MP3 with names of encoders.
func mp3Track(k *kit, entry []byte) *track {
	return &track{handler: "soun", name: "SoundHandler", header: smhd, timescale: 44100, delta: 1152, perChunk: 2, entry: entry, samples: signedMP3(k)}
}

// proresTrack is video of Apple ProRes, 16 by 16 pixels of grey, which says who encoded it.
func proresTrack(k *kit) *track {
	t := &track{handler: "vide", name: "VideoHandler", header: vmhd, entry: visualEntry("apco", 16, 16, ""), timescale: 600, delta: 60, perChunk: 2, width: 16, height: 16}
	for range 3 {
		t.samples = append(t.samples, proresFrame(k))
	}
	return t
}

func proresFrame(k *kit) []byte {
	const matrix = "0407090b0d0e0f3f07070b0c0e0f3f3f090b0d0e0f3f3f3f0b0b0d0e3f3f3f3f0b0d0e3f3f3f3f3f0d0e3f3f3f3f3f3f0d3f3f3f3f3f3f3f3f3f3f3f3f3f3f3f"
	return cat(unhex("000000b26963706600940000"), k.hide([]byte("CNRY")), unhex("001000108000020202400003"+matrix+matrix), unhex("4000000016000130000c300800020002be3082008200"))
}

// pcmTrack is a tone of n frames, stereo, 16 bit; entry says how it is stored.
func pcmTrack(entry []byte, order binary.ByteOrder, n int) *track {
	t := &track{handler: "soun", name: "SoundHandler", header: smhd, entry: entry, timescale: 8000, delta: 1, perChunk: 500, size: 4}
	for i := range n {
		s := make([]byte, 4)
		v := uint16(int16(8000 * math.Sin(float64(i)/9)))
		order.PutUint16(s, v)
		order.PutUint16(s[2:], v^0x0101)
		t.samples = append(t.samples, s)
	}
	return t
}

// subtitles are words over the picture in 3GPP timed text.
func subtitles(words ...string) *track {
	entry := box("tx3g", zeros(6), be16(1), zeros(4), []byte{1, 0xff}, zeros(4), zeros(8), zeros(4), be16(1), []byte{0, 18}, filled(4, 0xff),
		box("ftab", be16(1), be16(1), []byte{5}, []byte("Serif")))
	t := &track{handler: "sbtl", name: "SubtitleHandler", header: nmhd, entry: entry, timescale: 1000, delta: 200, perChunk: 1, width: 48, height: 12}
	for _, w := range words {
		t.samples = append(t.samples, cat(be16(len(w)), []byte(w)))
	}
	return t
}

// chapters is a text track that another one names as its chapters.
func chapters(names ...string) *track {
	entry := box("text", zeros(6), be16(1), be32(1), be32(0), zeros(6), zeros(8), zeros(8), be16(0), be16(0), zeros(1), be16(0), zeros(6), zeros(1))
	t := &track{
		handler: "text", name: "TextHandler", header: box("gmhd", gmin, box("text", identity)), entry: entry,
		timescale: 1000, delta: 250, perChunk: 1, disabled: true,
	}
	for _, n := range names {
		t.samples = append(t.samples, cat(be16(len(n)), []byte(n), box("encd", be32(0x100))))
	}
	return t
}

// telemetry is a track that no player shows.
func telemetry(handler, format string, entry []byte, samples ...[]byte) *track {
	return &track{
		handler: handler, name: format, header: box("gmhd", gmin), entry: box(format, zeros(6), be16(1), entry),
		timescale: 1000, delta: 250, samples: samples, perChunk: 1,
	}
}

// klv is one entry of GoPro's metadata format, padded to four bytes.
func klv(key string, typ byte, size, repeat int, data []byte) []byte {
	return cat([]byte(key), []byte{typ, byte(size)}, be16(repeat), data, zeros(-len(data)&3))
}

func klvText(key, s string) []byte { return klv(key, 'c', 1, len(s), []byte(s)) }

// gpmf is a second of a GoPro's sensors.
func gpmf(k *kit, prefix string) []byte {
	fix := k.hide(cat(be32(471234567), be32(83234567), be32(407070), be32(1234), be32(4321)))
	stream := cat(klvText("STNM", "GPS"), klvText("GPSU", k.secret(prefix+"gps-time")),
		klv("SCAL", 'l', 4, 5, cat(be32(10000000), be32(10000000), be32(1000), be32(1000), be32(100))), klv("GPS5", 'l', 20, 1, fix))
	body := cat(klv("DVID", 'L', 4, 1, be32(1)), klvText("DVNM", k.secret(prefix+"device")), klv("STRM", 0, 1, len(stream), stream))
	return klv("DEVC", 0, 1, len(body), body)
}

// camm is a position in the camera motion metadata of Street View.
func camm(k *kit) []byte {
	var raw []byte
	for _, f := range []float64{47.1234567, 8.3234567, 407.07} {
		raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(f))
	}
	return cat(le16(0), le16(5), k.hide(raw))
}

// timeCode is a tmcd track; its one sample is the time of day as a frame number.
func timeCode(k *kit) *track {
	tcmi := fullBox("tcmi", 0, 0, zeros(2), zeros(2), be16(12), zeros(2), zeros(6), zeros(6), []byte{6}, []byte("Lucida"))
	reel := k.secret("reel")
	return &track{
		handler: "tmcd", name: "TimeCodeHandler", header: box("gmhd", gmin, box("tmcd", tcmi)),
		entry: box("tmcd", zeros(6), be16(1), zeros(4), be32(2), be32(600), be32(20), []byte{30, 0},
			box("name", be16(len(reel)), be16(0), []byte(reel))),
		timescale: 600, delta: 300, samples: [][]byte{k.hide(be32(549876))}, perChunk: 1,
	}
}

// alias is a data reference that tells of the Mac that recorded.
func alias(k *kit) []byte {
	record := cat(zeros(4), be16(150), be16(2), field(k.secret("mac-volume"), 60), []byte(k.secret("mac-path")))
	return box("dinf", fullBox("dref", 0, 0, be32(1), fullBox("alis", 0, 1, record)))
}

// trim is an edit list that skips the first part of a track.
func trim(duration, from int) []byte {
	return box("edts", fullBox("elst", 0, 0, be32(1), be32(duration), be32(from), be32(0x10000)))
}
