package chunk

import (
	"bytes"
	"cmp"
	"errors"
	"slices"

	"untag/scrub"
	"untag/scrub/tags"
)

// maxGuard is how much of a part that goes is searched for vital ones at a time.
const maxGuard = 64 << 10

// Drop reports a part and retires it if the policy says so. What has no name, or
// holds what the medium needs, is in doubt.
func (w *Walk) Drop(p Part, kind scrub.Kind, place, value string) (stays bool, err error) {
	kind = cmp.Or(kind, scrub.Unknown)
	vital, err := w.vital(p, p.Body())
	if err != nil {
		return false, err
	}
	sane, err := w.sane(p)
	if err != nil {
		return false, err
	}
	switch {
	case vital || !sane:
		w.Distrust("part %q has a length or name that it can't have", p.ID)
	case w.Careful && !w.Followed(p):
		w.Distrust("nothing that is known follows part %q", p.ID)
	case kind == scrub.Unknown && w.near(p.ID):
		w.Distrust("part %q may have a damaged name", p.ID)
	case kind == scrub.Unknown && w.Careful:
	default:
		return w.drop(p, scrub.Finding{Kind: kind, Place: place, Off: p.Off, Len: p.Len(), Value: value})
	}
	return true, w.stuck(p, kind, place)
}

func (w *Walk) drop(p Part, f scrub.Finding) (stays bool, err error) {
	if hollow, err := w.hollow(p); hollow || err != nil {
		w.Claim(p.Off, p.Len(), scrub.Structure, f.Place)
		return false, err
	}
	w.Claim(p.Off, p.Len(), scrub.Identify, f.Place)
	if !w.Found(f) {
		return true, nil
	}
	unlink, destroy := w.phases()
	w.Retire(w.Scan, p, unlink, destroy)
	return false, nil
}

// retire makes padding of a part that was reported.
func (w *Walk) retire(p Part, place string) {
	w.Claim(p.Off, p.Len(), scrub.Identify, place)
	unlink, destroy := w.phases()
	w.Retire(w.Scan, p, unlink, destroy)
}

// stuck claims a part that stays although nobody knows what it is.
func (w *Walk) stuck(p Part, kind scrub.Kind, place string) error {
	w.Claim(p.Off, p.Len(), scrub.Identify, place)
	w.Stuck(scrub.Finding{Kind: kind, Place: place, Off: p.Off, Len: p.Len()})
	return nil
}

// End declares that the medium ends at off, proof saying how sure that is, unless
// more speaks against it.
func (w *Walk) End(off int64, proof scrub.Proof, least int64) {
	e := scrub.End{Off: off, Proof: proof, Least: least, More: w.More}
	if w.Careful {
		e.Doubt = "the medium contradicts itself"
	}
	w.Scan.End(e)
}

// More tells whether n bytes at off, which follow the end, hold parts of the medium.
func (w *Walk) More(off, n int64) (string, error) {
	vital, err := w.vital(Part{Off: off, Size: n}, off)
	if err != nil || !vital {
		return "", err
	}
	return "parts of the medium", nil
}

// Followed tells whether a part ends where its holder does, or where another begins
// that is known: then its length is right.
func (w *Walk) Followed(p Part) bool {
	if p.End() >= w.end {
		return true
	}
	if w.end-p.End() < w.Least {
		return false
	}
	c, err := w.Read(w.Scan, p.End(), w.end)
	return err == nil && (w.Filler(c) || w.knows(c.ID))
}

// knows tells whether some place has a rule for an ID.
func (w *Walk) knows(id string) bool {
	for _, rules := range w.Rules {
		if _, ok := rules[id]; ok {
			return true
		}
	}
	return slices.Contains(w.Vital, id)
}

var errNoParts, errManyParts = errors.New("no parts"), errors.New("many parts")

const maxParts = 1 << 10

// vital tells whether a part holds one that it can't. Those with short IDs are seen if
// they fill the part, or if parts of which the first is one fill it from the byte at from
// on; -1 is nowhere.
func (w *Walk) vital(p Part, from int64) (found bool, err error) {
	if found, err = w.named(p); found || err != nil {
		return found, err
	}
	if from < 0 {
		return false, nil
	}
	// Shorter IDs are found in anything: they count where parts fill the body.
	steps := 0
	rest, err := w.Parts(from, p.Tail(), func(c Part) error {
		found = found || c.Size > 0 && slices.Contains(w.Vital, c.ID) && (c.Off == from || from == p.Body())
		switch steps++; {
		case c.Cut:
			return errNoParts
		case steps > maxParts:
			return errManyParts
		}
		return nil
	})
	switch {
	case err == errManyParts:
		return found, nil
	case scrub.Refusal(err) || err == errNoParts:
		return false, nil
	}
	return found && rest == p.Tail(), err
}

// named tells whether the name of a vital part stands in a part. Names alone are words
// that texts hold too: those count that have a length which the medium has room for.
func (w *Walk) named(p Part) (bool, error) {
	const overlap = 16 // longer than any name
	starts := w.starts()
	for off := p.Body(); off < p.Tail(); off += maxGuard - overlap {
		b := w.Get(off, int(min(p.Tail()-off, maxGuard)))
		for i := range b {
			if !starts(b[i:]) || w.Left(off+int64(i)) < w.Least {
				continue
			}
			c, err := w.Read(w.Scan, off+int64(i), w.Size())
			if err == nil && slices.Contains(w.Vital, c.ID) && (!c.Cut || len(c.ID) > 4 || w.Sure) {
				return true, nil
			}
			if err != nil && !scrub.Refusal(err) {
				return false, err
			}
		}
	}
	return false, nil
}

// starts returns what tells whether a vital part may start with some bytes. Names shorter
// than four bytes are found in anything.
func (w *Walk) starts() func(b []byte) bool {
	if w.Starts != nil {
		return w.Starts
	}
	var names [][]byte
	for _, id := range w.Vital {
		if raw := w.raw(id); len(raw) >= 4 {
			names = append(names, raw)
		}
	}
	return func(b []byte) bool {
		return slices.ContainsFunc(names, func(name []byte) bool { return bytes.HasPrefix(b, name) })
	}
}

// near tells whether an ID is one bit away from that of a part that stays.
func (w *Walk) near(id string) bool {
	is := func(known string) bool { return scrub.Near(string(w.raw(id)), string(w.raw(known))) }
	if slices.ContainsFunc(w.Vital, is) {
		return true
	}
	for _, rules := range w.Rules {
		for known, r := range rules {
			if r.Fate != tags.Go && r.Fate != tags.Words && is(known) {
				return true
			}
		}
	}
	return false
}

// hollow tells whether a part holds nothing but padding, or zeros: an earlier run could
// not retire it in one write.
func (w *Walk) hollow(p Part) (bool, error) {
	if p.Size > 0 && !w.Atomic(p.Off, p.Head) {
		if zeros := w.Zeros(p.Body(), p.Size); zeros {
			return zeros, nil
		}
	}
	if p.Size < w.Least {
		return false, nil
	}
	c, err := w.Read(w.Scan, p.Body(), p.Tail())
	if err == nil && w.Filler(c) && c.End() == p.Tail() {
		return w.Constant(c.Body(), c.Size, 0)
	}
	if scrub.Refusal(err) {
		err = nil
	}
	return false, err
}
