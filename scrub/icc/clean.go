package icc

import (
	"bytes"

	"untag/scrub"
)

// Clean scrubs a profile that is held in memory, since what holds it in the file
// is compressed. It returns what becomes of the profile and what it gives away,
// or a [scrub.FormatError] or [scrub.UnsupportedError].
func Clean(profile []byte, policy scrub.Policy) (clean []byte, found []scrub.Finding, err error) {
	var refused error
	f := Format
	f.Inner, f.Followed = false, true
	f.Sniff = func([]byte, int64) bool { return true }
	f.Parse = func(s *scrub.Scan) error { refused = parse(s); return refused }
	p, err := scrub.NewEngine([]scrub.Format{f}).Plan(bytes.NewReader(profile), int64(len(profile)), scrub.Options{Policy: policy})
	switch {
	case err != nil:
		return nil, nil, err
	case refused != nil:
		return nil, nil, refused
	case p.Refused != "":
		return nil, nil, &scrub.UnsupportedError{Format: Format.Name, Msg: p.Refused}
	}
	clean = bytes.Clone(profile)
	for _, e := range p.Edits {
		at := clean[e.Off:e.End()]
		if e.Data != nil {
			copy(at, e.Data)
			continue
		}
		for i := range at {
			at[i] = e.Fill
		}
	}
	return clean[:p.End], p.Findings, nil
}
