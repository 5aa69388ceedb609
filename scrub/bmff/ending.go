package bmff

import (
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
)

// claimMedia claims what only all sample tables together explain: the bodies of
// mdat, boxes that nobody needs, and what follows the last box.
func (p *parser) claimMedia() error {
	if err := p.media.Weigh(len(p.movies), p.fragments); err != nil {
		return err
	}
	if !p.Careful && !p.media.Asked && !p.Missing && !slices.ContainsFunc(p.strangers, risky) && p.end == p.Size() && p.media.Empty() {
		p.Distrusts = nil // there is nothing that the tables are to explain
	}
	for _, why := range p.Distrusts {
		p.Doubt("%s", why)
	}
	if len(p.Distrusts) > 0 && !p.Careful {
		return nil
	}
	if err := p.claimStrangers(); err != nil {
		return err
	}
	if err := p.claimEnd(); err != nil {
		return err
	}
	return p.media.ClaimBodies()
}

// claimEnd declares the logical end.
func (p *parser) claimEnd() error {
	end := scrub.End{Off: p.end, Proof: scrub.Said, More: p.moreBoxes}
	switch {
	case len(p.Distrusts) > 0:
		end.Doubt = "it is not sure where the medium ends"
	case p.fragments > 0:
		end.Proof = scrub.Counted
	case p.media.Asked, p.Missing: // all samples are there
		end.Proof = scrub.Proven
	}
	if end.Doubt == "" {
		off, err := p.media.CutOpen(p.end)
		if err != nil {
			return err
		}
		end.Off = off
	}
	p.End(end)
	return nil
}

// moreBoxes tells whether n bytes at off hold a box that a film needs.
func (p *parser) moreBoxes(off, n int64) (string, error) {
	const overlap = 8
	for n >= overlap {
		found, err := p.Holds(off, n, grammar.Siblings)
		if err != nil || found {
			return "boxes of a film", err
		}
		step := min(n, box.MaxSlack-overlap)
		off, n = off+step, n-step
	}
	return "", nil
}
