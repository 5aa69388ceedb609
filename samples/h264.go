package samples

// avc is H.264 video in which every picture is an IDR picture of macroblocks
// that are not predicted (I_PCM): it needs no transform and decodes exactly.
type avc struct{ width, height int } // in macroblocks

// bits of exponential Golomb codes (H.264, 9.1).
func (w *bitWriter) ue(n int) {
	size := 0
	for (n+1)>>(size+1) > 0 {
		size++
	}
	w.bits(0, size)
	w.bits(n+1, size+1)
}

// trail ends a raw byte sequence payload.
func (w *bitWriter) trail() []byte {
	w.bits(1, 1)
	w.align(0)
	return w.b
}

func (v avc) level() byte {
	if v.width*v.height > 396 {
		return 40
	}
	return 20
}

func (v avc) sps() []byte {
	w := bitWriter{b: []byte{66, 0xc0, v.level()}}
	w.ue(0) // id
	w.ue(0) // log2_max_frame_num_minus4
	w.ue(2) // pic_order_cnt_type
	w.ue(0) // max_num_ref_frames
	w.bits(0, 1)
	w.ue(v.width - 1)
	w.ue(v.height - 1)
	w.bits(1, 1) // frame_mbs_only
	w.bits(1, 1) // direct_8x8_inference
	w.bits(0, 2) // no cropping, no VUI
	return nal(0x67, w.trail())
}

func (v avc) pps() []byte {
	w := bitWriter{}
	w.ue(0)
	w.ue(0)
	w.bits(0, 2) // CAVLC, no field order
	w.ue(0)      // one slice group
	w.ue(0)
	w.ue(0)
	w.bits(0, 3) // no weights
	w.ue(0)      // qp, qs, chroma offset
	w.ue(0)
	w.ue(0)
	w.bits(1, 1) // deblocking_filter_control_present
	w.bits(0, 2)
	return nal(0x68, w.trail())
}

// slice is picture n. Its samples stay between 16 and 235.
func (v avc) slice(n int) []byte {
	w := bitWriter{}
	w.ue(0)
	w.ue(7) // I
	w.ue(0)
	w.bits(0, 4)
	w.ue(n & 1) // idr_pic_id
	w.bits(0, 2)
	w.ue(0) // slice_qp_delta
	w.ue(1) // no deblocking
	for mb := range v.width * v.height {
		w.ue(25) // I_PCM
		w.align(0)
		for i := range 384 {
			c := 128 + (mb*5+n*3)%60
			if i < 256 {
				c = 16 + (i*3+mb*17+n*11)%220
			}
			w.b = append(w.b, byte(c))
		}
	}
	return nal(0x65, w.trail())
}

// nal is a unit of the type with emulation prevention (H.264, 7.4.1).
func nal(head byte, rbsp []byte) []byte {
	b := []byte{head}
	zeros := 0
	for _, c := range rbsp {
		if zeros >= 2 && c <= 3 {
			b = append(b, 3)
			zeros = 0
		}
		zeros++
		if c != 0 {
			zeros = 0
		}
		b = append(b, c)
	}
	return b
}

// sei is a unit with the given messages, each a type and a payload.
func sei(messages ...[]byte) []byte { return nal(6, append(cat(messages...), 0x80)) }

func message(typ int, payload []byte) []byte {
	b := []byte{byte(typ)}
	n := len(payload)
	for ; n >= 255; n -= 255 {
		b = append(b, 255)
	}
	return cat(b, []byte{byte(n)}, payload)
}

// accessUnit is units as MP4 stores them, each after its length.
func accessUnit(nals ...[]byte) (b []byte) {
	for _, n := range nals {
		b = append(b, cat(be32(len(n)), n)...)
	}
	return b
}

var (
	aud      = []byte{9, 0x10}
	x264UUID = []byte("\xdc\x45\xe9\xbd\xe6\xd9\x48\xb7\x96\x2c\xd8\x20\xd9\x23\xee\xef")
	// captions are closed captions after ATSC A/53 in a T.35 message.
	captions = []byte("\xb5\x00\x31GA94\x03\x42\xff\xfc\x94\x2c\xfc\x94\x2f\xff")
)

// frames returns n pictures without anything else in them.
func (v avc) frames(n int) (out [][]byte) {
	for i := range n {
		out = append(out, accessUnit(v.slice(i)))
	}
	return out
}

// talkative returns n pictures that come with words.
func (v avc) talkative(k *kit, n int) (out [][]byte) {
	k.stay([]byte("x264 - core 164"))
	k.stay(captions)
	options := "x264 - core 164 r3095 baee400 - H.264/MPEG-4 AVC codec - options: " + k.secret("x264-options") + "\x00"
	first := sei(message(5, cat(x264UUID, []byte(options))))
	signed := "\x53\x69\x67\x6e\x65\x64\x20\x56\x69\x64\x65\x6f\x2e\x2e\x2e\x30" + k.secret("signed-video-serial")
	private := "\xb5\x12\x34" + k.secret("t35")
	for i := range n {
		own := sei(message(4, captions), message(5, []byte(signed)), message(4, []byte(private)))
		units := [][]byte{aud, own, v.slice(i)}
		if i == 0 {
			units = [][]byte{aud, first, own, v.slice(i)}
		}
		out = append(out, accessUnit(units...))
	}
	return out
}
