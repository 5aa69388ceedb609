package mpegvideo

import (
	"bytes"

	"untag/scrub/coded"
	"untag/scrub/pattern"
)

// others tell whether user data of MPEG-1 and MPEG-2 that isn't registered changes
// what is seen, by what it begins with.
var others = []struct {
	prefix string
	fits   func(b []byte) bool // what follows it
}{
	{"CC\x01\xf8", discCaptions},
	{"JP3D\x03", func(b []byte) bool { return len(b) <= 3 }},                   // arrangement of stereoscopic video, ISO/IEC 13818-2 L
	{"\x05\x02", few},                                                          // captions of Dish Network
	{"\x03\x80", few}, {"\x03\x81", few}, {"\x03\x00", few}, {"\x03\x01", few}, // captions, SCTE 20
}

// few is for forms of captions without a fixed length: pairs of characters of a picture.
func few(b []byte) bool { return len(b) <= 48 && !coded.Tells(b, 8) }

// discCaptions are those of a DVD: flags, and a mark and two characters for each field.
func discCaptions(b []byte) bool {
	const head, row = 1, 3
	if len(b) < head {
		return true
	}
	for b = b[head:]; len(b) >= row && b[0]|1 == 0xff; b = b[row:] {
	}
	return len(bytes.TrimLeft(b, "\x00")) == 0 || len(b) < row
}

// shown judges user data of MPEG-1 and MPEG-2 that changes what is seen: captions,
// active format, stereoscopic video. Zero bytes at its end were taken for what stands
// before a start code.
func shown(b []byte) coded.Verdict {
	for _, o := range others {
		if body, ok := bytes.CutPrefix(b, []byte(o.prefix)); ok {
			return coded.Verdict{Stays: o.fits(body), Known: true}
		}
	}
	const atsc, most = "\xb5\x00\x31", 3
	message := append([]byte(atsc), b...)
	for range most {
		if v := coded.Registered(message, false); v.Known {
			for i := range v.Clear {
				v.Clear[i] -= len(atsc)
			}
			return v
		}
		message = append(message, 0)
	}
	return coded.Verdict{}
}

// versions are the names by which FFmpeg works around the bugs of encoders of
// MPEG-4. Those of DivX tell with a p that frames are packed.
var versions = pattern.New(`^(?:` +
	`DivX\d{1,4}(?:Build|b)\d{1,6}p?` +
	`|XviD\d{1,6}` +
	`|Lavc\d{1,3}\.\d{1,3}\.\d{1,3}` +
	`|FFmpeg ?v?[\d.]{1,8}b\d{1,6}` +
	`|FFmpeg v\d{1,3}\.\d{1,3}\.\d{1,3} / libavcodec build: \d{1,6}` +
	`|ffmpeg$)`)

// tmpgenc is what FFmpeg knows files of TMPGEnc by, near the start, if a zero
// byte follows.
var tmpgenc = []byte("\x00TMPGEXS")

const tmpgencMost = 20

// known returns which part of user data decoders act upon, none if to is 0.
func known(codec Codec, b []byte) (from, to int) {
	if codec == MPEG4 {
		return 0, len(versions().Find(b))
	}
	from = bytes.Index(b, tmpgenc)
	to = from + len(tmpgenc)
	switch {
	case from < 0 || from >= tmpgencMost:
		return 0, 0
	case to == len(b): // the zero byte was taken for what stands before a start code
		return from, to
	case b[to] == 0:
		return from, to + 1
	}
	return 0, 0
}
