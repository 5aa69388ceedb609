// Package musepack cleans Musepack in place: SV8, which is packets, and SV7
// (trac.musepack.net: SV8 and SV7 specification).
package musepack

import (
	"cmp"
	_ "embed" // the table
	"encoding/binary"

	"untag/scrub"
	"untag/scrub/apetag"
	"untag/scrub/chunk"
	"untag/scrub/sniff"
)

//go:embed tags.tsv
var table string

// Format is Musepack.
var Format = scrub.Format{Name: "musepack", Title: "Musepack sound", Extensions: []string{"mpc", "mp+"}, Sniff: sniff.Like("MPCK", "MP+"), Parse: parse}

const retired = "ZZ" // two capitals that nobody uses

var dialect = &chunk.Dialect{
	Least:  3,
	Read:   read,
	Filler: func(p chunk.Part) bool { return p.ID == retired },
	Retire: func(s *scrub.Scan, p chunk.Part, unlink, destroy scrub.Phase) {
		s.Put(unlink, p.Off, []byte(retired))
		s.Fill(destroy, p.Body(), p.Size, 0)
	},
	Vital: []string{"SH", "AP", "SE", "SO", "ST", "RG"},
}

var rules = chunk.MustRules(table)

// read reads the key of a packet and its length, seven bits a byte, which counts both.
func read(s *scrub.Scan, off, end int64) (p chunk.Part, err error) {
	b := s.Get(off, int(min(end-off, 11)))
	if b[0] < 'A' || b[0] > 'Z' || b[1] < 'A' || b[1] > 'Z' {
		return p, s.Errorf(off, "a packet %q, expected capitals", b[:2])
	}
	n := int64(0)
	for i, c := range b[2:] {
		n = n<<7 | int64(c&0x7f)
		if c&0x80 != 0 {
			continue
		}
		p = chunk.Part{ID: string(b[:2]), Off: off, Head: int64(i) + 3, Size: n - int64(i) - 3}
		if p.Size < 0 {
			break
		}
		if p.Size > end-p.Body() {
			p.Size, p.Cut = end-p.Body(), true
		}
		return p, nil
	}
	return p, s.Errorf(off, "a packet %q of %d bytes", b[:2], n)
}

func parse(s *scrub.Scan) error {
	const magic = 4
	tail, err := apetag.Find(s)
	if err != nil {
		return err
	}
	b := s.Get(0, int(min(32, s.Size())))
	if string(b[:3]) == "MP+" {
		return seven(s, b, tail)
	}
	return chunk.Parse(s, dialect, rules, func(w *chunk.Walk) error {
		w.Hands = map[string]chunk.Hand{"/EI": next, "/CT": next}
		w.Claim(0, magic, scrub.Structure, "magic")
		e := scrub.End{Off: tail.Start, Proof: scrub.Said, More: w.More}
		_, err := w.Parts(magic, tail.Start, func(p chunk.Part) error {
			if p.ID == "SE" && e.Proof == scrub.Said {
				e.Off, e.Proof = p.End(), scrub.Proven
			}
			return nil
		})
		if err != nil && !scrub.Refusal(err) {
			return err
		}
		if e.Proof == scrub.Said {
			e.Doubt = "there is no packet that ends it"
			w.Distrust("%s", e.Doubt)
		}
		if _, err := w.Apply(magic, e.Off, "", ""); err != nil {
			return err
		}
		return tail.Clean(e)
	})
}

// seven claims a file of SV7. Its frames follow each other within bytes: nothing but the
// tags behind it tells where it ends.
func seven(s *scrub.Scan, b []byte, tail *apetag.Tail) error {
	const version = 27 // of the encoder
	if len(b) < 32 || b[3]&15 != 7 {
		return s.Unsupportedf(3, "version %d", b[3]&15)
	}
	end, err := tail.Sound()
	if err != nil {
		return err
	}
	end = max(end, 32)
	const gains, loudest = 14, 6400 // hundredths of a decibel of the title and of the album, each behind a peak
	for _, at := range []int{gains, gains + 4} {
		if v := int16(binary.LittleEndian.Uint16(b[at:])); v > loudest || v < -loudest {
			s.Doubt("the header has a value that it can't have")
		}
	}
	s.Claim(0, version, scrub.Structure, "header")
	s.Claim(version+1, end-version-1, scrub.Payload, "frames")
	return cmp.Or(s.Blank(version, 1, 0, scrub.Software, "encoder"), tail.Clean(scrub.End{Off: end}))
}

// next drops a packet behind which another one is: its length is right then.
func next(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	b := w.Get(p.End(), int(min(2, w.Left(p.End()))))
	most := rules[""][p.ID].Most
	if p.Cut || most > 0 && p.Size > most || rules[""][string(b)].ID == "" && string(b) != retired {
		w.Distrust("packet %q has a length that it can't have", p.ID)
		w.Claim(p.Off, p.Len(), scrub.Identify, place)
		w.Stuck(scrub.Finding{Kind: rules[""][p.ID].Kind, Place: place, Off: p.Off, Len: p.Len()})
		return true, nil
	}
	return w.Drop(p, rules[""][p.ID].Kind, place, "")
}
