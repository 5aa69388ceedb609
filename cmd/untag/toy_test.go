package main

import (
	"bytes"
	"strings"

	"untag/scrub"
)

// toy is a format whose files say in words what is to be found in them, so that
// a script can bring about every outcome:
//
//	TOY
//	identify device exif/Make Nokia
//	render time exif/Orientation 6
//	payload 0123456789
//	doubt the index contradicts itself
//	broken
//
// A value is removed by dots.
var toy = scrub.Format{
	Name: "toy", Title: "Toy", Extensions: []string{"toy"},
	Sniff: func(head []byte, _ int64) bool { return bytes.HasPrefix(head, []byte("TOY\n")) },
	Parse: parseToy,
}

func parseToy(s *scrub.Scan) error {
	b, err := s.Bytes(0, int(min(s.Size(), scrub.MaxPiece)))
	if err != nil {
		return err
	}
	off := int64(0)
	for line := range bytes.Lines(b) {
		if err := toyLine(s, off, string(line)); err != nil {
			return err
		}
		off += int64(len(line))
	}
	return nil
}

var toyRoles = map[string]scrub.Role{"identify": scrub.Identify, "describe": scrub.Describe, "render": scrub.Render}

func toyLine(s *scrub.Scan, off int64, line string) error {
	n := int64(len(line))
	word, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
	role, ok := toyRoles[word]
	switch {
	case word == "broken":
		return s.Errorf(off, "the line is broken")
	case word == "doubt":
		s.Doubt("%s", rest)
	case word == "payload":
		s.Claim(off, n, scrub.Payload, "payload")
		return nil
	case ok:
		kind, rest, _ := strings.Cut(rest, " ")
		place, value, _ := strings.Cut(rest, " ")
		at := int64(strings.LastIndex(line, value))
		s.Claim(off, at, scrub.Structure, "line")
		s.Claim(off+at, n-at, scrub.Identify, place)
		if strings.Trim(value, ".") != "" && s.Found(scrub.Finding{
			Kind: scrub.Kind(kind), Role: role, Place: place, Off: off + at, Len: int64(len(value)), Value: value,
		}) {
			s.Fill(scrub.Destroy, off+at, int64(len(value)), '.')
		}
		return nil
	}
	s.Claim(off, n, scrub.Structure, "line")
	return nil
}
