package coded

import "untag/scrub"

// Report claims the n bytes at off as payload but for the pieces, reports
// these as findings, and makes the edits of those that go. A piece that says
// something and can't be removed is a doubt.
func Report(s *scrub.Scan, off, n int64, place string, pieces []Piece) {
	at := off
	for _, p := range pieces {
		s.Claim(at, p.Off-at, scrub.Payload, place)
		report(s, place, p)
		at = p.Off + p.Len
	}
	s.Claim(at, off+n-at, scrub.Payload, place)
}

func report(s *scrub.Scan, place string, p Piece) {
	if p.Kind == "" { // not constant as a whole: it has a type and a size
		s.Claim(p.Off, p.Len, scrub.Structure, place)
		return
	}
	s.Claim(p.Off, p.Len, scrub.Identify, place)
	if len(p.Edits) == 0 {
		if s.Goes(scrub.Identify, p.Kind) {
			s.Mangled("%s: %s", place, p.Value)
		}
		return
	}
	if !s.Found(scrub.Finding{Kind: p.Kind, Place: place, Off: p.Off, Len: p.Len, Value: p.Value}) {
		return
	}
	for _, e := range p.Edits {
		edit(s, e)
	}
}

func edit(s *scrub.Scan, e scrub.Edit) {
	if e.Data != nil {
		s.Put(e.Phase, e.Off, e.Data)
		return
	}
	s.Fill(e.Phase, e.Off, e.Len, e.Fill)
}
