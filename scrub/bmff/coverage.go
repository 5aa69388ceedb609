package bmff

import (
	"cmp"
	"slices"

	"untag/scrub"
)

// region is a run of bytes that sample tables point at.
type region struct {
	off, len int64
	stays    bool   // samples of a track that stays
	place    string // what they are, for those that go
	t        *track // of the last sample, if that stays
	last     int64  // where it lies
}

func (r region) end() int64 { return r.off + r.len }

// maxRegions bounds the memory for regions. Runs of neighbouring chunks count
// as one, so that only telemetry scattered through the file comes near it.
const maxRegions = 1 << 18

// coverage gathers what samples cover.
type coverage struct {
	regions []region
	asked   bool           // a table points at something
	pieces  []scrub.Range  // parts of coded frames that are not picture, claimed already
	starts  map[int64]bool // of pieces: tracks and movies may share samples
}

// piece notes a part of a coded frame that is about to be claimed, and tells
// whether it is a new one.
func (c *coverage) piece(r scrub.Range) bool {
	if c.starts[r.Off] {
		return false
	}
	if c.starts == nil {
		c.starts = map[int64]bool{}
	}
	c.starts[r.Off] = true
	c.pieces = append(c.pieces, r)
	return true
}

// forget takes back all but the first n pieces.
func (c *coverage) forget(n int) {
	for _, r := range c.pieces[n:] {
		delete(c.starts, r.Off)
	}
	c.pieces = c.pieces[:n]
}

// add joins a region to the last one if it goes on in the same way.
func (c *coverage) add(r region) error {
	if r.len <= 0 {
		return nil
	}
	if n := len(c.regions); n > 0 {
		last := &c.regions[n-1]
		if last.stays == r.stays && last.place == r.place && r.off == last.end() {
			last.len += r.len
			last.t, last.last = r.t, r.last
			return nil
		}
	}
	if len(c.regions) >= maxRegions {
		return scrub.ErrTooMany
	}
	c.regions = append(c.regions, r)
	return nil
}

// shared tells whether samples that stay have a byte in common: samples of
// their own bytes each are what a proof needs. The regions are sorted.
func (c *coverage) shared() bool {
	var end int64
	for _, r := range c.regions {
		if r.stays && r.off < end {
			return true
		}
		if r.stays {
			end = r.end()
		}
	}
	return false
}

// split sorts the regions and returns the union of those that stay and, apart
// from them, those that go.
func (c *coverage) split() (stay, go_ []region) {
	slices.SortFunc(c.regions, func(a, b region) int {
		return cmp.Or(cmp.Compare(a.off, b.off), cmp.Compare(b.len, a.len))
	})
	for _, r := range c.regions {
		list := &go_
		if r.stays {
			list = &stay
		}
		if n := len(*list); n > 0 && r.off <= (*list)[n-1].end() && (r.stays || (*list)[n-1].place == r.place) {
			last := &(*list)[n-1]
			if r.end() >= last.end() {
				last.len, last.t, last.last = r.end()-last.off, r.t, r.last
			}
			continue
		}
		*list = append(*list, r)
	}
	return stay, go_
}

// sweep visits [from, to) in pieces: what stays wins over what goes, and what
// neither covers is a gap. Both lists are sorted.
func sweep(from, to int64, stay, go_ []region, visit func(off, n int64, stays, goes bool, place string) error) error {
	for off := from; off < to; {
		stay, go_ = skipTo(stay, off), skipTo(go_, off)
		s, g := nextStart(stay, to), nextStart(go_, to)
		var end int64
		var err error
		switch {
		case s <= off:
			end = min(stay[0].end(), to)
			err = visit(off, end-off, true, false, "")
		case g <= off:
			end = min(go_[0].end(), s, to)
			err = visit(off, end-off, false, true, go_[0].place)
		default:
			end = min(s, g)
			err = visit(off, end-off, false, false, "")
		}
		if err != nil {
			return err
		}
		off = end
	}
	return nil
}

func skipTo(list []region, off int64) []region {
	for len(list) > 0 && list[0].end() <= off {
		list = list[1:]
	}
	return list
}

func nextStart(list []region, to int64) int64 {
	if len(list) == 0 {
		return to
	}
	return min(list[0].off, to)
}

// claimMedia claims what only all sample tables together explain: the bodies of
// mdat, boxes that nobody needs, and what follows the last box.
func (p *parser) claimMedia() error {
	stay, go_ := p.cover.split()
	all := stay
	p.kept = stay
	slices.SortFunc(p.cover.pieces, func(a, b scrub.Range) int { return cmp.Compare(a.Off, b.Off) })
	slices.SortFunc(p.mdats, func(a, b scrub.Range) int { return cmp.Compare(a.Off, b.Off) })
	if err := p.weigh(stay, go_); err != nil {
		return err
	}
	if len(p.distrusts) > 0 && !p.careful {
		return nil
	}
	if err := p.claimStrangers(); err != nil {
		return err
	}
	if err := p.claimEnd(); err != nil {
		return err
	}
	for _, m := range p.mdats {
		stay, go_ = skipTo(stay, m.Off), skipTo(go_, m.Off)
		if err := sweep(m.Off, m.End(), stay, go_, p.claimRun); err != nil {
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
	if p.cover.shared() {
		p.distrust("samples share bytes")
	}
	if meet(stay, go_) {
		p.distrust("samples share bytes with those of a track that goes")
	}
	if p.outside(stay) {
		p.distrust("samples lie outside of the media data")
	}
	if p.open && p.fragments > 0 {
		p.distrust("media data without a length among fragments")
	}
	if err := p.swallowed(stay, go_); err != nil {
		return err
	}
	if !p.careful && !p.cover.asked && !slices.ContainsFunc(p.strangers, risky) && p.end == p.s.Size() && !slices.ContainsFunc(p.mdats, func(m scrub.Range) bool { return m.Len > 0 }) {
		p.distrusts = nil
	}
	for _, why := range p.distrusts {
		p.s.Doubt("%s", why)
	}
	return nil
}

// meet tells whether regions of two sorted lists have a byte in common.
func meet(a, b []region) bool {
	for _, r := range a {
		if b = skipTo(b, r.off); len(b) > 0 && b[0].off < r.end() {
			return true
		}
	}
	return false
}

// claimEnd declares the logical end.
func (p *parser) claimEnd() error {
	end := scrub.End{Off: p.end, Proof: scrub.Said, More: p.moreBoxes}
	switch {
	case len(p.distrusts) > 0:
		end.Doubt = "it is not sure where the medium ends"
	case p.fragments > 0:
		end.Proof = scrub.Counted
	case p.cover.asked: // all samples are there
		end.Proof = scrub.Proven
	}
	if end.Doubt == "" {
		if err := p.cutOpen(); err != nil {
			return err
		}
		end.Off = p.end
	}
	p.s.End(end)
	return nil
}

// moreBoxes tells whether n bytes at off hold a box that a film needs.
func (p *parser) moreBoxes(off, n int64) (string, error) {
	const overlap = 8
	for n >= overlap {
		found, err := p.swallows(off, n, siblings)
		if err != nil || found {
			return "boxes of a film", err
		}
		step := min(n, maxSlack-overlap)
		off, n = off+step, n-step
	}
	return "", nil
}

// claimOutside protects samples that do not lie in mdat where they are.
func (p *parser) claimOutside() error {
	var bodies []region
	for _, m := range p.mdats {
		bodies = append(bodies, region{off: m.Off, len: m.Len, stays: true})
	}
	stay, _ := p.cover.split()
	for _, r := range stay {
		err := sweep(r.off, min(r.end(), p.s.Size()), bodies, nil, func(off, n int64, inside, _ bool, _ string) error {
			if !inside {
				p.s.Claim(off, n, scrub.Payload, "outside mdat")
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
		for len(mdats) > 0 && mdats[0].End() <= r.off {
			mdats = mdats[1:]
		}
		if len(mdats) == 0 || r.off < mdats[0].Off || r.end() > mdats[0].End() {
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
	for _, r := range p.cover.regions {
		end = max(end, min(r.end(), m.End()))
	}
	empty, err := p.s.Constant(end, m.End()-end, 0)
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
		p.claimFrames(off, n)
	case goes:
		// Before the track itself is unlinked: after an interruption the tables
		// still tell the next run where its samples are.
		p.s.Claim(off, n, scrub.Identify, place)
		p.s.Fill(scrub.Unlink, off, n, 0)
	case len(p.distrusts) > 0: // nobody knows what it is, and nobody touches it
		p.s.Claim(off, n, scrub.Identify, "mdat/unproven")
	default:
		return p.gap(off, n)
	}
	return nil
}

// claimFrames claims a run of samples as payload, around the pieces of coded
// frames that were claimed for what they are.
func (p *parser) claimFrames(off, n int64) {
	end := off + n
	for len(p.cover.pieces) > 0 && p.cover.pieces[0].Off < end {
		piece := p.cover.pieces[0]
		p.cover.pieces = p.cover.pieces[1:]
		if piece.Off < off {
			continue
		}
		p.s.Claim(off, piece.Off-off, scrub.Payload, "mdat")
		off = piece.End()
	}
	p.s.Claim(off, end-off, scrub.Payload, "mdat")
}
