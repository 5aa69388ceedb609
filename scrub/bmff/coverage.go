package bmff

import (
	"cmp"
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/cover"
)

// region is a run of bytes that sample tables point at.
type region = cover.Region[*track]

// claimMedia claims what only all sample tables together explain: the bodies of
// mdat, boxes that nobody needs, and what follows the last box.
func (p *parser) claimMedia() error {
	stay, go_ := p.cover.Split()
	all := stay
	p.Shield = func(off, n int64) bool {
		kept := cover.From(all, off)
		return len(kept) > 0 && kept[0].Off < off+n
	}
	p.payload = p.cover.Around(p.Scan, "mdat")
	slices.SortFunc(p.mdats, func(a, b scrub.Range) int { return cmp.Compare(a.Off, b.Off) })
	if err := p.weigh(stay, go_); err != nil {
		return err
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
	for _, m := range p.mdats {
		stay, go_ = cover.From(stay, m.Off), cover.From(go_, m.Off)
		if err := cover.Sweep(m.Off, m.End(), stay, go_, p.claimRun); err != nil {
			return err
		}
	}
	if err := p.claimGaps(all); err != nil {
		return err
	}
	return p.claimOutside()
}

// weigh looks for what speaks against the tables as a whole, and records the
// doubts if there is anything that the tables are to explain.
func (p *parser) weigh(stay, go_ []region) error {
	if p.cover.Shared() {
		p.Distrust("samples share bytes")
	}
	if cover.Meet(stay, go_) {
		p.Distrust("samples share bytes with those of a track that goes")
	}
	if p.outside(stay) {
		p.Distrust("samples lie outside of the media data")
	}
	if p.open && p.fragments > 0 {
		p.Distrust("media data without a length among fragments")
	}
	if err := p.swallowed(stay, go_); err != nil {
		return err
	}
	if !p.Careful && !p.asked && !p.Missing && !slices.ContainsFunc(p.strangers, risky) && p.end == p.Size() && !slices.ContainsFunc(p.mdats, func(m scrub.Range) bool { return m.Len > 0 }) {
		p.Distrusts = nil
	}
	for _, why := range p.Distrusts {
		p.Doubt("%s", why)
	}
	return nil
}

// claimEnd declares the logical end.
func (p *parser) claimEnd() error {
	end := scrub.End{Off: p.end, Proof: scrub.Said, More: p.moreBoxes}
	switch {
	case len(p.Distrusts) > 0:
		end.Doubt = "it is not sure where the medium ends"
	case p.fragments > 0:
		end.Proof = scrub.Counted
	case p.asked, p.Missing: // all samples are there
		end.Proof = scrub.Proven
	}
	if end.Doubt == "" {
		if err := p.cutOpen(); err != nil {
			return err
		}
		end.Off = p.end
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

// claimOutside protects samples that do not lie in mdat where they are.
func (p *parser) claimOutside() error {
	var bodies []region
	for _, m := range p.mdats {
		bodies = append(bodies, region{Off: m.Off, Len: m.Len, Stays: true})
	}
	stay, _ := p.cover.Split()
	for _, r := range stay {
		err := cover.Sweep(r.Off, min(r.End(), p.Size()), bodies, nil, func(off, n int64, inside, _ bool, _ string) error {
			if !inside {
				p.Claim(off, n, scrub.Payload, "outside mdat")
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// outside tells whether a region does not lie in the body of one mdat.
func (p *parser) outside(list []region) bool {
	mdats := p.mdats
	for _, r := range list {
		for len(mdats) > 0 && mdats[0].End() <= r.Off {
			mdats = mdats[1:]
		}
		if len(mdats) == 0 || r.Off < mdats[0].Off || r.End() > mdats[0].End() {
			return true
		}
	}
	return false
}

// cutOpen makes what follows the last sample of an mdat without a length a tail:
// whatever was appended to such a file looks like media data.
func (p *parser) cutOpen() error {
	if !p.open || len(p.mdats) == 0 {
		return nil
	}
	m := &p.mdats[len(p.mdats)-1]
	end := m.Off
	for _, r := range p.cover.Regions() {
		end = max(end, min(r.End(), m.End()))
	}
	empty, err := p.Constant(end, m.End()-end, 0)
	if err == nil && !empty {
		m.Len = end - m.Off
		p.end = end
	}
	return err
}

// claimRun claims one run of bytes inside mdat.
func (p *parser) claimRun(off, n int64, stays, goes bool, place string) error {
	switch {
	case stays:
		p.payload(off, n)
	case goes:
		// Before the track itself is unlinked: after an interruption the tables
		// still tell the next run where its samples are.
		p.Claim(off, n, scrub.Identify, place)
		p.Fill(scrub.Unlink, off, n, 0)
	case len(p.Distrusts) > 0: // nobody knows what it is, and nobody touches it
		p.Claim(off, n, scrub.Identify, "mdat/unproven")
	default:
		return p.gap(off, n)
	}
	return nil
}
