package marks

import (
	"fmt"
	"strings"
)

// insta360 recognises the trailer of Insta360 cameras, on photos and videos.
// Its last 78 bytes are
//
//	id and length of the last record, 6 bytes
//	32 bytes
//	length of the whole trailer, 4 bytes, little-endian, and 4 bytes more
//	32 hexadecimal digits that are always the same
//
// Before them stand the records, from the last to the first one: data, and then
// the id and length of the record before.
func insta360(t *tail) (Mark, bool) {
	const foot, least = 78, 78
	b := t.footer(foot)
	if b == nil || !t.has("8db42d694ccc418790edff439fe026bf") {
		return Mark{}, false
	}
	n := le32(b[38:])
	if n < least || n > t.end-t.floor {
		return Mark{}, false
	}
	m := t.last(n, "insta360", "")
	m.Value, m.Proven = t.insta360Records(b, t.end-foot, m.Off)
	// Newer cameras put all of it in a box, which can't be cut in two.
	if b := t.read(m.Off-4, 4); string(b) == "inst" {
		m.Proven = false
	}
	return m, true
}

// insta360Records walks the records from end back to start and describes what
// they hold. ok tells whether they fill the trailer.
func (t *tail) insta360Records(head []byte, end, start int64) (value string, ok bool) {
	var values []string
	at := end
	for range 256 {
		id, n := le16(head), le32(head[2:])
		if n > at-start {
			break
		}
		at -= n
		switch id {
		case 0x101:
			values = append(values, t.insta360Camera(at, n)...)
		case 0x200:
			values = append(values, "preview")
		case 0x300:
			values = append(values, "motion sensor")
		case 0x700:
			values = append(values, fmt.Sprintf("%d positions", n/53))
		}
		if at == start {
			return strings.Join(values, ", "), true
		}
		if head = t.read(at-6, 6); head == nil || at-6 < start {
			break
		}
		at -= 6
	}
	return strings.Join(values, ", "), false
}

// insta360Camera reads the fields that name the camera out of record 0x101:
// pieces of { tag, length, data }.
func (t *tail) insta360Camera(off, n int64) (values []string) {
	names := map[byte]string{0x0a: "serial", 0x12: "model", 0x1a: "firmware"}
	b := t.read(off, int(min(n, 1024)))
	for range 4 {
		if len(b) < 2 || int(b[1]) > len(b)-2 {
			break
		}
		if name := names[b[0]]; name != "" {
			values = append(values, name+" "+text(b[2:2+int(b[1])]))
		}
		b = b[2+int(b[1]):]
	}
	return values
}
