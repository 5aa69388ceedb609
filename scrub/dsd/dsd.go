// Package dsd cleans the two containers of DSD sound in place: DSF (Sony: DSF file format
// specification 1.01) and DSDIFF (Philips: DSDIFF 1.5).
package dsd

import (
	"bytes"
	"cmp"
	_ "embed" // the table
	"encoding/binary"
	"strings"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/id3"
	"untag/scrub/sniff"
	"untag/scrub/words"
)

//go:embed tags.tsv
var table string

// Formats are the entries of this package in the table of formats.
func Formats() []scrub.Format {
	return []scrub.Format{
		{Name: "dsf", Title: "DSF sound", Extensions: []string{"dsf"}, Sniff: sniff.Like("DSD \x1c\x00\x00\x00"), Parse: dsf},
		{Name: "dff", Title: "DSDIFF sound", Extensions: []string{"dff"}, Sniff: sniff.Like("FRM8????????DSD "), Parse: dff},
	}
}

func le64(b []byte, at int) int64 { return int64(binary.LittleEndian.Uint64(b[at:])) }

// dsf: a head with a pointer to a tag of ID3, a format, the sound, the tag.
func dsf(s *scrub.Scan) error {
	const head, format, data = 28, 52, 12
	b := s.Get(0, int(min(head+format+data, s.Size())))
	if len(b) < head+format+data || string(b[head:head+4]) != "fmt " || string(b[head+format:head+format+4]) != "data" || le64(b, head+4) != format {
		return s.Errorf(head, "no format and sound, as DSF has them")
	}
	total, tag := le64(b, 12), le64(b, 20)
	end := int64(head+format) + le64(b, head+format+4)
	s.Claim(0, head+format-4, scrub.Structure, "head")
	if err := s.Blank(head+format-4, 4, 0, scrub.Hidden, "head/reserved"); err != nil {
		return err
	}
	if !shaped(b[head:]) {
		s.Doubt("the head has a value that it can't have")
	}
	s.Claim(head+format, data, scrub.Structure, "data")
	if end < head+format+data || end > s.Size() {
		s.Claim(head+format+data, s.Size()-head-format-data, scrub.Payload, "data")
		s.Doubt("the sound is cut short, or was not finished")
		return nil
	}
	s.Claim(head+format+data, end-head-format-data, scrub.Payload, "data")
	e := scrub.End{Off: end}
	if tag == 0 && total == end || tag == end && total >= end {
		e.Proof = scrub.Proven
	}
	stays := false
	if b, err := s.Bytes(end, int(min(10, s.Left(end)))); err != nil {
		return err
	} else if n := id3.Len(b); n > 0 && n <= s.Left(end) {
		before := s.Point()
		if stays, err = id3.Clean(s, end, n, "ID3"); err != nil {
			return err
		}
		if e.Off = end + n; !stays {
			s.Reset(before)
			e.Off = end
			s.Found(scrub.Finding{Kind: scrub.Comment, Place: "ID3", Off: end, Len: n})
		}
	}
	if tag == 0 && total > e.Off && e.Off == end {
		e.Doubt = "the header tells of more"
		s.Doubt("%s", e.Doubt)
	}
	if !stays {
		end = 0
	}
	if e.Doubt == "" && (tag != end || total != e.Off) {
		want := binary.LittleEndian.AppendUint64(nil, uint64(e.Off))
		s.Put(scrub.Unlink, 12, binary.LittleEndian.AppendUint64(want, uint64(end)))
	}
	s.End(e)
	return nil
}

// shaped tells whether the format of DSF, its numbers between its own head and what is reserved, is of
// values that it can have (DSF File Format Specification 1.01).
func shaped(format []byte) bool {
	const kinds, channels, fastest, block = 7, 6, 1 << 27, 4096
	number := func(at int) int64 { return int64(binary.LittleEndian.Uint32(format[at:])) }
	bits, samples := number(32), le64(format, 36)
	return number(12) == 1 && number(16) == 0 && number(20) <= kinds && number(24) <= channels && number(28) <= fastest &&
		(bits == 1 || bits == 8) && samples >= 0 && samples < 1<<48 && number(44) == block
}

var dialect = &chunk.Dialect{
	Least:  12,
	Read:   read,
	Filler: func(p chunk.Part) bool { return p.ID == "JUNK" },
	Retire: func(s *scrub.Scan, p chunk.Part, unlink, destroy scrub.Phase) {
		s.Put(unlink, p.Off, []byte("JUNK"))
		s.Fill(destroy, p.Body(), p.Size+p.Pad, 0)
	},
	Vital: []string{"FRM8", "PROP", "DSD ", "DST ", "FS  ", "CHNL", "DSTF", "FRTE"},
}

var rules = chunk.MustRules(table)

func read(s *scrub.Scan, off, end int64) (p chunk.Part, err error) {
	b := s.Get(off, 12)
	for _, c := range b[:4] {
		if c < ' ' || c > '~' {
			return p, s.Errorf(off, "a chunk %q, expected letters", b[:4])
		}
	}
	p = chunk.Part{ID: string(b[:4]), Off: off, Head: 12, Size: int64(binary.BigEndian.Uint64(b[4:]))}
	if p.Size < 0 || p.Size > end-p.Body() {
		p.Size, p.Cut = end-p.Body(), true
	}
	p.Pad = min(p.Size&1, end-p.Tail())
	return p, nil
}

func dff(s *scrub.Scan) error {
	return chunk.Parse(s, dialect, rules, func(w *chunk.Walk) error {
		w.Hands = map[string]chunk.Hand{"FRM8/PROP": form, "PROP/CMPR": compression, "FRM8/ID3 ": tag, "DIIN/DIAR": counted, "DIIN/DITI": counted}
		p, err := w.Read(w.Scan, 0, w.Size())
		if err != nil {
			return err
		}
		if p.Cut {
			w.Distrust("the file is cut short")
		}
		const kind = 4
		w.Claim(0, p.Head+kind, scrub.Structure, "FRM8")
		if _, err := w.Apply(p.Head+kind, p.Tail(), "FRM8", ""); err != nil {
			return err
		}
		w.Claim(p.Tail(), p.Pad, scrub.Filler, "FRM8/pad")
		w.End(p.End(), scrub.Counted, 12)
		return nil
	})
}

// form claims a chunk that holds others behind four letters.
func form(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	n := min(4, p.Size)
	w.Claim(p.Off, p.Head+n, scrub.Structure, place)
	if _, err := w.Apply(p.Body()+n, p.Tail(), "PROP", place); err != nil {
		return true, err
	}
	return true, w.Hide(p.Tail(), p.Pad, place+"/pad")
}

// tag cleans a tag of ID3, of which nothing may stay.
func tag(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	if p.Cut {
		return w.Drop(p, scrub.Comment, place, "")
	}
	before := w.Point()
	w.Claim(p.Off, p.Head, scrub.Structure, place)
	stays, err := id3.Clean(w.Scan, p.Body(), p.Size, place)
	if scrub.Refusal(err) || err == nil && !stays {
		w.Reset(before)
		return w.Drop(p, scrub.Comment, place, "")
	}
	if err != nil {
		return false, err
	}
	return true, w.Hide(p.Tail(), p.Pad, place+"/pad")
}

// compression claims how sound is compressed: four letters, and their meaning for people.
func compression(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const before = 5 // the letters, and how long the name is
	b := w.Get(p.Body(), int(min(p.Size, before+255)))
	if len(b) < before || int64(b[4]) > p.Size-before {
		return true, w.Keep(p, scrub.Structure, place)
	}
	name := b[before : before+int(b[4])]
	w.Claim(p.Off, p.Head+before, scrub.Structure, place)
	if kind := string(b[:4]); kind != "DSD " && kind != "DST " {
		w.Doubt("%s has a value that it can't have", place)
	}
	at := p.Body() + before
	if said := strings.ToLower(string(name)); said == "not compressed" || said == "dst encoded" {
		w.Claim(at, int64(len(name)), scrub.Structure, place)
	} else if err := w.Blank(at, int64(len(name)), ' ', scrub.Hidden, place); err != nil {
		return true, err
	}
	at += int64(len(name))
	return true, cmp.Or(w.Hide(at, p.Tail()-at, place+"/rest"), w.Hide(p.Tail(), p.Pad, place+"/pad"))
}

// counted is a text behind its length.
func counted(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	b := w.Get(p.Body(), int(min(p.Size, 4)))
	if len(b) < 4 || int64(binary.BigEndian.Uint32(b)) != p.Size-4 {
		return w.Drop(p, scrub.Unknown, place, "")
	}
	text, ok := words.Legacy(bytes.TrimRight(w.Get(p.Body()+4, int(min(p.Size-4, 1<<10))), "\x00"))
	found := scrub.Finding{Kind: scrub.Title, Role: scrub.Describe, Place: place, Off: p.Off, Len: p.Len(), Value: text}
	if told := words.Stay([]byte(text), 1<<10); !ok || told != "" || w.Goes(found.Role, found.Kind) {
		return w.Drop(p, cmp.Or(told, scrub.Title), place, text)
	}
	w.Found(found)
	return true, w.Keep(p, scrub.Describe, place)
}
