package bmff

import (
	"slices"

	"untag/scrub"
)

var freeType = []byte("free")

// keep claims a whole box as structure.
func (p *parser) keep(b box, place string) { p.s.Claim(b.off, b.len, scrub.Structure, place) }

// drop reports a box as a finding and, if it goes, makes it a free box of zeros.
func (p *parser) drop(b box, kind scrub.Kind, place, value string) (goes bool) {
	if kind == scrub.Unknown || p.careful {
		if vital, err := p.vital(b); vital || err != nil { // what can't be read is found out by whoever reads on
			p.doubtful(b, place)
			return false
		}
	}
	if p.stays(b.off, b.len, kind) {
		p.s.Claim(b.off, b.len, scrub.Identify, place)
		p.s.Stuck(scrub.Finding{Kind: kind, Place: place, Off: b.off, Len: b.len, Value: value})
		return false
	}
	p.s.Claim(b.off, b.len, scrub.Identify, place)
	goes = p.s.Found(scrub.Finding{Kind: kind, Place: place, Off: b.off, Len: b.len, Value: value})
	switch {
	case goes && slices.Contains(wholeFilms, b.typ):
		p.s.Fill(scrub.Unlink, b.body(), b.size(), 0)
		p.s.Put(scrub.Destroy, b.off+4, freeType)
	case goes:
		p.retire(b, scrub.Unlink, scrub.Destroy)
	}
	return goes
}

// wholeFilms are boxes that hold whole films. Their name goes last: a free box that holds
// half a film looks like one that took in what follows it.
var wholeFilms = []string{"mpvd", "axte"}

// collapse retires a container in which nothing stays as a whole. Its items
// were reported one by one since m.
func (p *parser) collapse(m scrub.Point, b box, place string) {
	if p.s.Retract(m); b.cut {
		p.doubtful(b, place)
		return
	}
	p.s.Claim(b.off, b.len, scrub.Identify, place)
	unlink := scrub.Unlink
	if p.wordless {
		unlink = scrub.Announce
	}
	p.retire(b, unlink, scrub.Destroy)
}

// retire makes a claimed box a free box of zeros: the type in one phase, the
// body in the next. A torn type is an unknown type of the same length; see torn.
func (p *parser) retire(b box, unlink, destroy scrub.Phase) {
	p.s.Put(unlink, b.off+4, freeType)
	p.s.Fill(destroy, b.body(), b.size(), 0)
}

// torn tells whether the type of a box is what is left of typ where a stop tore the
// write of free: at the end of a sector.
func (p *parser) torn(b box, typ string) bool {
	for n := 1; n < len(freeType); n++ {
		if b.typ == string(freeType[:n])+typ[n:] && !p.s.Atomic(b.off+3+int64(n), 2) {
			return true
		}
	}
	return false
}

// afterFiller are boxes that filler with a length that is too large takes in. What
// an interrupted run left in a box that goes holds none of them.
var afterFiller = []string{"moov", "mdat", "moof", "styp", "sidx", "mfra", "trak", "mvex"}

// filler claims a box of padding, whose body has to be zero.
func (p *parser) filler(b box, place string) error {
	off, err := p.firstData(b.body(), b.end())
	if err != nil {
		return err
	}
	swallowed, err := p.swallows(off, b.end()-off, afterFiller)
	if err != nil {
		return err
	}
	if swallowed || p.careful && p.stays(b.off, b.len, scrub.Time) {
		p.doubtful(b, place)
		return nil
	}
	p.s.Claim(b.off, b.head, scrub.Structure, place)
	return p.s.Blank(b.body(), b.size(), 0, scrub.Hidden, place)
}

// zero claims a field that has to be zero: as structure if it is, else as a
// finding that is set to zero in place.
func (p *parser) zero(off, n int64, kind scrub.Kind, place, value string) error {
	if n <= 0 {
		return nil
	}
	constant, err := p.s.Constant(off, n, 0)
	if err != nil {
		return err
	}
	if constant {
		p.s.Claim(off, n, scrub.Structure, place)
		return nil
	}
	if swallowed, err := p.swallowedBy(off, n, place); swallowed || err != nil {
		return err
	}
	p.s.Claim(off, n, scrub.Identify, place)
	f := scrub.Finding{Kind: kind, Place: place, Off: off, Len: n, Value: value}
	switch {
	case p.stays(off, n, kind):
		p.s.Stuck(f)
	case p.s.Found(f):
		p.s.Fill(scrub.Repair, off, n, 0)
	}
	return nil
}

// terminator is how long the zero word may be that QuickTime ends a container
// with, and what careless writers leave over.
const terminator = 8

// rest claims what is left over in a container after its last box. More than a
// terminator that isn't zero is no leftover but damage, and is left alone.
func (p *parser) rest(off, end int64, place string) error {
	if end-off > terminator {
		return p.nothing(off, end, place)
	}
	return p.zero(off, end-off, scrub.Hidden, place, "")
}

// nothing is rest for a container that no writer leaves anything over in.
func (p *parser) nothing(off, end int64, place string) error {
	empty, err := p.s.Constant(off, end-off, 0)
	if err == nil && !empty {
		p.insist("a box ends in something that is no box")
		p.s.Claim(off, end-off, scrub.Identify, place)
		return nil
	}
	p.s.Claim(off, end-off, scrub.Structure, place)
	return err
}

// restOf is rest for containers of metadata, which go as a whole where rest
// would only doubt.
func (p *parser) restOf(off, end int64, place string) error {
	if end-off > terminator {
		empty, err := p.s.Constant(off, end-off, 0)
		if err != nil {
			return err
		}
		if !empty && p.careful {
			p.s.Claim(off, end-off, scrub.Identify, place)
			return nil
		}
		if !empty {
			return p.s.Errorf(off, "%d bytes that are no box", end-off)
		}
	}
	return p.zero(off, end-off, scrub.Hidden, place, "")
}

// inside claims the header of a container that stays, visits its boxes, and
// claims what is left over.
func (p *parser) inside(b box, place string, visit func(box) error) error {
	p.s.Claim(b.off, b.head, scrub.Structure, place)
	rest, err := p.complete(b, visit)
	if err != nil {
		return err
	}
	return p.rest(rest, b.end(), place)
}

// containers names the boxes that stay in containers of one kind.
var containers = map[string][]string{
	"edts": {"elst"},
	"tapt": {"clef", "prof", "enof"},
	"trgr": {"msrc", "ster", "cstg", "snut"},
	"gmhd": {"gmin", "text", "tmcd"},
	"tmcd": {"tcmi"},
	"mfra": {"tfra", "mfro"},
}

// container claims a box whose children stay if they are in the list, and go
// if they are not.
func (p *parser) container(b box, place string) error {
	return p.inside(b, place, func(c box) error {
		at := place + "/" + c.name()
		switch {
		case c.typ == "free" || c.typ == "skip":
			return p.filler(c, at)
		case slices.Contains(containers[b.typ], c.typ):
			return p.contained(c, at)
		default:
			p.drop(c, scrub.Unknown, at, "")
		}
		return nil
	})
}

// contained claims a box that stays in a container.
func (p *parser) contained(b box, place string) error {
	switch b.typ {
	case "elst":
		return p.editList(b, place)
	case "gmin":
		return p.mediaHeader(b, place)
	case "tfra":
		return p.randomAccess(b, place)
	case "text":
		p.s.Claim(b.off, b.head, scrub.Structure, place)
		if b.size() < 36 {
			return p.slack(b, b.body(), place)
		}
		if err := p.sane(b.body(), 36, matrixForm); err != nil {
			return err
		}
		p.s.Claim(b.body(), 36, scrub.Structure, place)
		return p.slack(b, b.body()+36, place)
	case "tmcd":
		return p.container(b, place)
	case "tcmi":
		return p.timeCodeMedia(b, place)
	}
	return p.shaped(b, place)
}

// timeCodeMedia claims tcmi: font, face, size and colours, and the name of the
// font as a Pascal string.
func (p *parser) timeCodeMedia(b box, place string) error {
	const fields = 24
	if b.size() < fields {
		p.drop(b, scrub.Unknown, place, "")
		return nil
	}
	p.s.Claim(b.off, b.head, scrub.Structure, place)
	if _, _, err := p.flags(b, 0, place); err != nil {
		return err
	}
	p.s.Claim(b.body()+4, fields-4, scrub.Structure, place)
	return p.zero(b.body()+fields, b.size()-fields, scrub.Software, place+"/font", "")
}
