package h26x

import (
	"bytes"
	"encoding/hex"
	"fmt"

	"untag/scrub"
	"untag/scrub/coded"
)

// verdict is what becomes of a message.
type verdict struct {
	stays bool
	keep  int        // of a message that stays, the bytes after which it is blanked; 0 for none
	kind  scrub.Kind // "" if there is nothing to remove
	value string
}

func (v verdict) goes() bool { return !v.stays && v.kind != "" }

// kept are the types of messages that change what is seen, or when, or help to
// decode, with the most bytes that their fields can take: what is longer is
// something else. They hold numbers only, no names. Of those that stay, pic_timing
// may hold a time of day as well (clock_timestamp, H.264 D.1.3): editors need the
// rest of it, and the bits can't be cleared without moving others.
var kept = map[int]int{
	0: 512, 1: 128, 2: 128, 6: 8, 7: 128, // buffering_period, pic_timing, pan_scan_rect, recovery_point, dec_ref_pic_marking_repetition
	13: 4, 14: 0, 19: 8 << 10, 20: 16, 21: 2, 22: 1 << 10, 23: 4 << 10, // full_frame_freeze and release, film grain, deblocking, stereo, post filter, tone mapping
	24: 4 << 10, 38: 1 << 10, // scalability_info, view_scalability_info
	30: long, 37: long, 133: long, // nesting, which is looked into
	45: 24, 47: 8, // frame packing, display orientation
	128: 1 << 10, 129: 64, 130: 1 << 10, 131: 64, 132: 64, // pictures' structure, parameter sets, decoding units, layer index, picture hash
	134: 64, 135: 64, 138: 64, 140: 1 << 10, 141: 256, 142: 8 << 10, 143: 4, 145: 4, // region refresh, no_display, packing, chroma, knee, remapping, deinterlaced, RAP
	137: 24, 144: 4, 147: 1, 148: 8, 149: 64, // mastering display, light level, transfer, ambient viewing, colour volume
	150: 32, 151: 32, 152: 16, 153: 32, 154: 16, 155: 1 << 10, 156: 256, // spherical video
	165: 16, 168: 8, 176: 256, 177: 1 << 10, // alpha, frame_field_info, reference displays of spatial video, depth
	204: 8, // sample_aspect_ratio_info
}

const long = 1 << 20

// judge says what becomes of a message.
func (u *unit) judge(m sei) verdict {
	if u.blank(m) {
		return verdict{}
	}
	switch m.typ {
	case typeFiller:
		return verdict{kind: scrub.Hidden, value: coded.Text(u.prefix(m))}
	case typeRegistered:
		body := u.prefix(m)
		if coded.Shown(body) {
			return verdict{stays: true}
		}
		return verdict{kind: scrub.Unknown, value: coded.Registrant(body)}
	case typeUnregistered:
		return u.unregistered(m)
	case typeTimeCode:
		return verdict{kind: scrub.Time, value: "time code"}
	}
	if most, ok := kept[m.typ]; ok && m.size <= most {
		return verdict{stays: true}
	}
	return verdict{kind: scrub.Unknown, value: fmt.Sprintf("message of type %d", m.typ)}
}

// blank tells whether m is filler already: as this package leaves it, or
// another program.
func (u *unit) blank(m sei) bool {
	switch m.typ {
	case typeFiller, typeRegistered, typeUnregistered:
		tail := u.tail(m)
		return m.plain() && u.constant(m.body, m.end-tail, fill)
	}
	return false
}

// writer is who puts user data under a UUID.
type writer struct {
	kind scrub.Kind
	name string
}

// writers by UUID. Whatever isn't here goes as well.
var writers = map[string]writer{
	uuidX264:                                {scrub.Software, "x264"},
	"2ca2de09b51747dbbb55a4fe7fc2fc4e":      {scrub.Software, "x265"},
	uuidMDPM:                                {scrub.MakerNote, "camcorder"},
	"5369676e65642056" + "6964656f2e2e2e30": {scrub.Provenance, "Axis signed video"}, // serial number, hardware id, certificates
	"005bc93f2d715e95ada4796f90877a6f":      {scrub.Provenance, "ONVIF media signing"},
	"4d4953506d6963726f73656374696d65":      {scrub.Time, "MISB ST 0604 microseconds"},
	"a8687dd4d7593758a5cef0338b6545f1":      {scrub.Time, "MISB ST 0604 microseconds"},
	"cf848278ee23306c9265e8fef22fb8b8":      {scrub.Time, "MISB ST 0604 nanoseconds"},
	"47564adc5c4c433f94efc5113cd143a8":      {scrub.MakerNote, "Apple camera"},
	"0387f44ecd0a4bdca1943ac3d49b171f":      {scrub.MakerNote, "Apple encoder"},
}

const (
	uuidX264 = "dc45e9bde6d948b7962cd820d923eeef"
	uuidMDPM = "17ee8c60f84d11d98cd60800200c9a66"
	uuidLen  = 16
)

// unregistered judges user data by its UUID.
func (u *unit) unregistered(m sei) verdict {
	body := u.prefix(m)
	if len(body) < uuidLen {
		return verdict{kind: scrub.Unknown, value: coded.Text(body)}
	}
	uuid, data := hex.EncodeToString(body[:uuidLen]), body[uuidLen:]
	w, ok := writers[uuid]
	if !ok {
		w = writer{scrub.Unknown, uuid}
	}
	v := verdict{kind: w.kind, value: w.name}
	switch {
	case uuid == uuidMDPM && bytes.HasPrefix(data, []byte("GA94")):
		return verdict{stays: true} // captions
	case uuid == uuidMDPM:
		v.value += mdpm(data)
		return v
	case uuid == uuidX264 && u.codec == AVC && m.plain():
		if n := x264Core(data); n > 0 {
			return u.x264(m, uuidLen+n)
		}
	}
	if text := coded.Text(data); text != "" {
		v.value += ": " + text
	}
	return v
}

// x264 keeps the number of the build, by which FFmpeg works around the bugs of
// old ones, and nothing else of the text: spaces follow.
func (u *unit) x264(m sei, keep int) verdict {
	v := verdict{stays: true, keep: keep}
	if !u.constant(m.body+keep, m.end-u.tail(m), ' ') {
		v.kind = scrub.Software
		v.value = coded.Text(u.prefix(m)[uuidLen:])
	}
	return v
}

// x264Core returns the length of "x264 - core" and a build number, or 0.
func x264Core(text []byte) int {
	const core, digits = "x264 - core ", 4
	if !bytes.HasPrefix(text, []byte(core)) {
		return 0
	}
	n := len(core)
	for n < len(text) && n < len(core)+digits && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	if n == len(core) {
		return 0
	}
	return n
}
