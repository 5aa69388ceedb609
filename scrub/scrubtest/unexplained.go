package scrubtest

import (
	"bytes"
	"slices"

	"untag/scrub"
)

// unproven are the kinds of which nothing says what they are.
var unproven = []scrub.Kind{scrub.Unknown, scrub.Hidden, scrub.Trailer}

// signed are the places that begin with a signature of dozens of bytes: whatever
// is there, it is no medium.
var signed = []string{"APP1/ExtendedXMP"}

// unexplained holds a plan for a damaged medium to the bound of law 9: of what no
// finding says what it is, at most 64 KiB or a hundredth of the file goes, zeros
// not counted. It returns where it begins and how much goes that is more, or 0.
func unexplained(data []byte, p *scrub.Plan) (off, n int64) {
	if p.Refused == "" && len(p.Doubts) == 0 {
		return -1, 0
	}
	bare := bytes.Clone(data)
	for _, f := range p.Findings {
		known := !slices.Contains(unproven, f.Kind) || slices.Contains(signed, f.Place)
		if f.Goes && known && f.Off >= 0 && f.Len > 0 && f.Off+f.Len <= p.Size {
			clear(bare[f.Off : f.Off+f.Len])
		}
	}
	off = -1
	for _, e := range append(slices.Clone(p.Edits), scrub.Edit{Off: p.End, Len: p.Size - p.End}) {
		for x := range e.Each(e.Off, e.End()) {
			for i := x.Off; i < x.End(); i++ {
				if bare[i] != 0 {
					n++
					bare[i] = 0
					if off < 0 {
						off = i
					}
				}
			}
		}
	}
	if n <= max(64<<10, p.Size/100) {
		return -1, 0
	}
	return off, n
}
