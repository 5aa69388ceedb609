package bmff

import (
	"container/heap"
	"slices"

	"untag/scrub"
	"untag/scrub/cover"
)

// parser is the work on one file.
type parser struct {
	s      *scrub.Scan
	movies []*movie
	mdats  []scrub.Range // the bodies
	// distrusts say why the sample tables can't be trusted to be complete: bytes
	// of mdat that no sample covers are then left alone.
	distrusts []string
	// hollow are where samples without bytes lie.
	hollow  map[int64]bool
	open    bool                // the last mdat has no length of its own and reaches to the end
	cover   cover.Cover[*track] // what sample tables point at
	asked   bool                // one points at something
	payload func(off, n int64)  // claims samples around what was claimed of them
	gaps    []scrub.Range       // of media data that no sample covers, and that are no zeros
	end     int64               // of the last box
	// strangers are boxes of the top level that nobody needs.
	strangers []box
	// starts are where boxes have to start according to the segment index.
	starts    offsets
	lastStart int64 // the highest there was
	indexed   int64 // where the last segment ends according to it
	fragments int
	hearings  int   // tracks of text that were listened to
	visited   int64 // samples that were looked at one by one
	recorder  bool  // the user data are those of what recorded the film
	wordless  bool  // words of a recorder went from the metadata at hand: see dropWords

	dated      bool   // the times of the media tell of a date
	indexScale uint32 // units of time of the segment index
	moofs      []int64

	careful bool     // see careful.go
	shield  []region // samples that stay, as found before
	kept    []region // and as found now
	tags    int      // how many containers of tags the parser is in
}

// parse walks the file twice: once over all boxes, noting where samples lie,
// and then over the bodies of mdat, which only all of the tables together explain.
func (p *parser) parse() error {
	if err := p.readMovies(); err != nil {
		return err
	}
	if err := p.top(); err != nil {
		return err
	}
	return p.claimMedia()
}

// distrust records that sample tables are not complete.
func (p *parser) distrust(reason string) {
	if !slices.Contains(p.distrusts, reason) {
		p.distrusts = append(p.distrusts, reason)
	}
}

// essential boxes can't be mistaken for a tail: a file that ends inside one is
// cut short. All others are not needed, and go with what follows.
var essential = []string{"ftyp", "moov", "moof", "mdat"}

// insist is distrust for what shows that something is missing, even if nothing
// of it is left.
func (p *parser) insist(reason string) {
	p.asked = true
	p.distrust(reason)
}

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
		b, err = p.trim(b)
		return b, true, err
	case err == nil || !scrub.Refusal(err):
		return box{}, false, err
	case typ == "mdat":
		p.distrust("the file ends inside its media data")
		head := int64(8)
		if be32(h) == 1 {
			head = min(16, size-off)
		}
		return box{typ: typ, off: off, head: head, len: size - off}, true, nil
	case needed && p.careful && b.len > size-off:
		p.insist("the file ends inside a box")
		b.len = size - off
		b, err = p.trim(b)
		return b, true, err
	case needed:
		return box{}, false, err
	case (typ == "free" || typ == "skip") && be32(h) < 8: // no body, and a length that leaves out the header
		return box{typ: typ, off: off, head: 8, len: 8}, true, nil
	case known(typ) && be32(h) < 8:
		return box{}, false, err
	case known(typ):
		p.insist("the file ends inside a box")
		return box{typ: typ, off: off, head: 8, len: size - off}, true, nil
	}
	return box{}, false, nil
}

// readMovies finds the moov boxes and reads what the tracks are, since a moof
// and the movie's own references can't be judged without it.
func (p *parser) readMovies() error {
	var off int64
	early, fragments := false, false // a fragment comes before the movie box, or anywhere
	for {
		b, ok, err := p.nextTop(off)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		if b.typ == "mdat" {
			if p.mdats = append(p.mdats, scrub.Range{Off: b.body(), Len: b.size()}); len(p.mdats) > maxMdats {
				return scrub.ErrTooMany
			}
		}
		if b.typ == "moof" {
			early, fragments = early || len(p.movies) == 0, true
			if p.moofs = append(p.moofs, b.off); len(p.moofs) > maxMdats {
				return scrub.ErrTooMany
			}
			if err := p.readFragmentTexts(b); err != nil {
				return err
			}
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
	for _, m := range p.movies {
		for _, t := range m.tracks {
			p.settle(t)
		}
	}
	for _, m := range p.movies { // now that the text of all fragments was read
		for _, t := range m.tracks {
			if t.goes && p.careful {
				why, err := t.tables.complete()
				t.goes = err == nil && why == "" && !t.swollen && !fragments && t.kind != scrub.Unknown
			}
		}
		if !slices.ContainsFunc(m.tracks, func(t *track) bool { return !t.goes }) {
			p.distrust("a movie without tracks of picture or sound")
		}
	}
	const most = 16
	switch {
	case len(p.movies) > most:
		return p.s.Unsupportedf(0, "%d movie boxes", len(p.movies))
	case len(p.movies) > 1:
		p.distrust("there is more than one movie box")
	case early && len(p.movies) > 0:
		p.insist("a fragment comes before the movie box")
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
		p.begin(b.off)
		if err := p.attempt(b, b.name(), p.topBox); err != nil {
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
	if p.indexed > off {
		p.insist("the last box ends before the index does")
	}
	if len(p.starts) > 0 && p.lastStart < p.s.Size() {
		p.insist("no box starts where the index says")
	}
	if len(p.movies) == 0 {
		p.distrust("a segment without its movie header: its tracks are not known")
	}
	p.end = off
	return nil
}

// begin compares where a box starts with where the segment index says that one
// has to: a box that swallowed the next one shows it nowhere else.
func (p *parser) begin(off int64) {
	for len(p.starts) > 0 && p.starts[0] <= off {
		if heap.Pop(&p.starts) != off {
			p.insist("no box starts where the index says")
		}
	}
}

func (p *parser) topBox(b box) error {
	place := b.name()
	if b.typ == "prft" && b.len > 64 {
		p.distrust("a box has a length that it can't have")
		p.keep(b, place)
		return nil
	}
	switch b.typ {
	case "ftyp", "styp":
		const most = 256 // a brand has four bytes, and no writer lists dozens
		if b.size() > most {
			return p.s.Errorf(b.off, "box %q has %d bytes, expected %d or fewer", b.name(), b.len, most)
		}
		return p.brands(b, place)
	case "ssix":
		return p.subsegmentIndex(b)
	case "sidx":
		return p.segmentIndex(b)
	case "mfra":
		return p.randomAccessIndex(b, place)
	case "moov":
		i := slices.IndexFunc(p.movies, func(m *movie) bool { return m.box.off == b.off })
		return p.movie(p.movies[i])
	case "moof":
		return p.fragment(b)
	case "mdat":
		p.s.Claim(b.off, b.head, scrub.Structure, place)
		h, err := p.s.Bytes(b.off, 4)
		if err != nil {
			return err
		}
		p.open = be32(h) == 0
	case "free", "skip", "wide", "junk":
		return p.topFiller(b, place)
	default:
		if !slices.Contains(nesting, b.typ) {
			swallowed, err := p.swallows(b.body(), b.size(), fragmentBoxes)
			if err != nil {
				return err
			}
			if swallowed {
				p.insist("a box has a length that it can't have")
				p.s.Claim(b.off, b.len, scrub.Identify, place)
				return nil
			}
		}
		if p.strangers = append(p.strangers, b); len(p.strangers) > maxMdats {
			return scrub.ErrTooMany
		}
	}
	return nil
}

// topFiller is filler for the top level, where a length may be too small.
func (p *parser) topFiller(b box, place string) error {
	h, err := p.s.Bytes(b.off, 4)
	if err != nil {
		return err
	}
	if n := be32(h); n > 1 && n < 8 {
		p.rewrite(b.off, put32(8), scrub.Hidden, place+"/length")
	}
	return p.filler(b, place)
}

// risky tells whether a box that nobody needs may be something else, in a file
// that contradicts itself: media data whose name was damaged, or a box whose
// length was, so that it swallowed what follows it.
func risky(b box) bool {
	const large = 4 << 10
	return b.typ != "uuid" && b.typ != "meta" && b.typ != "udta" && (vendorBoxes[b.typ] == "" || b.len > large)
}

// nesting are boxes of the top level that may hold whole media or other boxes.
var nesting = []string{"uuid", "meta", "udta", "mpvd", "inst", "sefd", "thum", "PICT", "pict", "frea", "axte"}

// fragmentBoxes are what a box swallows that is longer than it can be.
var fragmentBoxes = []string{"moof", "mfhd", "moov", "mvhd", "styp", "sidx"}

// claimStrangers drops the boxes of the top level that nobody needs.
func (p *parser) claimStrangers() error {
	for _, b := range p.strangers {
		if len(p.distrusts) > 0 && risky(b) {
			p.s.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: b.name(), Off: b.off, Len: b.len})
			p.s.Claim(b.off, b.len, scrub.Identify, b.name())
			continue
		}
		if err := p.unknown(b, b.name()); err != nil {
			return err
		}
	}
	return nil
}

// maxMdats is far above what a day of two-second fragments needs.
const maxMdats = 1 << 16
