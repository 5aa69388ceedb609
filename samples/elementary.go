package samples

import "encoding/binary"

// startCoded is pictures with start codes for lengths.
func startCoded(pictures [][]byte) (out [][]byte) {
	for _, p := range pictures {
		var b []byte
		for len(p) > 4 {
			n := 4 + int(binary.BigEndian.Uint32(p))
			b = append(append(b, 0, 0, 0, 1), p[4:n]...)
			p = p[n:]
		}
		out = append(out, b)
	}
	return out
}

// stream is video without a container: parameter sets and pictures.
func stream(pictures [][]byte) []byte {
	sets := startCoded([][]byte{accessUnit(tiny.sps(), tiny.pps())})
	return cat(cat(sets...), cat(startCoded(pictures)...))
}

// ivf is a film of frames behind their lengths.
func ivf(unused []byte, frames ...[]byte) []byte {
	b := cat([]byte("DKIF\x00\x00\x20\x00MJPG"), le16(48), le16(32), le32(10), le32(1), le32(len(frames)), field(string(unused), 4))
	for i, f := range frames {
		b = append(b, cat(le32(len(f)), le64(i), f)...)
	}
	return b
}

// streaming marks a recipe whose medium does not tell where it ends.
func streaming(r func(*kit) []byte) func(*kit) []byte {
	return func(k *kit) []byte {
		k.streams = true
		return r(k)
	}
}

var h264s = []recipe{
	{"plain", streaming(func(k *kit) []byte { return stream(tiny.frames(5)) })},
	{"padded", streaming(func(k *kit) []byte { return append(stream(tiny.frames(5)), zeros(100)...) })},
	{"behind-sets", streaming(func(k *kit) []byte {
		const code = "\x00\x00\x00\x01"
		return cat([]byte(code), tiny.sps(), []byte(k.secret("behind one set")+code), tiny.pps(), []byte(k.secret("behind another")), cat(startCoded(tiny.frames(5))...))
	})},
	{"red-star", streaming(func(k *kit) []byte {
		return append(stream(tiny.frames(5)), k.hide(RedStarTrailer("8295FF513293A"))...)
	})},
}

var ivfs = []recipe{
	{"plain", func(k *kit) []byte { return ivf(nil, mjpegFrames(5)...) }},
	{"header", func(k *kit) []byte { return ivf(k.hide([]byte("CNRY")), mjpegFrames(5)...) }},
	{"red-star", func(k *kit) []byte {
		return append(ivf(nil, mjpegFrames(5)...), k.hide(RedStarTrailer("8295FF513293A"))...)
	}},
}
