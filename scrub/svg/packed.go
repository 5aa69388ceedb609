package svg

import (
	"bytes"
	"compress/gzip"
	"io"

	"untag/scrub"
	"untag/scrub/sniff"
)

// Packed is the entry of compressed drawings in the table of formats.
var Packed = scrub.Format{Name: "svgz", Title: "SVG drawing, compressed", Extensions: []string{"svgz"}, Sniff: isPacked, Parse: packed}

// isPacked tells whether a head is that of a drawing in gzip.
func isPacked(head []byte, size int64) bool {
	const enough = 4 << 10
	z, err := gzip.NewReader(bytes.NewReader(head))
	if err != nil {
		return false
	}
	text, _ := io.ReadAll(io.LimitReader(z, enough)) // the head may be less than all
	return sniff.XML("svg")(text, size)
}

// Flags of a member (RFC 1952, 2.3.1).
const (
	headerSum  = 2
	extraField = 4
	named      = 8
	commented  = 16
)

// packed clears the header of a member and looks into the drawing. What there is to remove
// in that stays: compressed anew it would be of another length, and a write that is torn
// would leave nothing of it.
func packed(s *scrub.Scan) error {
	const fixed = 10
	file := make([]byte, min(s.Size(), most))
	if _, err := s.ReadAt(file, 0); err != nil {
		return err
	}
	in := bytes.NewReader(file)
	z, err := gzip.NewReader(in)
	if err != nil {
		return s.Errorf(0, "no member of gzip")
	}
	z.Multistream(false)
	text, err := io.ReadAll(io.LimitReader(z, most+1))
	if err != nil || len(text) > most || s.Size() > most {
		return s.Unsupportedf(0, "a drawing that is damaged, or larger than %d bytes", most)
	}
	s.Claim(0, 4, scrub.Structure, "header")
	if file[3]&(headerSum|extraField) != 0 {
		s.Doubt("the header has fields that can't be looked into")
	}
	s.Claim(8, 2, scrub.Structure, "header")
	if err := s.Blank(4, 4, 0, scrub.Time, "header/time"); err != nil {
		return err
	}
	at := int64(fixed)
	for _, flag := range []byte{named, commented} {
		if file[3]&flag == 0 || file[3]&(headerSum|extraField) != 0 {
			continue
		}
		n := int64(bytes.IndexByte(file[at:], 0))
		if err := s.Blank(at, n, '_', scrub.Person, "header/name"); err != nil {
			return err
		}
		s.Claim(at+n, 1, scrub.Structure, "header")
		at += n + 1
	}
	end := s.Size() - int64(in.Len())
	s.Claim(at, end-at, scrub.Payload, "drawing")
	s.End(scrub.End{Off: end, Proof: scrub.Proven})
	before := s.Point()
	_, changed, err := s.Decoded(text, at, end-at, "drawing")
	if scrub.Refusal(err) {
		s.Doubt("the drawing can't be looked into: %v", err)
		return nil
	}
	if changed {
		s.Held(before)
		s.Doubt("the drawing is compressed: what it tells stays until it is unpacked")
	}
	return err
}
