package scrubtest

import (
	"bytes"

	"untag/scrub"
)

// Word is what [Harness.Free] writes: letters, as somebody would who hides a name.
const Word = "CANARIES"

// Spot is a place in a medium.
type Spot struct {
	Off   int64  // in the medium
	Place string // in the format's own terms
	At    int64  // offset in the span of that place
}

// Free returns where a word can be written into the structure of a clean medium
// without its being noticed: the medium is still called clean. It tries each
// fourth byte of each span, where it is wanted.
func (h *Harness) Free(data []byte, want func(Spot) bool) (free []Spot, err error) {
	p, err := h.Engine.Plan(bytes.NewReader(data), int64(len(data)), h.Options)
	if err != nil || p.Status() != scrub.Clean {
		return nil, err
	}
	const n = int64(len(Word))
	for s := range scrub.Each(p.Map) {
		if s.Role != scrub.Structure && s.Role != scrub.Render {
			continue
		}
		for at := int64(0); at+n <= s.Len; at += 4 {
			spot := Spot{s.Off + at, s.Place, at}
			if !want(spot) {
				continue
			}
			other := bytes.Clone(data)
			copy(other[spot.Off:], Word)
			q, err := h.Engine.Plan(bytes.NewReader(other), p.Size, h.Options)
			if err != nil {
				return nil, err
			}
			if q.Status() == scrub.Clean {
				free = append(free, spot)
			}
		}
	}
	return free, nil
}
