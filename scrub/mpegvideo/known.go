package mpegvideo

import (
	"bytes"

	"untag/scrub/pattern"
)

// shown tells whether user data of MPEG-1 and MPEG-2 changes what is seen:
// captions, active format, stereoscopic video.
func shown(b []byte) bool {
	for _, p := range []string{
		"GA94",       // ATSC A/53: captions, bar data
		"DTG1",       // active format description
		"CC\x01\xf8", // captions of DVD
		"\x05\x02",   // captions of Dish Network
		"JP3D\x03",   // arrangement of stereoscopic video, ISO/IEC 13818-2 L
	} {
		if bytes.HasPrefix(b, []byte(p)) {
			return true
		}
	}
	return len(b) > 1 && b[0] == 3 && b[1]&0x7f <= 1 // captions, SCTE 20
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
