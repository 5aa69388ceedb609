package codec

import (
	"errors"
	"slices"

	"untag/scrub"
	"untag/scrub/coded"
)

// MaxMessages bounds the coded frames of a medium in which something is found: an hour and
// more of video with a message in each.
const MaxMessages = 1 << 16

// Look looks into the coded frames of one medium and reports what it finds.
type Look struct {
	S        *scrub.Scan
	messages int // that tell something
	quiet    int
}

// Frame claims frame number no of a stream, n bytes at off: as payload, and what is found
// in it for what it is. tells says that it holds something that other frames may hold,
// too, or held it before an earlier run.
func (l *Look) Frame(st *Stream, off, n, no int64, place string) (tells bool, err error) {
	switch st.Kind {
	case Pictures:
		return l.picture(off, n, place)
	case Fields, Tape, Camera:
		why, err := st.Inspect(l.S.Reader, off, n)
		if err != nil {
			return false, err
		}
		l.S.Claim(off, n, scrub.Payload, place)
		if why != "" {
			l.S.Doubt("%s", why)
		}
		return false, nil
	}
	pieces, err := st.Frame(l.S.Reader, off, n, no)
	if err != nil {
		if !scrub.Refusal(err) || errors.Is(err, scrub.ErrBudget) {
			return false, err
		}
		l.S.Claim(off, n, scrub.Payload, place)
		l.S.Mangled("coded frames can't be read")
		return false, nil
	}
	coded.Report(l.S, off, n, place, l.Most(pieces))
	return Tells(pieces), nil
}

// Config claims the configuration of a stream, n bytes at off, as structure but for what is
// found in it.
func (l *Look) Config(st *Stream, off, n int64, place string) error {
	pieces, err := st.Config(l.S.Reader, off, n)
	if err != nil {
		if !scrub.Refusal(err) || errors.Is(err, scrub.ErrBudget) {
			return err
		}
		if empty, err := l.S.Constant(off, n, 0); err != nil || !empty {
			l.S.Doubt("the configuration of a codec can't be read")
		}
		pieces = nil
	}
	for _, p := range pieces {
		l.S.Claim(off, p.Off-off, scrub.Structure, place)
		coded.Report(l.S, p.Off, p.Len, place, []coded.Piece{p})
		n, off = n-(p.Off+p.Len-off), p.Off+p.Len
	}
	l.S.Claim(off, n, scrub.Structure, place)
	return nil
}

// Most returns as many of the pieces as can be kept account of: that there are more that
// tell something is a doubt, and what tells nothing is payload then.
func (l *Look) Most(pieces []coded.Piece) []coded.Piece {
	return slices.DeleteFunc(pieces, func(p coded.Piece) bool {
		count := &l.messages
		if p.Kind == "" {
			count = &l.quiet
		}
		if *count++; *count <= MaxMessages {
			return false
		}
		if p.Kind != "" {
			l.S.Doubt("more coded frames hold messages than can be kept account of")
		}
		return true
	})
}

// Tells tells whether there is something among the pieces that is no padding.
func Tells(pieces []coded.Piece) bool {
	return slices.ContainsFunc(pieces, func(x coded.Piece) bool { return !x.Padding || x.Kind != "" })
}

// picture has a frame cleaned as a medium of its own, but for one whose segments decoders
// look at.
func (l *Look) picture(off, n int64, place string) (tells bool, err error) {
	const head = 10
	b, err := l.S.Bytes(off, int(min(n, head)))
	if err != nil || n == 0 {
		return false, err
	}
	if len(b) == head && string(b[6:]) == "AVI1" {
		return l.Frame(&Stream{Kind: Fields}, off, n, 0, place)
	}
	if l.messages++; l.messages > MaxMessages/8 {
		l.S.Claim(off, n, scrub.Payload, place)
		l.S.Doubt("the pictures of a film are too many to be cleaned one by one")
		return false, nil
	}
	before := l.S.Point()
	err = l.S.Medium(scrub.Extents{{Off: off, Len: n}}, place)
	if scrub.Refusal(err) {
		l.S.Claim(off, n, scrub.Payload, place)
		l.S.Mangled("pictures of a film can't be read")
		err = nil
	}
	return l.S.Edited(before), err
}
