package marks

import "fmt"

// motionPhoto recognises a video that starts at the floor and fills the rest:
// the clip of a motion photo, with sound and a position of its own.
func motionPhoto(t *tail) (Mark, bool) {
	if t.floor == 0 {
		return Mark{}, false
	}
	if b := t.read(t.floor, 8); b == nil || string(b[4:]) != "ftyp" {
		return Mark{}, false
	}
	at := t.floor
	for range 4096 {
		n := t.box(at)
		if n == 0 {
			return Mark{}, false
		}
		if at += n; at == t.end {
			m := t.from(t.floor, "motion-photo", fmt.Sprintf("video, %d bytes", t.end-t.floor))
			m.Guess = true
			return m, true
		}
	}
	return Mark{}, false
}

// box returns the length of the ISO BMFF box at off, or 0 if there is none that
// ends inside of the window.
func (t *tail) box(off int64) int64 {
	b := t.read(off, 8)
	if b == nil {
		return 0
	}
	n := be32(b)
	if n == 1 {
		if b = t.read(off, 16); b == nil || be32(b[8:]) != 0 {
			return 0
		}
		n = be32(b[12:])
	}
	if n < 8 || n > t.end-off {
		return 0
	}
	return n
}

// jpegImage recognises pictures after the first one, as phones and cameras
// append for previews, depth and HDR.
func jpegImage(t *tail) (Mark, bool) {
	b := t.read(t.floor, 3)
	if t.floor == 0 || string(b) != "\xff\xd8\xff" || !t.has("\xff\xd9") {
		return Mark{}, false
	}
	m := t.from(t.floor, "jpeg-image", fmt.Sprintf("further pictures, %d bytes", t.end-t.floor))
	m.Guess = true
	return m, true
}
