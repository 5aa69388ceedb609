package tiff

import (
	_ "embed"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"untag/scrub"
	"untag/scrub/coded"
	"untag/scrub/exif"
	"untag/scrub/pattern"
	"untag/scrub/tags"
	"untag/scrub/words"
)

//go:embed tags.tsv
var table string

var known = tags.Numbered(table)

// lookup returns what is known of a tag: by this package, or as one of EXIF.
func lookup(place string, tag uint16) (tags.Tag, bool) {
	if t, ok := known()[place][uint64(tag)]; ok {
		return t, true
	}
	switch place {
	case pictures, exifTags, sensor:
		place = "IFD"
	}
	return exif.Known(place, tag)
}

// needed are tags without which, or with other values, there is another picture or none.
var needed = []uint16{tagWidth, tagLength, tagBits, tagCompression, tagPhotometric, tagStrips, tagSamples, tagRows, tagStripBytes,
	tagPlanar, tagColorMap, tagTileWidth, tagTileLength, tagTiles, tagTileBytes, tagSubIFDs, tagTables, tagStream, tagStreamBytes,
	tagFillOrder, tagT4, tagT6, tagPredictor, tagExtra, tagSampleFmt, tagInkSet, tagSubSampling, tagPredictors, tagTransforms}

const (
	tagWidth       = 0x0100
	tagLength      = 0x0101
	tagBits        = 0x0102
	tagCompression = 0x0103
	tagPhotometric = 0x0106
	tagFillOrder   = 0x010A
	tagDescription = 0x010E
	tagStrips      = 0x0111
	tagSamples     = 0x0115
	tagRows        = 0x0116
	tagStripBytes  = 0x0117
	tagPlanar      = 0x011C
	tagGreys       = 0x0123
	tagT4          = 0x0124
	tagT6          = 0x0125
	tagTransfer    = 0x012D
	tagPredictor   = 0x013D
	tagColorMap    = 0x0140
	tagTileWidth   = 0x0142
	tagTileLength  = 0x0143
	tagTiles       = 0x0144
	tagTileBytes   = 0x0145
	tagSubIFDs     = 0x014A
	tagInkSet      = 0x014C
	tagExtra       = 0x0152
	tagSampleFmt   = 0x0153
	tagTables      = 0x015B
	tagStream      = 0x0201
	tagStreamBytes = 0x0202
	tagPredictors  = 0x0205
	tagTransforms  = 0x0206
	tagQTables     = 0x0207
	tagDCTables    = 0x0208
	tagACTables    = 0x0209
	tagSubSampling = 0x0212
	tagXMP         = 0x02BC
	tagIPTC        = 0x83BB
	tagPhotoshop   = 0x8649
	tagICC         = 0x8773
	tagExif        = 0x8769
	tagGPS         = 0x8825
	tagMakerNote   = 0x927C
)

// judge decides what of a directory stays.
func (f *file) judge(d *dir) error {
	var err error
	switch d.place {
	case pictures:
		if d.note != nil {
			err = f.preview(d)
			break
		}
		if f.block {
			err = f.thumbnail(d)
			break
		}
		f.contradictions(d)
		err = f.picture(d)
	case sensor:
		err = f.panasonic(d)
	}
	if err != nil {
		return err
	}
	for _, e := range d.entries {
		if err := f.decide(e); err != nil {
			return err
		}
	}
	return nil
}

// contradictions notes tags that are there twice, and vital ones that may have lost a bit.
func (f *file) contradictions(d *dir) {
	for i, e := range d.entries {
		twice := !d.sorted && slices.ContainsFunc(d.entries[:i], func(o *entry) bool { return o.tag == e.tag })
		if twice && (slices.Contains(needed, e.tag) || e.named && e.known.Fate == tags.Holds) {
			f.contradict("%s is there twice", e)
		}
		if e.named && (e.known.Fate != tags.Go || e.typ == tASCII) || !whole(e.typ) {
			continue
		}
		for _, v := range needed {
			if bits.OnesCount16(v^e.tag) == 1 && d.find(v) == nil && !f.pointless(d, v) {
				f.contradict("%s may be tag 0x%04X", e, v)
			}
		}
	}
}

// pointless tells whether a directory does well without a tag.
func (f *file) pointless(d *dir, tag uint16) bool {
	tiles, strips, stream := d.find(tagTiles) != nil, d.find(tagStrips) != nil, d.find(tagStream) != nil
	switch tag {
	case tagTileWidth, tagTileLength, tagTiles, tagTileBytes:
		return strips || stream
	case tagStrips, tagStripBytes, tagRows:
		return tiles || stream
	case tagStream, tagStreamBytes:
		return tiles || strips
	case tagWidth, tagLength, tagBits, tagCompression, tagPhotometric, tagSamples, tagSubIFDs:
		return false
	}
	return true
}

// decide says whether an entry stays.
func (f *file) decide(e *entry) error {
	d := e.dir
	if d.place != pictures && e.typ == 0 && e.tag == 0 && e.count == 0 {
		e.kind = scrub.Unknown
		return nil
	}
	if e.bad && e.size > 0 && (!e.known.Kind.Keepable() || f.Goes(scrub.Identify, e.known.Kind)) {
		e.kind = e.known.Kind
		return nil
	}
	if e.bad || e.tag == tagMakerNote && e.stays {
		e.stays, e.role, d.stays = true, scrub.Structure, true
		return nil
	}
	if d.note != nil && d.place != pictures && (!e.named || e.known.Fate == tags.Go || d.place == neededPlace) {
		return f.noted(e)
	}
	d.stays = d.stays || d.note != nil
	switch {
	case f.renamed(e):
		e.stays, e.role = true, scrub.Structure
		f.Doubt("%s stays: it may be the name of the camera", e)
	case f.idle(e), f.foreign(e):
		e.kind = scrub.Unknown
		return nil
	case e.named && e.known.Fate == tags.Holds:
		e.kind = scrub.Unknown
		return nil // what it holds says so
	case e.named && e.known.Fate == tags.Hand:
		return f.hand(e)
	case e.named && e.known.Role != 0:
		if err := f.draws(e); err != nil {
			return err
		}
	case d.place == pictures && (e.tag == tagMake || e.tag == tagModel):
		return f.model(e)
	case d.place == pictures && e.tag == tagPrivateData:
		f.private(e)
	case e.named:
		e.kind = e.known.Kind
		if e.stays = e.kind.Keepable() && e.size <= maxKept && !f.Goes(scrub.Identify, e.kind); e.stays {
			e.role = scrub.Describe
		}
	default:
		f.unknown(e)
	}
	d.stays = d.stays || e.stays
	return nil
}

// draws decides on an entry that the table says to be needed.
func (f *file) draws(e *entry) error {
	ok, err := f.fits(e)
	if err != nil {
		return err
	}
	if e.dir.note != nil && e.inline() && e.count > 0 && e.known.Most >= large { // its type or length may be damaged
		f.contradict("%s has a value that there is none of", e)
	}
	switch {
	case ok && f.Goes(e.known.Role, e.known.Kind) && e.known.Kind != "":
		e.kind = e.known.Kind
	case ok:
		e.stays, e.role = true, e.known.Role
		if e.tag == tagTransfer || e.tag == tagGreys {
			return f.curves(e)
		}
		return f.developing(e)
	case f.develops(e):
		return f.damaged(e)
	default:
		if e.kind = scrub.Unknown; slices.Contains(needed, e.tag) {
			f.contradict("%s has a value that there is none of", e)
		}
	}
	return nil
}

// idle tells whether an entry is one by which converters develop raw pictures, in a picture
// that is none.
func (f *file) idle(e *entry) bool {
	dng := f.block && e.tag >= tagDNGVersion // has no use beside a picture of another kind
	return (!f.raw || dng) && e.dir.place == pictures && e.named && (e.known.Role != 0 || e.known.Fate == tags.Hand) && ofRaw(e.tag)
}

// foreign tells whether an entry is one of a picture of another kind, and more than one bit
// says which kind this picture is.
func (f *file) foreign(e *entry) bool {
	d := e.dir
	if d.place != pictures || d.note != nil || f.raw || f.block {
		return false
	}
	number := func(tag uint16) uint64 {
		v, err := f.value(d, tag, 1)
		if err != nil {
			return 0
		}
		return v
	}
	switch e.tag {
	case tagTileWidth, tagTileLength, tagTileBytes:
		return d.find(tagStrips) != nil && d.find(tagTiles) == nil
	case tagColorMap:
		return number(tagSamples) >= 3 && number(tagPhotometric) != 3
	case tagStream, tagStreamBytes:
		return d.find(tagStrips) != nil && bits.OnesCount64(number(tagCompression)^oldJPEG) > 1
	}
	return false
}

// ofRaw tells whether a tag is one by which converters develop.
func ofRaw(tag uint16) bool { return tag >= tagDNGVersion || tag >= 0x7000 && tag < 0x8000 }

// develops tells whether an entry is one by which converters develop a raw picture.
func (f *file) develops(e *entry) bool {
	return f.raw && (e.dir.note != nil || e.dir.place == sensor || e.dir.place == pictures && (ofRaw(e.tag) || e.tag == tagPattern))
}

// developing looks at the numbers of one of those: makers lay them out as they like.
func (f *file) developing(e *entry) error {
	const least = 8
	if !f.develops(e) || e.size < least || e.typ == tASCII {
		return nil
	}
	return f.numbers(e)
}

// damaged has one stay whose value is none, unless it is words.
func (f *file) damaged(e *entry) error {
	e.kind = scrub.Unknown
	text, err := coded.Numbers(f.Reader, e.off, e.size)
	if !text && err == nil && e.count > 0 {
		e.stays, e.role = true, e.known.Role
		doubt := f.Doubt
		if e.dir.note != nil && e.known.Most >= large { // what lies behind a shorter value may be of it
			doubt = f.contradict
		}
		doubt("%s stays: converters may need it, and it has a value that there is none of", e)
	}
	return err
}

// maxKept bounds a value that a policy keeps, in bytes.
const maxKept = 1 << 10

var typeLetters = map[uint16]string{tByte: "B", tASCII: "A", tShort: "S", tLong: "L", tRational: "R", tUndefined: "U", tSByte: "b",
	tSShort: "s", tSLong: "l", tSRational: "r", tFloat: "f", tDouble: "d", tIFD: "L", tLong8: "L"}

// fits tells whether the value of an entry is one that the table allows.
func (f *file) fits(e *entry) (bool, error) {
	const most = 64 // samples
	p := strings.Fields(e.known.In)
	if len(p) < 2 || (p[0] != "*" || e.typ == tASCII) && !strings.Contains(p[0], orNone(typeLetters[e.typ])) || e.count == 0 {
		return false, nil
	}
	switch n, err := strconv.ParseInt(p[1], 10, 64); {
	case err == nil && n != e.count, e.known.Most > 0 && e.size > e.known.Most:
		return false, nil
	case err != nil && e.known.Most == 0:
		samples, err := f.value(e.dir, tagSamples, 1)
		if err != nil || uint64(e.count) > 2*min(samples, most) {
			return false, err
		}
	}
	bound := ""
	if len(p) > 2 {
		bound = p[2]
	}
	if e.size > scrub.MaxPiece {
		return false, nil
	}
	b, err := f.Bytes(e.off, int(e.size))
	if err != nil {
		return false, err
	}
	if p := f.palettes[e.off]; p != nil && !p.blind && p.entry.tag == e.tag {
		_, b, err = f.colours(p)
	}
	return f.bounded(e.dir.layout, e.typ, b, bound) && (f.develops(e) || e.typ == tASCII || !reads(e, b)), err
}

// reads tells whether numbers read as text. Colours of a palette are often of eight bits,
// and then repeat each byte.
func reads(e *entry, b []byte) bool {
	if e.tag == tagColorMap && e.typ == tShort {
		whole := true
		for i := 0; i+1 < len(b); i += 2 {
			whole = whole && b[i] == b[i+1]
		}
		if whole {
			return false
		}
	}
	text, err := coded.Numbers(scrub.Memory(b), 0, int64(len(b)))
	return text || err != nil
}

func orNone(letter string) string {
	if letter == "" {
		return "?"
	}
	return letter
}

// bounded tells whether all values in b keep within a bound of the table.
func (f *file) bounded(l layout, typ uint16, b []byte, bound string) bool {
	if typ == tASCII {
		text := strings.TrimRight(string(b), "\x00")
		return text == bound || bound == "" && isModel(text)
	}
	exact, isExact := strings.CutPrefix(bound, "=")
	most, err := strconv.ParseUint(exact, 10, 64)
	if err != nil {
		most = math.MaxUint32
	}
	for n := sizeOf(typ); int64(len(b)) >= n; b = b[n:] {
		switch typ {
		case tRational, tSRational:
			if !l.moderate(b[:8]) {
				return false
			}
		case tFloat:
			if !plausible(float64(math.Float32frombits(l.order.Uint32(b)))) {
				return false
			}
		case tDouble:
			if !plausible(math.Float64frombits(l.order.Uint64(b))) {
				return false
			}
		case tByte, tUndefined, tShort, tLong, tIFD, tLong8:
			if v := l.uint(b[:n]); v > most || isExact && v != most {
				return false
			}
		}
	}
	return true
}

// numbered is more digits in a row than names of models have.
var numbered = pattern.New(`\d{5}`)

// isModel tells whether a text may be the name of a model, and is no number of one.
func isModel(text string) bool {
	told := words.Tells(text)
	return words.Readable(text) && (told == "" || told == scrub.Device) && !numbered().MatchString(text)
}

// plausible tells whether a number is one that colours and curves are made of, as four or
// eight letters rarely are.
func plausible(v float64) bool {
	v = math.Abs(v)
	return v == 0 || v > 1e-9 && v < 1e6
}

// moderate tells whether a rational is one that programs write: not both of its
// halves are large.
func (l layout) moderate(b []byte) bool {
	n, d := l.uint(b[:4]), l.uint(b[4:])
	if n>>31 == 1 {
		n = 1<<32 - n // a signed one
	}
	return d == math.MaxUint32 || d&(d-1) == 0 || n == d || min(n, d) <= 1<<16 || max(n, d) <= 1<<26
}
