// Package pcm cleans two old containers of sound in place: AU (Sun, NeXT: audio file header)
// and VOC (Creative: Voice File Format).
package pcm

import (
	"bytes"
	"cmp"
	_ "embed" // the table
	"encoding/binary"
	"strconv"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/sniff"
	"untag/scrub/words"
)

//go:embed tags.tsv
var table string

var rules = chunk.Table(table)

const creative = "Creative Voice File\x1a"

// Formats are the entries of this package in the table of formats.
func Formats() []scrub.Format {
	return []scrub.Format{
		{Name: "au", Title: "AU sound", Extensions: []string{"au", "snd"}, Sniff: sniff.Like(".snd\x00\x00"), Parse: au},
		{Name: "voc", Title: "VOC sound", Extensions: []string{"voc"}, Sniff: sniff.Like(creative), Parse: func(s *scrub.Scan) error {
			return chunk.Parse(s, dialect, rules(), voc)
		}},
	}
}

// au: a head, what somebody wrote about the sound, and the sound, of a length that may not
// be known.
func au(s *scrub.Scan) error {
	const head, unknown = 24, 1<<32 - 1
	b, err := s.Bytes(0, int(min(s.Size(), head)))
	if err != nil {
		return err
	}
	if len(b) < head {
		return s.Errorf(0, "a head of %d bytes", len(b))
	}
	w := &chunk.Walk{Scan: s, Dialect: &chunk.Dialect{Order: binary.BigEndian}}
	first, n := w.Number(b[4:8]), w.Number(b[8:12])
	if first < head || first > s.Size() {
		return s.Errorf(4, "sound at 0x%x, the file has %d bytes", first, s.Size())
	}
	if err := w.Record(0, head, chunk.Layout{chunk.Any(12), chunk.UpTo(4, 64), chunk.UpTo(4, 1<<24), chunk.UpTo(4, 256)}, "head"); err != nil {
		return err
	}
	end := first + n
	if err := annotation(s, head, first, n != unknown && end <= s.Size()); err != nil {
		return err
	}
	if end > s.Size() {
		if n != unknown {
			s.Doubt("the sound is cut short")
		}
		if end, err = s.CutMarks(first); err != nil {
			return err
		}
	} else {
		s.End(scrub.End{Off: end})
	}
	s.Claim(first, end-first, scrub.Payload, "sound")
	return nil
}

// annotation removes what stands between head and sound, if that is text, or if the lengths agree about
// where the sound begins: the first bytes of it may stand there else.
func annotation(s *scrub.Scan, off, end int64, agreed bool) error {
	const longest = 64 << 10
	if b := s.Get(off, int(min(end-off, longest))); !agreed && (end-off > longest || !words.Readable(string(bytes.TrimRight(b, "\x00")))) {
		s.Claim(off, end-off, scrub.Identify, "annotation")
		s.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: "annotation", Off: off, Len: end - off})
		s.Doubt("what stands before the sound may be a part of it")
		return nil
	}
	return s.Blank(off, end-off, 0, scrub.Comment, "annotation")
}

const spare = 15 // a type of blocks that there is none of

var dialect = &chunk.Dialect{
	Least:  1,
	Read:   readBlock,
	Filler: func(p chunk.Part) bool { return p.ID == strconv.Itoa(spare) },
	Retire: func(s *scrub.Scan, p chunk.Part, unlink, destroy scrub.Phase) {
		s.Put(unlink, p.Off, []byte{spare})
		s.Fill(destroy, p.Body(), p.Size, 0)
	},
	Raw: func(id string) []byte {
		n, _ := strconv.Atoi(id)
		return []byte{byte(n)}
	},
	Vital: []string{"1", "2", "8", "9"},
	Sane: func(w *chunk.Walk, p chunk.Part) (bool, error) {
		switch p.ID {
		case "4":
			return p.Size == 2, nil
		case "5", strconv.Itoa(spare): // text, or what an interrupted run left of it
			b, err := w.Bytes(p.Body(), int(min(p.Size, maxText)))
			return p.Size <= maxText && words.Readable(string(bytes.Trim(b, "\x00"))), err
		}
		_, known := rules()[""][p.ID]
		return known, nil
	},
}

const maxText = 64 << 10

// readBlock reads a type and a length of three bytes, which the last block has not.
func readBlock(s *scrub.Scan, off, end int64) (p chunk.Part, err error) {
	b, err := s.Bytes(off, int(min(4, end-off)))
	if err != nil {
		return p, err
	}
	p = chunk.Part{ID: strconv.Itoa(int(b[0])), Off: off, Head: int64(len(b)), Cut: len(b) < 4}
	if b[0] == 0 {
		p.Head, p.Cut = 1, false
	} else if !p.Cut {
		p.Size = int64(b[1]) | int64(b[2])<<8 | int64(b[3])<<16
	}
	const newest = 9
	if b[0] == newest && forgot(s, p.End(), end) {
		p.Size += forgotten
	}
	if p.Size > end-p.Body() {
		p.Size, p.Cut = end-p.Body(), true
	}
	return p, nil
}

// forgotten are the bytes that SoX does not count of the twelve that say how sound is coded, and some more.
const forgotten = 8

// forgot tells whether sound goes on for so many bytes behind its block, up to the end mark, and nothing
// is behind that but zeros of a tag that is not cut off yet. An emptied block may look like that, too.
func forgot(s *scrub.Scan, off, end int64) bool {
	const tag = 64 << 10
	mark := off + forgotten
	if end <= mark || end-mark > tag || !s.Zeros(mark, end-mark) {
		return false
	}
	if end == mark+1 {
		return true
	}
	b := s.Get(off, forgotten)
	block := b[0] > 0 && b[0] <= spare && int64(b[1])|int64(b[2])<<8|int64(b[3])<<16 <= end-off-4
	return !block && !s.Zeros(off, forgotten)
}

func voc(w *chunk.Walk) error {
	const head = 26
	b, err := w.Bytes(0, int(min(w.Size(), head)))
	if err != nil {
		return err
	}
	if len(b) < head {
		return w.Errorf(0, "a head of %d bytes", len(b))
	}
	off := int64(binary.LittleEndian.Uint16(b[20:]))
	if off < head || off > w.Size() {
		return w.Errorf(20, "a head of %d bytes", off)
	}
	w.Hands = map[string]chunk.Hand{"/9": newSound}
	w.Claim(0, head, scrub.Structure, "head")
	if err := between(w, head, off); err != nil {
		return err
	}
	for newest := false; off < w.Size(); {
		p, err := w.Read(w.Scan, off, w.Size())
		if err != nil {
			return err
		}
		if p.Cut {
			break
		}
		if p.ID == "0" {
			w.Claim(off, 1, scrub.Structure, "end")
			if newest && w.Left(off) > forgotten && !w.Zeros(off, forgotten) && w.Zeros(off+forgotten, 1) {
				w.Distrust("the last block may be %d bytes longer than it says", forgotten)
			}
			w.End(p.End(), scrub.Said, 1) // one byte is soon a zero
			return nil
		}
		newest = p.ID == "9"
		sane, err := w.Sane(w, p)
		if err == nil && sane {
			_, err = w.Part(p, "", "block "+p.ID)
		} else if err == nil { // a type is one byte: this may be sound
			w.Distrust("a block of type %s holds what it can't hold", p.ID)
			err = w.Keep(p, scrub.Payload, "block "+p.ID)
		}
		if err != nil {
			return err
		}
		off = p.End()
	}
	w.Distrust("the sound was not finished, or is cut short")
	end, err := w.CutMarks(off)
	w.Claim(off, end-off, scrub.Payload, "rest")
	return err
}

// between removes what stands between the head and the first block, unless a block may begin there: then
// it is where the head says blocks begin that is wrong.
func between(w *chunk.Walk, off, end int64) error {
	if off == end {
		return nil
	}
	p, err := w.Read(w.Scan, off, w.Size())
	if err != nil {
		return err
	}
	if sane, err := w.Sane(w, p); err != nil || !sane || p.Cut || p.ID == "0" {
		return cmp.Or(err, w.Hide(off, end-off, "head/rest"))
	}
	w.Distrust("blocks may begin at 0x%x, the head says 0x%x", off, end)
	w.Claim(off, end-off, scrub.Identify, "head/rest")
	return nil
}

// newSound claims sound behind twelve bytes that say how it is coded, the last four of which
// are reserved.
func newSound(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const fields, reserved = 12, 4
	if p.Size < fields {
		return true, w.Keep(p, scrub.Payload, place)
	}
	w.Claim(p.Off, p.Head+fields-reserved, scrub.Structure, place)
	w.Claim(p.Body()+fields, p.Size-fields, scrub.Payload, place)
	return true, w.Hide(p.Body()+fields-reserved, reserved, place+"/reserved")
}
