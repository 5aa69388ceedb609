package bmff

import (
	"errors"
	"slices"

	"untag/scrub"
	"untag/scrub/cover"
)

// What contradicts itself is parsed anew, carefully: boxes that can't be read are
// left alone, those that are longer than what holds them are read up to its end,
// and of all else only what is named goes. What is Unknown or Hidden stays.

// parse has a film parsed, and once more if there is doubt about it, since that may
// come up after things were done that rest on what was read before.
func parse(s *scrub.Scan) error {
	var first error
	p := &parser{s: s}
	for range 3 {
		mark := s.Point()
		err := p.parse()
		if err == nil {
			err = s.LawfulSince(mark)
		}
		switch {
		case err == nil && (p.careful || len(p.distrusts) == 0):
			return nil
		case err != nil && (!scrub.Refusal(err) || errors.Is(err, scrub.ErrBudget) || errors.Is(err, scrub.ErrTooMany)):
			return err
		}
		if first == nil {
			first = err
		}
		s.Reset(mark)
		next := &parser{s: s, careful: true, shield: p.kept, distrusts: p.distrusts}
		if err != nil {
			next.distrust(reason(err))
		}
		p = next
	}
	return first
}

// reason is what an error says, without the format and the offset.
func reason(err error) string {
	if f := (*scrub.FormatError)(nil); errors.As(err, &f) {
		return f.Msg
	}
	if u := (*scrub.UnsupportedError)(nil); errors.As(err, &u) {
		return u.Msg
	}
	return "the film refers to more bytes than it has"
}

// children is [children], which carefully goes on behind a box that can't be read.
func (p *parser) children(off, end int64, visit func(box) error) (rest int64, err error) {
	if !p.careful {
		return children(p.s, off, end, visit)
	}
	for end-off >= 8 {
		h, err := p.s.Bytes(off, 8)
		if err != nil {
			return off, err
		}
		b, err := readBox(p.s, off, end)
		switch {
		case be32(h) == 0:
			return off, nil
		case damaged(err) && isBoxType(h[4:]) && b.len > end-off:
			b.len, b.cut = end-off, true
			p.distrust("a box is longer than what holds it")
		case damaged(err):
			return off, nil
		case err != nil:
			return off, err
		}
		if err := visit(b); err != nil && !damaged(err) {
			return off, err
		} else if err != nil {
			p.distrust(reason(err))
		}
		off = b.end()
	}
	return off, nil
}

// attempt claims a box with visit, or carefully as what nobody knows if that fails.
func (p *parser) attempt(b box, place string, visit func(box) error) error {
	mark := p.s.Point()
	err := visit(b)
	if !p.careful || !damaged(err) {
		return err
	}
	p.s.Reset(mark)
	p.s.Claim(b.off, b.len, scrub.Identify, place)
	p.distrust(reason(err))
	return nil
}

// topOnly are boxes that are in no other: one inside of a movie or a fragment tells
// that its length is too large.
var topOnly = []string{"mdat", "moov", "moof", "ftyp", "styp", "mfra"}

// trim carefully ends a box of the top level where one begins that can't be in it.
func (p *parser) trim(b box) (box, error) {
	if !p.careful || b.typ != "moov" && b.typ != "moof" {
		return b, nil
	}
	end := b.end()
	_, err := p.children(b.body(), b.end(), func(c box) error {
		if slices.Contains(topOnly, c.typ) {
			end = min(end, c.off)
		}
		return nil
	})
	b.len = end - b.off
	return b, err
}

// stays tells whether something is carefully left alone: it is unknown, and not in
// a container of tags, or media data lie there.
func (p *parser) stays(off, n int64, kind scrub.Kind) bool {
	if !p.careful {
		return false
	}
	shield := cover.From(p.shield, off)
	return len(shield) > 0 && shield[0].Off < off+n || p.tags == 0 && (kind == scrub.Unknown || kind == scrub.Hidden)
}
