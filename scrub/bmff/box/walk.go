package box

import (
	"errors"
	"fmt"
	"slices"

	"untag/scrub"
)

// Walk is the work on the boxes of one medium.
type Walk struct {
	*scrub.Scan
	// Distrusts say why the boxes can't be trusted to be what they say.
	Distrusts []string
	// Missing tells that something shows that a part of the medium is not there, even
	// if nothing of it is left.
	Missing bool
	// Careful tells that the medium contradicts itself: boxes that can't be read are left
	// alone, those that are longer than what holds them are read up to its end, and of all
	// else only what is named goes. What is Unknown or Hidden stays.
	Careful bool
	// InTags is how many containers of tags the walk is in.
	InTags int
	// Shield is noted for a second walk: whether media data lie in n bytes at off, which
	// are left alone then.
	Shield func(off, n int64) bool

	grammar *Grammar
	shield  func(off, n int64) bool // as the walk before had it
}

// Grammar is what a family of media says of its boxes.
type Grammar struct {
	// Mandatory are the boxes that a container has to hold. Where one is missing, it has
	// lost its name, or another one has the wrong length.
	Mandatory map[string][]string
	// Vital boxes hold what a medium needs. One in a place where it can't be tells of a
	// wrong length before it.
	Vital []string
	// Siblings are boxes that follow others everywhere: where one stands behind the last
	// field of a box, the length of that box is wrong, and what is lost by believing it is
	// the medium.
	Siblings []string
	// Configs are boxes without which a decoder can't be set up.
	Configs []string
	// Apart are boxes that filler with a length that is too large takes in. What an
	// interrupted run left in a box that goes holds none of them.
	Apart []string
}

// NewWalk returns a walk over a medium that is believed.
func NewWalk(s *scrub.Scan, g *Grammar) *Walk { return &Walk{Scan: s, grammar: g} }

// Parse has plan plan a medium, and carefully once more if that gave reason to
// distrust it, since that may come up after things were done that rest on what was
// read before.
func Parse(s *scrub.Scan, g *Grammar, plan func(*Walk) error) error {
	var first error
	w := NewWalk(s, g)
	for range 3 {
		mark := s.Point()
		err := s.Try(func() error { return plan(w) })
		switch {
		case err == nil && (w.Careful || len(w.Distrusts) == 0):
			return nil
		case err != nil && (!scrub.Refusal(err) || errors.Is(err, scrub.ErrBudget) || errors.Is(err, scrub.ErrTooMany)):
			return err
		}
		if first == nil {
			first = err
		}
		s.Reset(mark)
		w = &Walk{Scan: s, grammar: g, Careful: true, shield: w.Shield, Distrusts: w.Distrusts}
		if err != nil {
			w.Distrust(reason(err))
		}
	}
	return first
}

// reason is what an error says of the medium.
func reason(err error) string { return scrub.Reason(err, "the film refers to more bytes than it has") }

// Distrust records why the boxes can't be trusted.
func (w *Walk) Distrust(reason string) {
	if !slices.Contains(w.Distrusts, reason) {
		w.Distrusts = append(w.Distrusts, reason)
	}
}

// Insist is [Walk.Distrust] for what shows that something is missing, even if nothing
// of it is left.
func (w *Walk) Insist(reason string) {
	w.Missing = true
	w.Distrust(reason)
}

// Children is [Each], which carefully goes on behind a box that can't be read.
func (w *Walk) Children(off, end int64, visit func(Box) error) (rest int64, err error) {
	if !w.Careful {
		return Each(w.Scan, off, end, visit)
	}
	for end-off >= 8 {
		h := w.Get(off, 8)
		b, err := Read(w.Scan, off, end)
		switch {
		case Uint32(h) == 0:
			return off, nil
		case Damaged(err) && IsType(h[4:]) && b.Len > end-off:
			b.Len, b.Cut = end-off, true
			w.Distrust("a box is longer than what holds it")
		case Damaged(err):
			return off, nil
		case err != nil:
			return off, err
		}
		if err := visit(b); err != nil && !Damaged(err) {
			return off, err
		} else if err != nil {
			w.Distrust(reason(err))
		}
		off = b.End()
	}
	return off, nil
}

// Attempt claims a box with visit, or carefully as what nobody knows if that fails.
func (w *Walk) Attempt(b Box, place string, visit func(Box) error) error {
	mark := w.Point()
	err := visit(b)
	if !w.Careful || !Damaged(err) {
		return err
	}
	w.Reset(mark)
	w.Claim(b.Off, b.Len, scrub.Identify, place)
	w.Distrust(reason(err))
	return nil
}

// complete visits the boxes of a container and distrusts all if it lacks one.
func (w *Walk) complete(b Box, visit func(Box) error) (rest int64, err error) {
	missing := slices.Clone(w.grammar.Mandatory[b.Type])
	rest, err = w.Children(b.Body(), b.End(), func(c Box) error {
		missing = slices.DeleteFunc(missing, func(typ string) bool { return typ == c.Type })
		return w.Attempt(c, b.Name()+"/"+c.Name(), visit)
	})
	if len(missing) > 0 && err == nil {
		w.Distrust(fmt.Sprintf("a box %q without %q", b.Name(), missing[0]))
	}
	return rest, err
}

// stays tells whether something is carefully left alone: it is unknown, and not in
// a container of tags, or media data lie there.
func (w *Walk) stays(off, n int64, kind scrub.Kind) bool {
	if !w.Careful {
		return false
	}
	return w.shield != nil && w.shield(off, n) || w.InTags == 0 && (kind == scrub.Unknown || kind == scrub.Hidden)
}
