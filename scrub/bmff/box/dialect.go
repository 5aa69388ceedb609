package box

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"

	"untag/scrub"
	"untag/scrub/chunk"
)

// Dialect is boxes for package chunk: those of pictures in which boxes stand one behind the
// other and nothing refers to them by offset. A box that goes becomes one of type "skip":
// with "free" at the top level FFmpeg takes a picture for a film. The ID of a box of type
// "uuid" is that and what identifies it, in hexadecimal.
func Dialect(vital ...string) *chunk.Dialect {
	d := &chunk.Dialect{
		Least:  8,
		Read:   readPart,
		Filler: func(p chunk.Part) bool { return p.ID == "skip" || p.ID == "free" },
		Retire: func(s *scrub.Scan, p chunk.Part, unlink, destroy scrub.Phase) {
			s.Put(unlink, p.Off+4, []byte("skip"))
			s.Fill(destroy, p.Body(), p.Size, 0)
		},
		Vital: vital,
		Sure:  true,
		Order: binary.BigEndian,
		Name: func(id string) string {
			typ, rest, _ := strings.Cut(id, " ")
			if typ == "uuid" && rest != "" {
				return typ + " " + rest
			}
			return strings.TrimSpace(TypeName(id))
		},
		Raw: func(id string) []byte { return []byte(id[:4]) },
	}
	d.Starts = func(b []byte) bool { // its length stands before a type
		return len(b) >= 8 && b[0] == 0 && (bytes.HasPrefix(b, []byte{0, 0, 0, 1}) || Uint32(b) >= 8) && Has(strings.Join(vital, "|"), string(b[4:8]))
	}
	return d
}

func readPart(s *scrub.Scan, off, end int64) (chunk.Part, error) {
	b, err := Read(s, off, end)
	if b.Type != "" && !IsType([]byte(b.Type)) {
		return chunk.Part{}, s.Errorf(off, "box %q", b.Name())
	}
	p := chunk.Part{ID: b.Type, Off: off, Head: b.Head, Size: b.Size()}
	if Damaged(err) && b.Type != "" {
		p.Size, p.Cut, err = end-p.Body(), true, nil
	}
	const id = 16
	if err == nil && p.ID == "uuid" && p.Size >= id {
		var u []byte
		u, err = s.Bytes(p.Body(), id)
		p.ID += " " + hex.EncodeToString(u)
	}
	return p, err
}

// Top has a walk claim the boxes of a picture from its first byte on, and returns where
// they end: what is no box follows, or nothing. Where boxes that the picture needs follow
// that, the box before it has a wrong length, and stays.
func Top(w *chunk.Walk, in string) (end int64, last chunk.Part, err error) {
	for off := int64(0); ; {
		if end, last, err = upTo(w, off, in); err != nil {
			return end, last, err
		}
		next, err := seek(w, max(end, off+1))
		if next < 0 || err != nil {
			if err == nil {
				_, err = w.Apply(off, end, in, "")
			}
			return end, last, err
		}
		w.Distrust("a box %q is followed by something that is no box", last.ID)
		if _, err := w.Apply(off, last.Off, in, ""); err != nil {
			return end, last, err
		}
		w.Claim(last.Off, next-last.Off, scrub.Identify, "unread")
		off = next
	}
}

// upTo returns where the boxes from off on end. Something that is longer than what is left
// and has no name is none.
func upTo(w *chunk.Walk, off int64, in string) (end int64, last chunk.Part, err error) {
	last.Off = off
	_, err = w.Parts(off, w.Size(), func(p chunk.Part) error {
		if _, known := w.Rules[in][p.ID]; p.Cut && !known && !w.Filler(p) && !slices.Contains(w.Vital, p.ID) && !Nearly(p.ID, w.Vital) {
			return w.Errorf(p.Off, "box %q", p.ID)
		}
		last = p
		return nil
	})
	if scrub.Refusal(err) {
		err = nil
	}
	if last.ID == "" {
		return off, last, err
	}
	return last.End(), last, err
}

// seek returns where the next box is that the picture needs, from off on; -1 if there is none.
func seek(w *chunk.Walk, off int64) (int64, error) {
	const window, overlap = 64 << 10, 16
	for ; off < w.Size(); off += window - overlap {
		b, err := w.Bytes(off, int(min(window, w.Left(off))))
		if err != nil {
			return -1, err
		}
		for i := range b {
			if w.Starts(b[i:]) {
				return off + int64(i), nil
			}
		}
	}
	return -1, nil
}
