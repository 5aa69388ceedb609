package bmff

import (
	"slices"

	"untag/scrub"
)

// parser is the work on one file.
type parser struct {
	s      *scrub.Scan
	movies []*movie
	mdats  []scrub.Range // the bodies
	// distrusts say why the sample tables can't be trusted to be complete: bytes
	// of mdat that no sample covers are then left alone.
	distrusts []string
	open      bool // the last mdat has no length of its own and reaches to the end
	cover     coverage
	// strangers are boxes of the top level that nobody knows.
	strangers []box
	said      map[string]bool // doubts that were recorded already
}

// parse walks the file twice: once over all boxes, noting where samples lie,
// and then over the bodies of mdat, which only all of the tables together explain.
func parse(s *scrub.Scan) error {
	p := &parser{s: s, said: map[string]bool{}}
	if err := p.readMovies(); err != nil {
		return err
	}
	if err := p.top(); err != nil {
		return err
	}
	return p.claimMedia()
}

// doubt records a reason once.
func (p *parser) doubt(reason string) {
	if !p.said[reason] {
		p.said[reason] = true
		p.s.Doubt("%s", reason)
	}
}

// distrust records that sample tables are not complete.
func (p *parser) distrust(reason string) { p.distrusts = append(p.distrusts, reason) }

// essential boxes can't be mistaken for a tail: a file that ends inside one is
// cut short. All others are not needed, and go with what follows.
var essential = []string{"ftyp", "moov", "moof", "mdat"}

// known tells whether a type is one that the top level is known to have.
func known(typ string) bool {
	return vendorBoxes[typ] != "" || slices.Contains([]string{"free", "skip", "wide", "sidx", "ssix", "styp", "mfra"}, typ)
}

// nextTop reads the box at off. ok is false where no more boxes follow, and all
// that is left is a tail.
func (p *parser) nextTop(off int64) (b box, ok bool, err error) {
	size := p.s.Size()
	if size-off < 8 {
		return box{}, false, nil
	}
	h, err := p.s.Bytes(off, 8)
	if err != nil {
		return box{}, false, err
	}
	typ := string(h[4:8])
	needed := slices.Contains(essential, typ)
	if be32(h) == 0 && typ != "mdat" {
		if needed || known(typ) {
			return box{}, false, p.s.Errorf(off, "box %q has no length", typeName(typ))
		}
		return box{}, false, nil
	}
	b, err = readBox(p.s, off, size)
	switch {
	case err == nil && (needed || isBoxType(h[4:8])):
		return b, true, nil
	case err == nil || !scrub.Refusal(err):
		return box{}, false, err
	case typ == "mdat":
		p.distrust("the file ends inside its media data")
		head := int64(8)
		if be32(h) == 1 {
			head = min(16, size-off)
		}
		return box{typ: typ, off: off, head: head, len: size - off}, true, nil
	case needed:
		return box{}, false, err
	case be32(h) >= 8 && known(typ):
		p.distrust("the file ends inside a box")
		return box{typ: typ, off: off, head: 8, len: size - off}, true, nil
	}
	return box{}, false, nil
}

// readMovies finds the moov boxes and reads what the tracks are, since a moof
// and the movie's own references can't be judged without it.
func (p *parser) readMovies() error {
	var off int64
	for {
		b, ok, err := p.nextTop(off)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		if b.typ == "moov" {
			m, err := p.readMovie(b)
			if err != nil {
				return err
			}
			p.movies = append(p.movies, m)
		}
		off = b.end()
	}
	const most = 16
	switch {
	case len(p.movies) > most:
		return p.s.Unsupportedf(0, "%d movie boxes", len(p.movies))
	case len(p.movies) > 1:
		p.distrust("there is more than one movie box")
	}
	return nil
}

// top claims every box of the top level.
func (p *parser) top() error {
	var off int64
	media := false
	for {
		b, ok, err := p.nextTop(off)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		if err := p.topBox(b); err != nil {
			return err
		}
		media = media || b.typ == "moov" || b.typ == "moof"
		off = b.end()
	}
	if !media {
		if _, err := readBox(p.s, off, p.s.Size()); scrub.Refusal(err) && off < p.s.Size() {
			return err
		}
		return p.s.Errorf(off, "no moov box")
	}
	if len(p.movies) == 0 {
		p.distrust("a segment without its movie header: its tracks are not known")
	}
	p.s.End(off)
	return nil
}

func (p *parser) topBox(b box) error {
	place := b.name()
	if b.typ == "prft" && b.len > 64 {
		p.distrust("a box has a length that it can't have")
		p.keep(b, place)
		return nil
	}
	switch b.typ {
	case "ftyp", "styp", "ssix", "pdin":
		p.keep(b, place)
	case "sidx":
		p.keep(b, place)
		return p.segmentIndex(b)
	case "mfra":
		return p.container(b, place)
	case "moov":
		i := slices.IndexFunc(p.movies, func(m *movie) bool { return m.box.off == b.off })
		return p.movie(p.movies[i])
	case "moof":
		return p.fragment(b)
	case "mdat":
		p.s.Claim(b.off, b.head, scrub.Structure, place)
		p.mdats = append(p.mdats, scrub.Range{Off: b.body(), Len: b.size()})
		h, err := p.s.Bytes(b.off, 4)
		if err != nil {
			return err
		}
		p.open = be32(h) == 0
		if len(p.mdats) > maxMdats {
			return scrub.ErrTooMany
		}
	case "free", "skip", "wide", "junk":
		return p.filler(b, place)
	default:
		if vendorBoxes[b.typ] != "" {
			return p.unknown(b, place)
		}
		if p.strangers = append(p.strangers, b); len(p.strangers) > maxMdats {
			return scrub.ErrTooMany
		}
	}
	return nil
}

// claimStrangers drops the boxes of the top level that nobody knows, unless the
// sample tables can't be trusted: one of them may be media data then, whose name
// was damaged.
func (p *parser) claimStrangers() {
	for _, b := range p.strangers {
		if len(p.distrusts) == 0 {
			p.drop(b, scrub.Unknown, b.name(), "")
			continue
		}
		p.s.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: b.name(), Off: b.off, Len: b.len})
		p.s.Claim(b.off, b.len, scrub.Identify, b.name())
	}
}

// maxMdats is far above what a day of two-second fragments needs.
const maxMdats = 1 << 16
