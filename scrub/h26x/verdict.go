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
// decode. They hold numbers only, no names. Of those that stay, pic_timing may
// hold a time of day as well (clock_timestamp, H.264 D.1.3): editors need the
// rest of it, and the bits can't be cleared without moving others.
var kept = typeSet(
	0, 1, 2, 6, 7, // buffering_period, pic_timing, pan_scan_rect, recovery_point, dec_ref_pic_marking_repetition
	13, 14, 19, 20, 21, 22, 23, // full_frame_freeze and release, film grain, deblocking, stereo, post filter, tone mapping
	24, 38, // scalability_info, view_scalability_info
	30, 37, 133, // nesting
	45, 47, // frame packing, display orientation
	128, 129, 130, 131, 132, // pictures' structure, parameter sets, decoding units, layer index, picture hash
	134, 135, 138, 140, 141, 142, 143, 145, // region refresh, no_display, packing, chroma, knee, remapping, deinterlaced, RAP
	137, 144, 147, 148, 149, // mastering display, light level, transfer, ambient viewing, colour volume
	150, 151, 152, 153, 154, 155, 156, // spherical video
	165, 168, 176, 177, // alpha, frame_field_info, reference displays of spatial video, depth
	204, // sample_aspect_ratio_info
)

func typeSet(types ...int) map[int]bool {
	set := map[int]bool{}
	for _, t := range types {
		set[t] = true
	}
	return set
}

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
	if kept[m.typ] {
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
