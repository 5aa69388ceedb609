// Package raw cleans raw pictures that are no TIFF: Fujifilm's RAF, Minolta's MRW, Canon's
// CR3 and CRW, Sigma's X3F. What decoders know the camera by stays (LibRaw 0.20, dcraw 9.28).
package raw

import (
	_ "embed"
	"encoding/binary"
	"fmt"
	"strings"

	"untag/scrub"
	"untag/scrub/coded"
	"untag/scrub/sniff"
	"untag/scrub/tags"
	"untag/scrub/tiff"
)

//go:embed tags.tsv
var table string

// known are the tags by place and by the number or name that files have for them.
var known = tags.Keyed(table, func(t tags.Tag) (key string, named tags.Tag) {
	key, t.ID, _ = strings.Cut(t.ID, " ")
	return key, t
})

// lookup returns what is known of a tag that has a number.
func lookup(place string, tag uint64) (t tags.Tag, ok bool) {
	t, ok = known()[place][fmt.Sprintf("0x%04X", tag)]
	return t, ok
}

// Formats are the entries of the table of formats.
func Formats() []scrub.Format {
	return []scrub.Format{
		{Name: "raf", Title: "Fujifilm raw picture", Extensions: []string{"raf"}, Sniff: sniff.Like("FUJIFILMCCD-RAW "), Parse: fuji},
		{Name: "mrw", Title: "Minolta raw picture", Extensions: []string{"mrw"}, Sniff: sniff.Like("\x00MRM"), Parse: minolta},
		{Name: "crw", Title: "Canon CRW raw picture", Extensions: []string{"crw"}, Sniff: sniff.Like("II?\x00\x00\x00HEAPCCDR"), Parse: ciff},
		{Name: "x3f", Title: "Sigma raw picture", Extensions: []string{"x3f"}, Sniff: sniff.Like("FOVb"), Parse: foveon},
		{Name: "cr3", Title: "Canon CR3 raw picture", Extensions: []string{"cr3", "crm"}, Sniff: sniff.Like("????ftypcrx ", "????ftyp????\x00\x00\x00?crx "), Parse: canon},
	}
}

// block cleans n bytes at off as a TIFF without pictures.
func block(s *scrub.Scan, off, n int64, name, place, maker string) error {
	in, err := s.Within(scrub.Extents{{Off: off, Len: n}}, name)
	if err != nil {
		return err
	}
	before := s.Point()
	if err := tiff.Block(in, place, maker); scrub.Refusal(err) {
		s.Reset(before)
		s.Claim(off, n, scrub.Structure, name)
		s.Doubt("%s stays as it is: %v", name, err)
	} else if err != nil {
		return err
	}
	return nil
}

// jpeg cleans a preview of n bytes at off.
func jpeg(s *scrub.Scan, off, n int64, place string) error {
	err := s.Medium(scrub.Extents{{Off: off, Len: n}}, place)
	if scrub.Refusal(err) {
		s.Doubt("the preview stays as it is: %v", err)
		s.Claim(off, n, scrub.Payload, place)
		return nil
	}
	return err
}

// rest claims what lies between parts that are known: zeros, or bytes that stay.
func rest(s *scrub.Scan, off, end int64) error {
	if off >= end {
		return nil
	}
	if s.Zeros(off, end-off) {
		s.Claim(off, end-off, scrub.Filler, "gap")
		return nil
	}
	s.Claim(off, end-off, scrub.Identify, "gap")
	s.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: "gap", Off: off, Len: end - off})
	s.Doubt("%d bytes that nothing points at may be of the picture", end-off)
	return nil
}

// numbers doubts n bytes at off, which stay and should be numbers, if there are words among
// them.
func numbers(s *scrub.Scan, off, n int64, place string) error {
	text, err := coded.Numbers(s.Reader, off, n)
	if text {
		s.Doubt("%s holds text", place)
	}
	return err
}

// picture claims n bytes at off of coded picture.
func picture(s *scrub.Scan, off, n int64, place string) error {
	s.Claim(off, n, scrub.Payload, place)
	prose, err := coded.Prose(s.Reader, off, n)
	if len(prose) > 0 {
		s.Doubt("there is text among the coded picture, which may be what follows it")
	}
	return err
}

func be32(b []byte) int64 { return int64(binary.BigEndian.Uint32(b)) }
func le32(b []byte) int64 { return int64(binary.LittleEndian.Uint32(b)) }
