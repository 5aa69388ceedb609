package tiff

import (
	"math/bits"
	"slices"
	"strings"

	"untag/scrub"
	"untag/scrub/coded"
	"untag/scrub/tags"
	"untag/scrub/words"
)

// Tags of raw pictures.
const (
	tagMake        = 0x010F
	tagModel       = 0x0110
	tagCapture     = 0x0E01
	tagRawOffset   = 0x0118
	tagJPEGFromRaw = 0x002E
	tagPattern     = 0x828E
	tagDNGVersion  = 0xC612
	tagUniqueModel = 0xC614
	tagPrivateData = 0xC634

	mostPlain = 10    // ITU-T L*a*b*, the last of pictures that are developed
	cfa       = 32803 // samples as the sensor has them
	linearRaw = 34892
)

// recognise tells whether the file is a raw picture: decoders know by its maker and
// model how to read it, and need some of what the maker noted.
func (f *file) recognise() error {
	for _, d := range f.all {
		if d.place != pictures && d.place != sensor {
			continue
		}
		photometric, err := f.value(d, tagPhotometric, 0)
		if err != nil {
			return err
		}
		compression, err := f.value(d, tagCompression, 1)
		if err != nil {
			return err
		}
		vendor := compression == 34713 || compression == 32767 || compression == 32769 || compression == 34316 || compression == 65000 || compression >= 65535
		f.dng = f.dng || d.find(tagDNGVersion) != nil
		f.raw = f.raw || f.special || f.dng || photometric > mostPlain && d.find(tagPattern) != nil || photometric == cfa || photometric == linearRaw || vendor
		f.raw = f.raw || slices.ContainsFunc(d.entries, func(e *entry) bool { return slices.Contains(pointsToRaw, e.tag) })
		if e := d.find(tagMake); e != nil && f.maker == "" && e.size < 64 && e.typ == tASCII {
			b, err := f.Bytes(e.off, int(e.size))
			if err != nil {
				return err
			}
			f.maker = strings.TrimRight(string(b), "\x00 ")
		}
	}
	for _, e := range f.noteEntries {
		head, err := f.Bytes(e.off, int(min(e.size, 8)))
		if err != nil {
			return err
		}
		f.raw = f.raw || phaseOne(head)
	}
	f.raw = f.raw || f.broken != "" && slices.ContainsFunc(picturesInNotes, func(m string) bool { return strings.HasPrefix(f.maker, m) })
	return nil
}

// picturesInNotes are makers whose pictures lie in the maker's note, which may be damaged.
var picturesInNotes = []string{"Leaf", "Phase One", "Mamiya"}

// pointsToRaw are tags of makers in which the picture of the sensor is, or what leads to it;
// beside them is a preview like any other picture: Kodak, Leaf, Imacon, Sinar, Hasselblad (dcraw
// and LibRaw, parse_tiff_ifd).
var pointsToRaw = []uint16{0x8290, 0x8606, 0x888A, 0xB4C3, 0xC516, 0xC517, 0xC51A, 0xC51B, 0xFE00}

// outsized has tags stay that are longer than all pictures in a file that is no raw one by its
// tags: one of a camera that nobody knows may have its picture there.
func (f *file) outsized() {
	if f.raw || f.block {
		return
	}
	coded := int64(mostHidden)
	for _, r := range f.stays {
		if r.role == scrub.Payload {
			coded += r.len
		}
	}
	for _, d := range f.all {
		for _, e := range d.entries {
			if e.size > coded && !e.stays && len(e.subs) == 0 && (!e.named || e.tag == tagMakerNote) {
				e.stays, e.role, d.stays = true, scrub.Structure, true
				f.Doubt("%s stays: it is longer than all pictures and may be one", e)
			}
		}
	}
}

// exposures has raw pictures keep what converters go by: exposure and focal length.
func (f *file) exposures() {
	for _, d := range f.all {
		for _, e := range d.entries {
			if t, ok := known()["RawEXIF"][uint64(e.tag)]; ok && d.place == exifTags {
				e.known, e.named = t, true
			}
		}
	}
}

// sensor is the place in the table of the first directory of Panasonic's raw pictures.
const sensor = "RW2"

// plainRaw tells whether decoders find all of a raw picture by tags that are known: those
// of DNG, and of makers who put nothing where no tag points.
func (f *file) plainRaw() bool {
	maker := strings.ToUpper(f.maker)
	return f.dng || slices.ContainsFunc([]string{"CANON", "OLYMPUS", "OM DIGITAL", "PENTAX", "RICOH", "ASAHI", "PANASONIC", "FUJI", "MINOLTA", "KONICA"}, func(m string) bool { return strings.HasPrefix(maker, m) })
}

// model keeps what a raw picture can't be read without: the names of maker and model. One
// that is no name stays too, since it may be damaged.
func (f *file) model(e *entry) error {
	const most = 64
	e.kind = scrub.Device
	if !f.raw {
		return nil
	}
	if e.size == 0 {
		f.contradict("%s has a value that there is none of", e)
		return nil
	}
	b, err := f.Bytes(e.off, int(min(e.size, most)))
	if err != nil {
		return err
	}
	text := strings.TrimRight(string(b), "\x00")
	told := words.Tells(text)
	e.stays, e.role = true, scrub.Structure
	f.Stuck(scrub.Finding{Kind: scrub.Device, Role: scrub.Render, Place: e.String(), Off: e.off, Len: e.size, Value: text})
	if e.typ != tASCII || e.size > most || !words.Readable(text) || strings.Contains(text, "\x00") || told == scrub.Place || told == scrub.Time || told == scrub.Person {
		doubt := f.Doubt
		if f.block { // the name may be among what nothing points at
			doubt = f.contradict
		}
		doubt("%s stays: decoders may need it, and it is not what it should be", e)
	}
	if e.inline() && f.pointed(e) || e.typ == tASCII && e.size <= most && !e.inline() && b[len(b)-1] != 0 { // dcraw reads on
		f.contradict("%s ends within a word", e)
	}
	if f.block && !e.inline() && e.off > f.head && len(text) > 0 && coded.Text(append(f.Get(e.off-1, 1), text...)) != "" && !f.claimed(e.off-1) {
		f.contradict("%s begins within a word", e)
	}
	return nil
}

// claimed tells whether the byte at off is one of a directory or a value.
func (f *file) claimed(off int64) bool {
	return slices.ContainsFunc(f.all, func(d *dir) bool {
		return off >= d.at && off < d.end || slices.ContainsFunc(d.entries, func(e *entry) bool { return off >= e.off && off < e.off+e.size })
	})
}

// pointed tells whether what stands in an entry may be a pointer to text: its length may be damaged.
func (f *file) pointed(e *entry) bool {
	const least = 4
	b := f.Get(e.slot(), int(e.dir.wide()))
	off := e.dir.base + e.dir.offset(b)
	return off >= f.head && f.Left(off) >= least && coded.Text(f.Get(off, least)) != ""
}

// renamed tells whether an entry may be the name of the maker or the model of a raw picture
// that has none, but for one bit.
func (f *file) renamed(e *entry) bool {
	goes := !e.named || e.known.Fate == tags.Go || e.typ == tASCII && !slices.Contains(needed, e.tag)
	return f.raw && goes && e.dir.place == pictures && e.dir.note == nil && e.dir == f.all[0] && slices.ContainsFunc([]uint16{tagMake, tagModel}, func(tag uint16) bool {
		return bits.OnesCount16(tag^e.tag) == 1 && e.dir.find(tag) == nil
	})
}

// unknown decides on an entry of which nothing is known. A converter may need one that
// only a maker knows.
func (f *file) unknown(e *entry) {
	e.kind = scrub.Unknown
	private := e.tag < 0x00FE || e.tag > 0x4000
	if f.raw && (e.dir.place == pictures && private || e.dir.place == sensor) {
		e.stays, e.role = true, scrub.Structure
		f.Doubt("%s stays: nothing is known of it", e)
	}
}

// private decides on what Adobe's tag for private data holds: Sony has a directory there
// that decoders need.
func (f *file) private(e *entry) {
	e.kind = scrub.MakerNote
	if f.raw && strings.HasPrefix(strings.ToUpper(f.maker), "SONY") && e.size == 4 {
		e.stays, e.role = true, scrub.Structure
		f.Doubt("%s stays: Sony's private data, which decoders need, is enciphered", e)
	}
}

// opcodes keeps a list of steps of decoding (DNG 1.7, chapter 7) that is one to its last
// byte, and of steps that the specification knows.
func (f *file) opcodes(e *entry) error {
	e.stays, e.role = true, scrub.Render
	if e.typ != tUndefined || e.size < 4 || e.inline() {
		f.contradict("%s has a value that there is none of", e)
		return nil
	}
	b, err := f.Bytes(e.off, 4)
	if err != nil {
		return err
	}
	at, end := e.off+4, e.off+e.size
	for n := int64(be32(b)); n > 0; n-- {
		if end-at < 16 {
			f.Doubt("%s is not the list that it should be", e)
			return nil
		}
		if b, err = f.Bytes(at, 16); err != nil {
			return err
		}
		id, size := be32(b), int64(be32(b[12:]))
		if at += 16; id == 0 || id > 14 || size > end-at {
			f.Doubt("%s is not the list that it should be", e)
			return nil
		}
		at += size
	}
	if at != end {
		f.Doubt("%s is longer than it should be", e)
	}
	return f.numbers(e)
}

// numbers looks whether text is among the numbers of a value that is kept.
func (f *file) numbers(e *entry) error {
	text, err := coded.Numbers(f.Reader, e.off, e.size)
	if text {
		f.Doubt("%s holds text", e)
	}
	return err
}

// gains keeps a table of gains over the picture, which is as long as its counts say: cells down
// and across, their spacings and origins, gains a cell and the weights of an input (DNG 1.6,
// ProfileGainTableMap); the second form has the type of a gain, gamma and bounds as well (DNG 1.7).
// Telephones write it.
func (f *file) gains(e *entry) error {
	head, unit := int64(64), int64(4)
	if e.tag == 0xCD40 {
		head += 16
	}
	e.stays, e.role = true, scrub.Render
	if e.typ != tUndefined && e.typ != tByte || e.size < head {
		f.contradict("%s has a value that there is none of", e)
		return nil
	}
	b, err := f.Bytes(e.off, int(head))
	if err != nil {
		return err
	}
	if e.tag == 0xCD40 {
		unit = []int64{1, 2, 2, 4}[f.uint(b[64:68])&3]
	}
	const most = 1 << 16
	down, across, each := f.uint(b[:4]), f.uint(b[4:8]), f.uint(b[40:44])
	n := int64(down * across) // gains a cell follow
	switch {
	case max(down, across, each) > most || n*int64(each) > (e.size-head)/unit:
		f.Doubt("%s is not the table that it should be", e)
	case head+n*int64(each)*unit != e.size:
		f.Doubt("%s is longer than it should be", e)
	}
	return f.numbers(e)
}

func be32(b []byte) uint32 {
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}

// panasonic notes the picture of Panasonic's raw files: it goes on to the end.
func (f *file) panasonic(d *dir) error {
	at, err := f.value(d, tagRawOffset, 0)
	if err == nil && (at == 0 || at == 1<<32-1) {
		at, err = f.value(d, tagStrips, 0)
	}
	if err != nil {
		return err
	}
	off := int64(at)
	if off < f.head || off >= f.Size() {
		f.contradict("%s has its picture outside the file", d.name)
		return nil
	}
	f.Unread()
	prose, err := coded.Prose(f.Reader, off, f.Size()-off)
	if err != nil {
		return err
	}
	if len(prose) > 0 {
		f.Doubt("there is text among the coded picture, which may be what follows it")
	}
	f.payload(part{image: &image{dir: d, compression: 34316}, off: off, len: f.Size() - off})
	return nil
}
