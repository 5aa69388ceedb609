package bmff

import (
	"container/heap"
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/bmff/header"
	"untag/scrub/bmff/media"
	"untag/scrub/bmff/meta"
	"untag/scrub/bmff/still"
)

// parser is the work on one file.
type parser struct {
	*box.Walk
	tags   *meta.Tags
	stills bool // what it is has items for its pictures, by its brand
	movies []*movie
	items  []*still.Pictures
	// minimized tells that there is a picture in a box without tables.
	minimized bool
	clip      bool // there is the clip of a motion photo
	media     *media.Data
	end       int64 // of the last box
	// strangers are boxes of the top level that nobody needs.
	strangers []box.Box
	// starts are where boxes have to start according to the segment index.
	starts    offsets
	lastStart int64 // the highest there was
	indexed   int64 // where the last segment ends according to it
	fragments int
	hearings  int // tracks of text that were listened to

	dated      bool   // the times of the media tell of a date
	indexScale uint32 // units of time of the segment index
	moofs      []int64
}

func newParser(w *box.Walk, stills bool) *parser {
	return &parser{Walk: w, stills: stills, tags: &meta.Tags{Walk: w}, media: &media.Data{Walk: w}}
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

// essential boxes can't be mistaken for a tail: a file that ends inside one is
// cut short. All others are not needed, and go with what follows.
var essential = []string{"ftyp", "moov", "moof", "mdat"}

// known tells whether a type is one that the top level is known to have.
func known(typ string) bool {
	return meta.IsVendor(typ) || slices.Contains([]string{"free", "skip", "wide", "sidx", "ssix", "styp", "mfra"}, typ)
}

// nextTop reads the box at off. ok is false where no more boxes follow, and all
// that is left is a tail.
func (p *parser) nextTop(off int64) (b box.Box, ok bool, err error) {
	size := p.Size()
	if size-off < 8 {
		return box.Box{}, false, nil
	}
	h := p.Get(off, 8)
	typ := string(h[4:8])
	needed := slices.Contains(essential, typ) || p.stills && typ == "meta"
	if box.Uint32(h) == 0 && typ != "mdat" && !(p.stills && typ == "meta") {
		if needed || known(typ) {
			return box.Box{}, false, p.Errorf(off, "box %q has no length", box.TypeName(typ))
		}
		return box.Box{}, false, nil
	}
	b, err = box.Read(p.Scan, off, size)
	switch {
	case err == nil && (needed || box.IsType(h[4:8])):
		b, err = p.trim(b)
		return b, true, err
	case err == nil || !scrub.Refusal(err):
		return box.Box{}, false, err
	case typ == "mdat":
		p.Distrust("the file ends inside its media data")
		head := int64(8)
		if box.Uint32(h) == 1 {
			head = min(16, size-off)
		}
		return box.Box{Type: typ, Off: off, Head: head, Len: size - off}, true, nil
	case needed && p.Careful && b.Len > size-off:
		p.Insist("the file ends inside a box")
		b.Len = size - off
		b, err = p.trim(b)
		return b, true, err
	case needed:
		return box.Box{}, false, err
	case (typ == "free" || typ == "skip") && box.Uint32(h) < 8: // no body, and a length that leaves out the header
		return box.Box{Type: typ, Off: off, Head: 8, Len: 8}, true, nil
	case known(typ) && box.Uint32(h) < 8:
		return box.Box{}, false, err
	case known(typ):
		p.Insist("the file ends inside a box")
		return box.Box{Type: typ, Off: off, Head: 8, Len: size - off}, true, nil
	}
	return box.Box{}, false, nil
}

// readMovies finds the moov boxes and reads what the tracks are, since a moof
// and the movie's own references can't be judged without it.
func (p *parser) readMovies() error {
	early, fragments := false, false // a fragment comes before the movie box, or anywhere
	_, err := p.eachTop(func(b box.Box) error {
		switch b.Type {
		case "mdat":
			if p.media.Bodies = append(p.media.Bodies, scrub.Range{Off: b.Body(), Len: b.Size()}); len(p.media.Bodies) > media.MaxBodies {
				return scrub.ErrTooMany
			}
		case "moof":
			early, fragments = early || len(p.movies) == 0, true
			if p.moofs = append(p.moofs, b.Off); len(p.moofs) > media.MaxBodies {
				return scrub.ErrTooMany
			}
			return p.readFragmentTexts(b)
		case "moov":
			m, err := p.readMovie(b)
			p.movies = append(p.movies, m)
			return err
		case "mpvd":
			p.clip = true
		case "meta":
			return p.readItems(b)
		case "mini":
			p.minimized = p.minimized || p.stills
		}
		return nil
	})
	if err != nil {
		return err
	}
	p.settleMovies(fragments)
	const most = 16
	switch {
	case len(p.movies) > most:
		return p.Unsupportedf(0, "%d movie boxes", len(p.movies))
	case len(p.movies) > 1:
		p.Distrust("there is more than one movie box")
	case early && len(p.movies) > 0:
		p.Insist("a fragment comes before the movie box")
	}
	return nil
}

// readItems reads a meta box of the top level that holds pictures.
func (p *parser) readItems(b box.Box) error {
	is, named, err := still.IsPictures(p.Walk, b, p.stills)
	if err != nil || !is {
		return err
	}
	x, err := still.Read(p.Walk, b, p.media)
	if len(p.items) > 0 {
		p.Distrust("there are two tables of items")
	}
	p.items = append(p.items, x)
	if !named {
		p.Distrust("the items are of no pictures")
	}
	if x.Idat.Len > 0 {
		p.media.Bodies = append(p.media.Bodies, x.Idat)
	}
	return err
}

// itemsOf returns the items of a meta box, nil if it holds none.
func (p *parser) itemsOf(b box.Box) *still.Pictures {
	for _, x := range p.items {
		if x.Box.Off == b.Off {
			return x
		}
	}
	return nil
}

// settleMovies decides which tracks go, now that the text of all fragments was read.
func (p *parser) settleMovies(fragments bool) {
	for _, m := range p.movies {
		for _, t := range m.tracks {
			p.settle(t)
		}
	}
	for _, m := range p.movies {
		for _, t := range m.tracks {
			if t.Goes && p.Careful {
				why, err := t.Tables.Complete()
				t.Goes = err == nil && why == "" && !t.swollen && !fragments && t.kind != scrub.Unknown
			}
		}
		if !slices.ContainsFunc(m.tracks, func(t *track) bool { return !t.Goes }) {
			p.Distrust("a movie without tracks of picture or sound")
		}
	}
}

// eachTop visits the boxes of the top level and returns where they end.
func (p *parser) eachTop(visit func(box.Box) error) (end int64, err error) {
	for {
		b, ok, err := p.nextTop(end)
		if err != nil || !ok {
			return end, err
		}
		if err := visit(b); err != nil {
			return end, err
		}
		end = b.End()
	}
}

// top claims every box of the top level.
func (p *parser) top() error {
	media := false
	off, err := p.eachTop(func(b box.Box) error {
		p.begin(b.Off)
		media = media || b.Type == "moov" || b.Type == "moof" || p.itemsOf(b) != nil || b.Type == "mini" && p.stills
		return p.Attempt(b, b.Name(), p.topBox)
	})
	if err != nil {
		return err
	}
	if !media {
		if _, err := box.Read(p.Scan, off, p.Size()); scrub.Refusal(err) && off < p.Size() {
			return err
		}
		return p.Errorf(off, "the file was not finished or is damaged, and has to be repaired before it can be shown or cleaned: no moov box")
	}
	if p.indexed > off {
		p.Insist("the last box ends before the index does")
	}
	if len(p.starts) > 0 && p.lastStart < p.Size() {
		p.Insist("no box starts where the index says")
	}
	if len(p.movies) == 0 && len(p.items) == 0 && !p.minimized {
		p.Distrust("a segment without its movie header: its tracks are not known")
	}
	p.end = off
	return nil
}

// begin compares where a box starts with where the segment index says that one
// has to: a box that took in the next one shows it nowhere else.
func (p *parser) begin(off int64) {
	for len(p.starts) > 0 && p.starts[0] <= off {
		if heap.Pop(&p.starts) != off {
			p.Insist("no box starts where the index says")
		}
	}
}

func (p *parser) topBox(b box.Box) error {
	place := b.Name()
	if b.Type == "prft" && b.Len > 64 {
		p.Distrust("a box has a length that it can't have")
		p.Keep(b, place)
		return nil
	}
	switch b.Type {
	case "ftyp", "styp":
		return header.Claim(p.Walk, b, place)
	case "ssix":
		return p.subsegmentIndex(b)
	case "sidx":
		return p.segmentIndex(b)
	case "mfra":
		return p.randomAccessIndex(b, place)
	case "moov":
		i := slices.IndexFunc(p.movies, func(m *movie) bool { return m.box.Off == b.Off })
		return p.movie(p.movies[i])
	case "moof":
		return p.fragment(b)
	case "mdat":
		p.Claim(b.Off, b.Head, scrub.Structure, place)
		p.media.Open = box.Uint32(p.Get(b.Off, 4)) == 0
	case "free", "skip", "wide", "junk":
		return p.topFiller(b, place)
	case "mini":
		if p.stills {
			return still.Mini(p.Walk, b)
		}
		return p.Unneeded(b, place)
	default:
		if x := p.itemsOf(b); x != nil {
			x.Films, x.Clip = len(p.movies) > 0, p.clip && !p.Goes(scrub.Identify, scrub.Motion)
			return x.Settle()
		}
		if !slices.Contains(nesting, b.Type) {
			holds, err := p.Holds(b.Body(), b.Size(), fragmentBoxes)
			if err != nil {
				return err
			}
			if holds {
				p.Insist("a box has a length that it can't have")
				p.Claim(b.Off, b.Len, scrub.Identify, place)
				return nil
			}
		}
		if p.strangers = append(p.strangers, b); len(p.strangers) > media.MaxBodies {
			return scrub.ErrTooMany
		}
	}
	return nil
}

// risky tells whether a box that nobody needs may be something else, in a file
// that contradicts itself: media data whose name was damaged, or a box whose
// length was, so that it took in what follows it.
func risky(b box.Box) bool {
	const large = 4 << 10
	return b.Type != "uuid" && b.Type != "meta" && b.Type != "udta" && (!meta.IsVendor(b.Type) || b.Len > large)
}

// nesting are boxes of the top level that may hold whole media or other boxes.
var nesting = []string{"uuid", "meta", "udta", "mpvd", "inst", "sefd", "thum", "PICT", "pict", "frea", "axte"}

// fragmentBoxes are what a box takes in that is longer than it can be.
var fragmentBoxes = []string{"moof", "mfhd", "moov", "mvhd", "styp", "sidx"}

// claimStrangers drops the boxes of the top level that nobody needs.
func (p *parser) claimStrangers() error {
	for _, b := range p.strangers {
		if len(p.Distrusts) > 0 && risky(b) {
			p.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: b.Name(), Off: b.Off, Len: b.Len})
			p.Claim(b.Off, b.Len, scrub.Identify, b.Name())
			continue
		}
		if b.Type == "mpvd" && !p.Goes(scrub.Identify, scrub.Motion) {
			if err := p.motion(b); err != nil {
				return err
			}
			continue
		}
		if err := p.tags.Unknown(b, b.Name()); err != nil {
			return err
		}
	}
	return nil
}

// motion has the clip of a motion photo cleaned that the policy keeps.
func (p *parser) motion(b box.Box) error {
	before := p.Point()
	p.Claim(b.Off, b.Head, scrub.Structure, b.Name())
	f := scrub.Finding{Kind: scrub.Motion, Place: b.Name(), Off: b.Off, Len: b.Len}
	err := p.Medium(scrub.Extents{{Off: b.Body(), Len: b.Size()}}, b.Name())
	if scrub.Refusal(err) {
		p.Reset(before)
		p.Claim(b.Off, b.Len, scrub.Identify, b.Name())
		p.Stuck(f)
		p.Doubt("the clip of a motion photo can't be read")
		return nil
	}
	p.Found(f)
	return err
}

// topOnly are boxes that are in no other: one inside of a movie or a fragment tells
// that its length is too large.
var topOnly = []string{"mdat", "moov", "moof", "ftyp", "styp", "mfra"}

// trim carefully ends a box of the top level where one begins that can't be in it.
func (p *parser) trim(b box.Box) (box.Box, error) {
	if !p.Careful || b.Type != "moov" && b.Type != "moof" {
		return b, nil
	}
	end := b.End()
	_, err := p.Children(b.Body(), b.End(), func(c box.Box) error {
		if slices.Contains(topOnly, c.Type) {
			end = min(end, c.Off)
		}
		return nil
	})
	b.Len = end - b.Off
	return b, err
}

// claimMedia claims what only all sample tables together explain: the bodies of
// mdat, boxes that nobody needs, and what follows the last box.
func (p *parser) claimMedia() error {
	if err := p.media.Weigh(len(p.movies), p.fragments); err != nil {
		return err
	}
	if !p.Careful && !p.media.Asked && !p.Missing && !slices.ContainsFunc(p.strangers, risky) && p.end == p.Size() && p.media.Empty() {
		p.Distrusts = nil // there is nothing that the tables are to explain
	}
	for _, why := range p.Distrusts {
		p.Doubt("%s", why)
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
	return p.media.ClaimBodies()
}

// claimEnd declares the logical end.
func (p *parser) claimEnd() error {
	end := scrub.End{Off: p.end, Proof: scrub.Said, More: p.moreBoxes}
	switch {
	case len(p.Distrusts) > 0:
		end.Doubt = "it is not sure where the medium ends"
	case p.fragments > 0:
		end.Proof = scrub.Counted
	case p.media.Asked, p.Missing: // all samples are there
		end.Proof = scrub.Proven
	}
	if end.Doubt == "" {
		off, err := p.media.CutOpen(p.end)
		if err != nil {
			return err
		}
		end.Off = off
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
