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
	known := vendorBoxes[typ] != "" || slices.Contains([]string{"free", "skip", "wide", "sidx", "styp", "mfra"}, typ)
	if be32(h) == 0 && typ != "mdat" {
		if known || needed {
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
	case be32(h) >= 8 && known:
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
		return p.unknown(b, place)
	}
	return nil
}

// segmentIndex compares what sidx (8.16.3) says of the segments' sizes with what
// is there: a file that was cut between fragments shows it nowhere else.
func (p *parser) segmentIndex(b box) error {
	version, _, err := fullHead(p.s, b)
	if err != nil {
		return err
	}
	at := int64(24) // of the count, with the fields before it in version 0
	if version > 0 {
		at = 32
	}
	if b.size() < at {
		return p.s.Errorf(b.off, "box \"sidx\" has %d bytes, expected %d or more", b.len, b.head+at)
	}
	h, err := p.s.Bytes(b.body(), int(at))
	if err != nil {
		return err
	}
	first := uint64(be32(h[16:]))
	if version > 0 {
		first = be64(h[20:])
	}
	if first > uint64(p.s.Left(b.end())) {
		p.distrust("the file is shorter than its index says")
		return nil
	}
	end := b.end() + int64(first)
	refs := column{r: p.s.Reader, off: b.body() + at, n: int64(be16(h[at-2:])), width: 12}
	for i := range min(refs.n, (b.size()-at)/12) {
		row, err := refs.row(i)
		if err != nil {
			return err
		}
		end += int64(be32(row) & 0x7fffffff)
	}
	if end > p.s.Size() {
		p.distrust("the file is shorter than its index says")
	}
	return nil
}

// maxMdats is far above what a day of two-second fragments needs.
const maxMdats = 1 << 16

// vendorBoxes are boxes of the top level and of moov whose purpose is known;
// everything that is not in a list of boxes to keep goes, known or not.
var vendorBoxes = map[string]scrub.Kind{
	"prft": scrub.Time, "emsg": scrub.Telemetry, "pnot": scrub.Thumbnail, "PICT": scrub.Thumbnail, "pict": scrub.Thumbnail,
	"thum": scrub.Thumbnail, "thm ": scrub.Thumbnail, "frea": scrub.Thumbnail, "IDIT": scrub.Time,
	"gps0": scrub.Place, "gsen": scrub.Telemetry, "gpsa": scrub.Place, "gsea": scrub.Telemetry, "gdat": scrub.Place,
	"GPS ": scrub.Place, "gps ": scrub.Place, "udat": scrub.Place, "nbmt": scrub.Serial, "infi": scrub.Serial,
	"sefd": scrub.MakerNote, "mpvd": scrub.Motion, "inst": scrub.MakerNote, "kvar": scrub.Serial, "kfix": scrub.Serial, "kstb": scrub.Telemetry,
	"meta": scrub.MakerNote, "udta": scrub.MakerNote, "_htc": scrub.MakerNote, "SEAL": scrub.Provenance, "ainf": scrub.ID,
	"ardt": scrub.Telemetry, "prrt": scrub.Telemetry, "XMP_": scrub.Provenance, "uuid": scrub.Unknown,
}

// unknown drops a box that is not needed, named as well as it can be.
func (p *parser) unknown(b box, place string) error {
	kind, ok := vendorBoxes[b.typ]
	if !ok {
		kind = scrub.Unknown
	}
	if b.typ == "uuid" {
		return p.uuid(b, place)
	}
	p.drop(b, kind, place, "")
	return nil
}

// uuids names the user types that are known, all of which go.
var uuids = map[string]struct {
	name string
	kind scrub.Kind
}{
	"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac": {"XMP", scrub.Provenance},
	"\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81": {"C2PA", scrub.Provenance},
	"PROF\x21\xd2\x4f\xce\xbb\x88\x69\x5c\xfa\xc9\xc7\x40":             {"PROF", scrub.Device},
	"USMT\x21\xd2\x4f\xce\xbb\x88\x69\x5c\xfa\xc9\xc7\x40":             {"USMT", scrub.Comment},
	"\x4a\xb0\x3b\x0f\x61\x8d\x40\x75\x82\xb2\xd9\xfa\xce\xd3\x5f\xf5": {"Flip", scrub.Serial},
	"\x98\x7f\xa3\xdf\x2a\x85\x43\xc0\x8f\x8f\xd9\x7c\x47\x1e\x8e\xea": {"Flip", scrub.MakerNote},
	"\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48": {"Canon", scrub.MakerNote},
	"\x21\x0f\x16\x87\x91\x49\x11\xe4\x81\x11\x00\x24\x21\x31\xfc\xe4": {"Canon", scrub.MakerNote},
	"\xef\xe1\x58\x9a\xbb\x77\x49\xef\x80\x95\x27\x75\x9e\xb1\xdc\x6f": {"360Fly", scrub.Telemetry},
	"\x11\x6e\x40\xdc\xb1\x86\x46\xe4\x84\x7c\xd9\xc0\xc3\x49\x10\x81": {"Garmin thumbnail", scrub.Thumbnail},
	"\x9b\x63\x0f\x8d\x63\x74\x40\xec\x82\x04\xbc\x5f\xf5\x09\x17\x28": {"Garmin position", scrub.Place},
	"\x57\xf5\xb9\x3e\x51\xe4\x48\xaf\xa0\xd9\xc3\xef\x1b\x37\xf7\x12": {"FLIR", scrub.Serial},
}

func (p *parser) uuid(b box, place string) error {
	if b.size() < 16 {
		p.drop(b, scrub.Unknown, place, "")
		return nil
	}
	id, err := p.s.Bytes(b.body(), 16)
	if err != nil {
		return err
	}
	if known, ok := uuids[string(id)]; ok {
		p.drop(b, known.kind, place+"/"+known.name, "")
		return nil
	}
	p.drop(b, scrub.Unknown, place, "")
	return nil
}
