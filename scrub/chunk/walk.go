package chunk

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"untag/scrub"
	"untag/scrub/tags"
	"untag/scrub/words"
)

// Walk is the work on one medium.
type Walk struct {
	*scrub.Scan
	*Dialect
	Rules Rules
	Hands map[string]Hand // by the place of a rule, a slash, and its ID
	// Careful tells that something contradicts itself: what is unknown or hidden
	// stays, and only what has a name goes.
	Careful bool

	wrong []string
	level int
	end   int64 // of the holder whose parts are claimed
}

const (
	maxLevel = 16
	maxWords = 4 << 10 // of a text that people read, in bytes
	maxWrong = 16
)

// Parse has plan plan a medium, and carefully once more if that gave reason to
// distrust it, since things may have been done before that came up.
func Parse(s *scrub.Scan, d *Dialect, rules Rules, plan func(*Walk) error) error {
	var first error
	w := &Walk{Scan: s, Dialect: d, Rules: rules}
	for {
		mark := s.Point()
		err := s.Try(func() error { return plan(w) })
		switch {
		case err == nil && (w.Careful || len(w.wrong) == 0):
			return nil
		case err != nil && (!scrub.Refusal(err) || errors.Is(err, scrub.ErrBudget) || errors.Is(err, scrub.ErrTooMany)):
			return err
		case w.Careful && first != nil:
			return first
		case w.Careful:
			return err
		}
		first = err
		s.Reset(mark)
		w = &Walk{Scan: s, Dialect: d, Rules: rules, Careful: true, wrong: w.wrong}
		if err != nil {
			w.Distrust("%s", reason(err))
		}
		for _, why := range w.wrong {
			s.Doubt("%s", why)
		}
	}
}

// reason is what an error says of the medium.
func reason(err error) string {
	return scrub.Reason(err, "the medium refers to more bytes than it has")
}

// Distrust records why names and lengths of the medium can't be believed.
func (w *Walk) Distrust(format string, args ...any) {
	why := fmt.Sprintf(format, args...)
	if len(w.wrong) < maxWrong && !slices.Contains(w.wrong, why) {
		w.wrong = append(w.wrong, why)
	}
	if w.Careful {
		w.Doubt("%s", why)
	}
}

// Parts visits the parts in [off, end) and returns where the last one ends. An error
// of the dialect says that no part is there.
func (w *Walk) Parts(off, end int64, visit func(Part) error) (int64, error) {
	for end-off >= w.Least {
		p, err := w.Read(w.Scan, off, end)
		if err != nil {
			return off, err
		}
		if p.End() <= off || p.End() > end {
			return off, w.Errorf(off, "part %q of %d bytes, %d are left", p.ID, p.Len(), end-off)
		}
		if err := visit(p); err != nil {
			return off, err
		}
		off = p.End()
	}
	return off, nil
}

// Apply claims the parts in [off, end) by the rules of a place, and what is left
// over. It tells whether any of them stays.
func (w *Walk) Apply(off, end int64, in, place string) (stays bool, err error) {
	if w.level++; w.level > maxLevel {
		return false, w.Unsupportedf(off, "parts nested %d deep", w.level)
	}
	defer func(end int64) { w.level--; w.end = end }(w.end)
	w.end = end
	if place != "" {
		place += "/"
	}
	rest := off
	_, err = w.Parts(off, end, func(p Part) error {
		if p.Cut {
			w.Distrust("part %q is cut short", p.ID)
		}
		stay, err := w.Part(p, in, place+w.name(p.ID))
		stays = stays || stay
		rest = p.End()
		return err
	})
	if err != nil && (!scrub.Refusal(err) || rest >= end) {
		return stays, err
	}
	zeros, fail := w.Constant(rest, end-rest, 0)
	switch {
	case fail != nil:
		return stays, fail
	case err != nil && !zeros:
		w.Distrust("%s", reason(err))
		w.Claim(rest, end-rest, scrub.Identify, place+"unread")
		return true, nil
	case !zeros:
		w.Distrust("bytes that are no part are left over")
		w.Claim(rest, end-rest, scrub.Identify, place+"rest")
		return stays, nil
	}
	w.Claim(rest, end-rest, scrub.Filler, place+"rest")
	return stays, nil
}

// Part claims one part by the rule that a place has for it, and tells whether it stays.
func (w *Walk) Part(p Part, in, place string) (stays bool, err error) {
	r, known := w.Rules[in][p.ID]
	switch {
	case w.Filler(p):
		return false, w.Padding(p, place)
	case !known && slices.Contains(w.Vital, p.ID):
		w.Distrust("part %q is where it can't be", p.ID)
		return true, w.stuck(p, scrub.Unknown, place)
	case r.Role != 0 && (r.Most == 0 || p.Size <= r.Most):
		return true, w.keep(p, r.Role, place)
	case r.Fate == tags.Hand:
		if do := w.Hands[in+"/"+p.ID]; do != nil {
			return do(w, p, place)
		}
		return false, w.Unsupportedf(p.Off, "part %q", p.ID)
	case r.Fate == tags.Holds || r.Fate == tags.Shell:
		return w.Enter(p, r, place)
	case r.Fate == tags.Words:
		return w.Words(p, r.Kind, place)
	case r.Role != 0 && slices.Contains(w.Vital, p.ID):
		w.Distrust("part %q is longer than it can be", p.ID)
		return true, w.stuck(p, scrub.Unknown, place)
	case r.Fate == tags.Go && r.Most > 0 && p.Size > r.Most, r.Role != 0:
		return w.Drop(p, scrub.Unknown, place, "")
	}
	return w.Drop(p, r.Kind, place, "")
}

// Enter applies the rules of what a part holds.
func (w *Walk) Enter(p Part, r tags.Tag, place string) (stays bool, err error) {
	before := w.Point()
	w.Claim(p.Off, p.Head, scrub.Structure, place)
	stays, err = w.Apply(p.Body(), p.Tail(), r.In, place)
	shell := !stays && r.Fate == tags.Shell && !w.Careful
	switch {
	case err != nil:
		return false, err
	case shell && w.Edited(before):
		w.Retract(before)
		w.retire(p, place)
		return false, nil
	case shell:
		if hollow, err := w.hollow(p); hollow || err != nil {
			return false, cmp.Or(err, w.pad(p, place))
		}
		w.Retract(before)
		return w.Drop(p, cmp.Or(r.Kind, scrub.Software), place, "empty")
	}
	if w.Closed != nil && w.Edited(before) {
		err = w.Closed(w, p)
	}
	return true, cmp.Or(err, w.pad(p, place))
}

// keep is Keep for a part whose body is looked at, unless it is payload.
func (w *Walk) keep(p Part, role scrub.Role, place string) error {
	sane, err := w.sane(p)
	switch {
	case err != nil:
		return err
	case sane || role == scrub.Payload:
		return w.Keep(p, role, place)
	}
	w.Distrust("part %q holds what it can't hold", p.ID)
	return w.stuck(p, scrub.Unknown, place)
}

func (w *Walk) sane(p Part) (bool, error) {
	if w.Sane == nil {
		return true, nil
	}
	return w.Sane(w, p)
}

// Keep claims a part that stays as it is.
func (w *Walk) Keep(p Part, role scrub.Role, place string) error {
	w.Claim(p.Off, p.Head, scrub.Structure, place)
	w.Claim(p.Body(), p.Size, role, place)
	return w.pad(p, place)
}

func (w *Walk) pad(p Part, place string) error {
	return w.Hide(p.Tail(), p.Pad, place+"/pad")
}

// Hide claims n bytes at off that have to be zeros. Carefully, others stay.
func (w *Walk) Hide(off, n int64, place string) error {
	if !w.Careful {
		return w.Blank(off, n, 0, scrub.Hidden, place)
	}
	if w.Zeros(off, n) {
		w.Claim(off, n, scrub.Filler, place)
		return nil
	}
	w.Claim(off, n, scrub.Identify, place)
	return nil
}

// Padding claims a part that is padding.
func (w *Walk) Padding(p Part, place string) error {
	w.Claim(p.Off, p.Head, scrub.Structure, place)
	if w.Zeros(p.Body(), p.Size+p.Pad) {
		w.Claim(p.Body(), p.Size+p.Pad, scrub.Filler, place)
		return nil
	}
	from := w.content(p)
	vital, err := w.vital(p, from)
	if err != nil {
		return err
	}
	if vital {
		w.Distrust("padding holds parts that the medium needs")
	}
	return w.Hide(p.Body(), p.Size+p.Pad, place)
}

// content returns where something stands behind the zeros of padding, -1 if there are
// none: what was retired and not filled yet has its parts from the first byte on, and
// padding whose length is wrong has those that follow it.
func (w *Walk) content(p Part) int64 {
	b := w.Get(p.Body(), int(min(p.Size, maxGuard)))
	n := len(b) - len(bytes.TrimLeft(b, "\x00"))
	if n == 0 || n == len(b) {
		return -1
	}
	return p.Body() + int64(n)
}

// Words claims a part that holds a text: it stays if the policy keeps such words and
// they are no more than that.
func (w *Walk) Words(p Part, kind scrub.Kind, place string) (stays bool, err error) {
	text := w.Decode(w.Get(p.Body(), int(min(p.Size, maxWords+1))))
	if told := words.Stay([]byte(text), maxWords); told != "" || p.Cut || p.Size > maxWords {
		return w.Drop(p, cmp.Or(told, kind), place, text)
	}
	if w.Found(scrub.Finding{Kind: kind, Role: scrub.Describe, Place: place, Off: p.Off, Len: p.Len(), Value: text}) {
		w.retire(p, place)
		return false, nil
	}
	return true, w.Keep(p, scrub.Describe, place)
}

// Decode returns the text that b holds.
func (w *Walk) Decode(b []byte) string {
	if w.Text != nil {
		return w.Text(b)
	}
	return strings.TrimRight(string(b), "\x00")
}

// Field replaces claimed bytes of a part that stays, if they are others.
func (w *Walk) Field(off int64, want []byte, kind scrub.Kind, place string) error {
	if string(w.Get(off, len(want))) == string(want) {
		return nil
	}
	if w.Found(scrub.Finding{Kind: kind, Place: place, Off: off, Len: int64(len(want))}) {
		w.Put(scrub.Repair, off, want)
	}
	return nil
}
