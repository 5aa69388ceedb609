package svg

import (
	"bytes"
	"cmp"
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

// packed clears the header of a member, and has the drawing in it compressed anew if it
// changes.
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
	const system, anySystem = 9, 255
	if file[system] != anySystem && s.Found(scrub.Finding{Kind: scrub.Software, Place: "header/system", Off: system, Len: 1}) {
		s.Put(scrub.Destroy, system, []byte{anySystem})
	}
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
	before := s.Point()
	if err := s.Packed(text, at, end-at, "drawing", "the drawing is compressed: what it tells stays until it is unpacked", func(text []byte) ([]byte, error) {
		return member(text, fixed)
	}); err != nil {
		return err
	}
	if bytes.HasPrefix(file[end:], []byte("\x1f\x8b")) { // all members are one text (RFC 1952, 2.2)
		s.Doubt("the drawing is compressed in parts, of which only the first is looked into")
		last, err := s.CutMarks(end)
		s.Claim(end, last-end, scrub.Structure, "members")
		return err
	}
	e := scrub.End{Off: end, Proof: scrub.Proven}
	if s.Doubted(before) {
		e.Doubt = "the drawing before them is not sure to be whole"
	}
	s.End(e)
	return nil
}

// member compresses a text, and leaves out the header of so many bytes.
func member(text []byte, header int) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	_, err = z.Write(text)
	err = cmp.Or(err, z.Close())
	return b.Bytes()[min(header, b.Len()):], err
}
