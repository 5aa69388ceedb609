package h26x

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"

	"untag/scrub"
	"untag/scrub/coded"
)

// verdict is what becomes of a message.
type verdict struct {
	stays bool
	keep  int          // of a message that stays, the bytes after which it is blanked; 0 for none
	free  bool         // some bytes of a message that stays are not payload
	edits []scrub.Edit // which these are, if they tell something
	kind  scrub.Kind   // "" if there is nothing to remove
	value string
}

func (v verdict) goes() bool { return !v.stays && v.kind != "" }

// judge says what becomes of a message.
func (u *unit) judge(m sei) verdict {
	if u.blank(m) {
		return verdict{}
	}
	switch m.typ {
	case typeFiller:
		return verdict{kind: scrub.Hidden, value: coded.Text(u.prefix(m))}
	case typeRegistered:
		body := u.payload(m, coded.MaxRegistered+1)
		return u.registered(m, body, 0)
	case typeUnregistered:
		return u.unregistered(m)
	case typeTimeCode:
		return verdict{kind: scrub.Time, value: "time code"}
	}
	if !u.fits(m) {
		damaged := slices.Contains(drawn, m.typ) && m.size <= prefixLen && !coded.Tells(u.prefix(m), word)
		return verdict{stays: damaged, kind: scrub.Unknown, value: fmt.Sprintf("message of type %d", m.typ)}
	}
	v := verdict{stays: true}
	if m.typ == typeTiming {
		v = u.stop(m)
	}
	return v
}

// registered judges what is registered by ITU-T T.35: message is it, of which so
// many bytes are not in m.
func (u *unit) registered(m sei, message []byte, outside int) verdict {
	t := coded.Registered(message, u.video.Dolby)
	switch {
	case t.Stays && !t.Known:
		return verdict{stays: true, kind: scrub.Unknown, value: coded.Opaque}
	case !t.Stays, len(t.Clear) > 0 && !m.plain():
		return verdict{kind: scrub.Unknown, value: coded.Registrant(message)}
	}
	v := verdict{stays: true, free: t.Free, edits: t.Edits(u.off + int64(m.body-outside))}
	if v.edits != nil {
		v.kind = scrub.Hidden
	}
	return v
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
	case uuid == uuidMDPM && bytes.HasPrefix(data, []byte("GA94")): // captions
		const atsc = "\xb5\x00\x31"
		data = u.payload(m, coded.MaxRegistered+1)[uuidLen:]
		return u.registered(m, append([]byte(atsc), data...), len(atsc)-uuidLen)
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
