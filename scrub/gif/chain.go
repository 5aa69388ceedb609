package gif

import (
	"encoding/hex"
	"strings"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/tags"
)

// Introducers, sections 20, 23 and 27, and labels of extensions.
const (
	extension = 0x21
	image     = 0x2c
	trailer   = 0x3b

	comment     = 0xfe
	application = 0xff

	nameLen  = 11 // of an application, section 26
	imageLen = 11 // descriptor and code size
)

// dialect is how blocks are written in a picture of a size. The body of one is its sub-blocks,
// each of which starts with its length, with the terminator, which is a length of zero.
func dialect(width, height int) *chunk.Dialect {
	d := usual
	d.Starts = func(b []byte) bool { return isControl(b) || isPicture(b, width, height) }
	return &d
}

var usual = chunk.Dialect{
	Least:  1,
	Read:   read,
	Filler: func(p chunk.Part) bool { return p.ID == "filler" },
	Retire: func(s *scrub.Scan, p chunk.Part, _, _ scrub.Phase) {
		s.Put(scrub.Announce, p.Off+1, []byte{comment})
		_ = hush(s, p.Body(), p.Tail()-1, p.Cut) // what can't be read now was read before
	},
	Vital: []string{"F9", "picture"},
	Raw: func(id string) []byte {
		if b, err := hex.DecodeString(id[:2]); err == nil {
			return append(b, id[2:]...)
		}
		return []byte(id)
	},
	Name: func(id string) string { return strings.ReplaceAll(id, "/", "?") },
	Sane: func(w *chunk.Walk, p chunk.Part) (bool, error) {
		sane := true
		_, err := links(w.Scan, p.Body(), p.Tail(), func(at, _ int64) error {
			wrong, err := terminated(w.Scan, at, w.Size())
			sane = sane && (!wrong || at == p.Body())
			return err
		})
		return sane, err
	},
}

// isControl tells whether b starts with a graphic control, section 23.
func isControl(b []byte) bool {
	return len(b) > 2 && b[0] == extension && b[1] == 0xf9 && b[2] == 4 && (len(b) < 8 || b[7] == 0)
}

// isPicture tells whether b starts with the descriptor of a picture that lies on a screen
// of a size.
func isPicture(b []byte, width, height int) bool {
	return len(b) >= imageLen && b[0] == image && (b[9]&0x80 != 0 || b[10] > 0 && b[10] <= maxBits) && le16(b[5:]) > 0 && le16(b[7:]) > 0 &&
		le16(b[1:])+le16(b[5:]) <= width && le16(b[3:])+le16(b[7:]) <= height
}

// read reads the block at off. A comment of nothing but zeros is filler, as is a zero
// where a block could start.
func read(s *scrub.Scan, off, end int64) (chunk.Part, error) {
	b, err := s.Bytes(off, int(min(imageLen, end-off)))
	if err != nil {
		return chunk.Part{}, err
	}
	p := chunk.Part{Off: off}
	switch {
	case b[0] == 0:
		return chunk.Part{ID: "filler", Off: off, Head: 1}, nil
	case b[0] == trailer:
		return chunk.Part{ID: "trailer", Off: off, Head: 1}, nil
	case b[0] == extension && len(b) > 2:
		p.ID, p.Head = strings.ToUpper(hex.EncodeToString(b[1:2])), 2
	case b[0] == image && len(b) == imageLen && imageLen+tableLen(b[9]) < end-off:
		p.ID, p.Head = "picture", imageLen+tableLen(b[9])
	default:
		return p, s.Errorf(off, "block 0x%02x", b[0])
	}
	tail, err := links(s, p.Body(), end, func(int64, int64) error { return nil })
	if p.Cut = tail < 0; p.Cut {
		tail = end
	}
	p.Size = tail - p.Body()
	if err != nil || b[0] == image {
		return p, err
	}
	if b[2] == nameLen && p.Size > nameLen {
		name := s.Get(off+3, nameLen)
		p.ID = label(b[1], name)
	}
	if b[1] == comment && p.ID == "FE" {
		if quiet, err := hushed(s, p.Body(), tail-1, p.Cut); quiet || err != nil {
			return chunk.Part{ID: "filler", Off: off, Head: tail - off}, err
		}
	}
	return p, nil
}

// label is how the table calls an extension whose first sub-block is as long as the name
// of a program. A comment of eleven letters is no more than that.
func label(kind byte, name []byte) string {
	id := strings.ToUpper(hex.EncodeToString([]byte{kind}))
	named := " " + strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, string(name))
	switch {
	case rules()["GIF"]["FF"+named].Fate == tags.Hand && kind != application: // its label is damaged
		return "FE" + named
	case kind == comment:
		return id
	}
	return id + named
}

// links visits the lengths of sub-blocks from off on, and returns where they end, behind
// their terminator; -1 if that is not before end.
func links(s *scrub.Scan, off, end int64, visit func(at, n int64) error) (int64, error) {
	for off < end {
		b := s.Get(off, 1)
		n := int64(b[0])
		if n == 0 {
			return off + 1, nil
		}
		if err := visit(off, min(n, end-off-1)); err != nil {
			return -1, err
		}
		off += 1 + n
	}
	return -1, nil
}

// terminated tells whether the length at off may be a terminator of which one bit was
// flipped: behind it stands a block.
func terminated(s *scrub.Scan, off, end int64) (bool, error) {
	b, err := s.Bytes(off, int(min(end-off, 1+imageLen)))
	if err != nil || len(b) < 2 || b[0]&(b[0]-1) != 0 {
		return false, err
	}
	switch b[1] {
	case trailer:
		return off+2 == s.Size(), nil
	case extension:
		return isControl(b[1:]), nil
	case image:
		screen, err := s.Bytes(6, 4)
		return err == nil && isPicture(b[1:], le16(screen), le16(screen[2:])), err
	}
	return false, nil
}

const longest = 255 // of a sub-block

// hushed tells whether sub-blocks, from the length at off to the terminator at last, are
// zeros, and as long as sub-blocks can be: their lengths could tell something as well.
func hushed(s *scrub.Scan, off, last int64, cut bool) (bool, error) {
	quiet := true
	_, err := links(s, off, last, func(at, n int64) error {
		if !cut && n < longest-2 && at+1+n != last {
			quiet = false
		}
		if at+1+n > last {
			n = last - at - 1
		}
		if !quiet {
			return nil
		}
		zeros, err := s.Constant(at+1, n, 0)
		quiet = zeros
		return err
	})
	return quiet, err
}

// hush makes sub-blocks, from the length at off to the terminator at last, ones of zeros
// that are as long as possible, while readers can follow them after every write.
//
// First all data become zeros, but for a byte where each new length is to stand, which
// leads to the next of the old ones. Then the new lengths are written, each of which leads
// to such a byte; last the old ones become zeros. Those of a block that was cut short stay.
func hush(s *scrub.Scan, off, last int64, cut bool) error {
	at, prev, fixed := off, int64(-1), byte(0) // where new lengths are to be and the last is, and what that one is already
	settle := func(next int64) {
		if n := byte(next - prev - 1); prev >= 0 && n != fixed {
			s.Put(scrub.Destroy, prev, []byte{n})
		}
	}
	_, err := links(s, off, last, func(c, n int64) error {
		after, done, stays := min(c+1+n, last), c+1, false
		for ; at < after && !cut; at += longest + 1 {
			if at+1 == after { // a length of zero would lead to it
				at--
			}
			settle(at)
			prev, fixed = at, byte(n)
			if stays = stays || at == c; at > c {
				s.Fill(scrub.Unlink, done, at-done, 0)
				s.Put(scrub.Unlink, at, []byte{byte(after - at - 1)})
				done, fixed = at+1, 0
			}
		}
		s.Fill(scrub.Unlink, done, after-done, 0)
		if !stays && !cut {
			s.Fill(scrub.Repair, c, 1, 0)
		}
		return nil
	})
	if !cut {
		settle(last)
	}
	return err
}
