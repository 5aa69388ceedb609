package bmff

import (
	"slices"
	"strings"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/bmff/media"
)

// topFiller is filler for the top level, where a length may be too small.
func (p *parser) topFiller(b box.Box, place string) error {
	if n := box.Uint32(p.Get(b.Off, 4)); n > 1 && n < 8 {
		p.Rewrite(b.Off, box.Bytes32(8), scrub.Hidden, place+"/length")
	}
	if len(p.movies) != 1 || p.Careful {
		return p.Filler(b, place)
	}
	if inner, err := p.retired(b); err != nil {
		return err
	} else if len(inner) > 0 {
		p.retire(b, inner, place)
		return nil
	}
	return p.Filler(b, place)
}

// retired returns the boxes of filler that was a movie box: writers that append a new one call
// the old one free (XMP Toolkit, AtomicParsley). Their types may be zeros, as far as
// [parser.retire] came.
func (p *parser) retired(b box.Box) (inner []box.Box, err error) {
	said := []string{"trak", "udta", "iods", "meta", "mvex", "free"}
	for off := b.Body(); off < b.End(); {
		c, err := box.Read(p.Scan, off, b.End())
		if err != nil || box.Uint32(p.Get(off, 4)) == 0 {
			return nil, box.IgnoreDamage(err)
		}
		is := func(typ string) bool {
			left := strings.TrimLeft(c.Type, "\x00")
			return left == typ[len(typ)-len(left):]
		}
		if len(inner) == 0 && !is("mvhd") || len(inner) > 0 && !slices.ContainsFunc(said, is) || len(inner) > media.MaxBodies {
			return nil, nil
		}
		inner, off = append(inner, c), c.End()
	}
	return inner, nil
}

// retire empties what [parser.retired] returned: the types first, so that what is left of it
// after a stop isn't taken for filler that a wrong length made take in a movie.
func (p *parser) retire(b box.Box, inner []box.Box, place string) {
	p.Claim(b.Off, b.Head, scrub.Structure, place)
	p.Claim(b.Body(), b.Size(), scrub.Identify, place)
	if !p.Found(scrub.Finding{Kind: scrub.Hidden, Place: place, Off: b.Body(), Len: b.Size()}) {
		return
	}
	at := b.Body()
	for _, c := range inner {
		p.Fill(scrub.Destroy, at, c.Off+4-at, 0)
		p.Fill(scrub.Unlink, c.Off+4, 4, 0)
		at = c.Off + 8
	}
	p.Fill(scrub.Destroy, at, b.End()-at, 0)
}
