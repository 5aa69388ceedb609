package tiff

import (
	"bytes"
	"fmt"
	"math/bits"
	"regexp"
	"strconv"
	"strings"

	"untag/scrub"
	"untag/scrub/exif"
	"untag/scrub/icc"
	"untag/scrub/jpeg/entropy"
	"untag/scrub/photoshop"
	"untag/scrub/tags"
	"untag/scrub/xmp"
)

// hand decides on an entry that the table can't say all about.
func (f *file) hand(e *entry) error {
	if e.dir.note != nil && e.dir.place == "Nikon" {
		if e.tag == tagCapture {
			return f.capture(e)
		}
		return f.key(e)
	}
	if f.block && (e.tag == tagStream || e.tag == tagStreamBytes) {
		e.kind = scrub.Thumbnail
		return nil
	}
	switch e.tag {
	case tagStream, tagStreamBytes:
		if e.count != 1 || !position(e) {
			f.contradict("%s has a value that there is none of", e)
		}
	case tagTileBytes:
		if e.dir.find(tagTiles) == nil && e.count > 1 {
			if err := f.numbers(e); err != nil {
				return err
			}
		}
	case tagICC:
		return f.profile(e)
	case tagDescription:
		return f.description(e)
	case tagMake, tagModel, tagUniqueModel:
		return f.model(e)
	case tagJPEGFromRaw:
		e.stays, e.role = true, scrub.Payload
		return nil
	case 0xC740, 0xC741, 0xC74E:
		return f.opcodes(e)
	case 0xCD2D, 0xCD40:
		return f.gains(e)
	case tagTables:
		if err := f.tables(e); err != nil {
			return err
		}
	case tagQTables, tagDCTables, tagACTables:
		if err := f.oldTables(e); err != nil {
			return err
		}
	}
	e.stays, e.role = true, scrub.Structure
	return nil
}

// profile keeps a colour profile, which is cleaned inside.
func (f *file) profile(e *entry) error {
	e.kind = scrub.Unknown
	if e.typ != tByte && e.typ != tUndefined || e.size < icc.HeaderLen {
		return nil
	}
	b, err := f.Bytes(e.off, icc.HeaderLen)
	if err == nil && icc.Begins(b) {
		e.stays, e.role = true, scrub.Render
	}
	return err
}

// medium returns what cleans the value of an entry that is a medium of its own.
func (f *file) medium(e *entry) func() error {
	if e.tag == tagJPEGFromRaw && e.dir.place == sensor {
		return func() error {
			err := f.Medium(scrub.Extents{{Off: e.off, Len: e.size}}, e.String())
			if scrub.Refusal(err) {
				f.Doubt("the preview stays as it is: %v", err)
				f.Claim(e.off, e.size, scrub.Payload, e.String())
				return nil
			}
			return err
		}
	}
	if e.tag != tagICC || e.dir.place != pictures {
		return nil
	}
	return func() error {
		err := f.MediumAs("icc", scrub.Extents{{Off: e.off, Len: e.size}}, e.String())
		if scrub.Refusal(err) {
			f.Doubt("the colour profile stays as it is: %v", err)
			f.Claim(e.off, e.size, scrub.Render, e.String())
			return nil
		}
		return err
	}
}

// tables looks for what is no table among the tables of JPEG.
func (f *file) tables(e *entry) error {
	if e.typ != tUndefined && e.typ != tByte || e.size < 4 || e.inline() {
		f.contradict("%s has a value that there is none of", e)
		return nil
	}
	if c, err := f.value(e.dir, tagCompression, noCompression); err != nil {
		return err
	} else if b := f.Get(e.off, 2); b[0] != 0xFF || b[1] != 0xD8 || c != newJPEG && c != oldJPEG && c != lossyJPEG && c != aperioYCC && c != aperioRGB {
		f.Doubt("%s holds no tables that the picture needs", e)
	} else if b, err := f.Bytes(e.off, int(min(e.size, scrub.MaxPiece))); err != nil {
		return err
	} else if sound, told := entropy.Tables(b); told {
		f.Doubt("%s holds text", e)
	} else if !sound {
		f.Doubt("%s holds what is no table", e)
	}
	odd, _, err := f.segments(e.off, e.size)
	for _, r := range odd {
		zeros, fail := f.Constant(r.Off, r.Len, 0)
		if fail != nil {
			return fail
		}
		if !zeros {
			f.odd = append(f.odd, goes{Range: r, entry: e, dir: e.dir})
		}
	}
	return err
}

// tell reports what an entry gives away that goes.
func (f *file) tell(e *entry) error {
	x := scrub.Extents{{Off: e.off, Len: e.size}}
	found := func(r scrub.Finding) {
		if r.Off += e.off; r.Len == 0 {
			r.Len = e.size
		}
		f.Gone(r)
	}
	src, err := f.Piece(x)
	if err != nil {
		return err
	}
	switch {
	case e.dir.place == pictures && e.tag == tagXMP && e.size <= xmp.MaxPacket:
		b, err := f.Bytes(e.off, int(e.size))
		if err != nil {
			return err
		}
		p, err := xmp.Read(bytes.NewReader(b))
		if err != nil {
			return err
		}
		p.Report(e.String(), e.off, e.size, f.Gone)
		return nil
	case e.dir.place == pictures && e.tag == tagPhotoshop:
		return photoshop.Report(src, e.String(), found)
	case e.dir.place == pictures && e.tag == tagIPTC:
		return photoshop.ReportIPTC(src, e.String(), found)
	}
	b, err := src.Bytes(0, int(min(e.size, 2*scrub.MaxValue)))
	if err != nil {
		return err
	}
	r := scrub.Finding{Kind: e.kind, Place: e.String(), Off: e.off, Len: e.size, Value: exif.Show(f.order, e.tag, e.typ, b, e.size)}
	if e.known.Role == scrub.Describe {
		r.Role = scrub.Describe
	}
	f.Gone(r)
	return nil
}

// Texts of programs for microscopes that say how many pictures there are.
const (
	imageJ = "ImageJ="
	shaped = `{"shape": [`
)

// maxText is the longest text that programs for microscopes write, in bytes.
const maxText = 64 << 10

// description keeps what of a text says which pictures there are.
func (f *file) description(e *entry) error {
	e.known = tags.Tag{ID: e.known.ID, Kind: scrub.Caption}
	e.kind = scrub.Caption
	if e.typ != tASCII && e.typ != tByte || e.size > maxText {
		return nil
	}
	b, err := f.Bytes(e.off, int(e.size))
	if err != nil {
		return err
	}
	control := func(c rune) bool { return c > 0 && c < '\t' || c > '\r' && c < ' ' && c != 0x1b }
	switch text := string(b); {
	case strings.ContainsFunc(text, control): // the pointer to it may have lost a bit
		e.stays, e.role = true, scrub.Structure
		f.contradict("%s is no text", e)
	case nearly(text, imageJ) || nearly(text, shaped):
		e.stays, e.role = true, scrub.Structure
		f.contradict("%s may say how many pictures there are", e)
	case strings.HasPrefix(text, imageJ):
		f.imageJ(e, text)
	case strings.HasPrefix(text, shaped):
		f.shaped(e, text)
	default:
		if e.stays = e.size <= maxKept && !f.Goes(scrub.Identify, scrub.Caption); e.stays {
			e.role = scrub.Describe
		}
	}
	return nil
}

// nearly tells whether a text begins with a word in which one bit is lost.
func nearly(text, word string) bool {
	if len(text) < len(word) {
		return false
	}
	n := 0
	for i := range len(word) {
		n += bits.OnesCount8(text[i] ^ word[i])
	}
	return n == 1
}

// stackLines are the lines of ImageJ's text that say how to show a stack.
var stackLines = regexp.MustCompile(`^(images|channels|slices|frames)=\d{1,9}$|^hyperstack=(true|false)$|^loop=(true|false)$|^mode=(composite|color|grayscale)$|` +
	`^(min|max|spacing|finterval|fps|cf|c0|c1)=-?[\d.E-]{1,16}$|^unit=(pixel|inch|cm|mm|nm|um|micron|\\u00B5m|µm|sec)$`)

// imageJ keeps the lines that say how to show a stack; the others become blanks, so that
// an interrupted run leaves each line as it was or none.
func (f *file) imageJ(e *entry, text string) {
	e.stays, e.role = true, scrub.Structure
	at := int64(0)
	for line := range strings.Lines(text) {
		bare := strings.TrimRight(line, "\r\n\x00")
		skip := int64(0)
		if at == 0 {
			skip = int64(len(imageJ))
		}
		if n, ok := strings.CutPrefix(bare, "images="); ok {
			f.images, _ = strconv.ParseInt(n, 10, 64)
		}
		if nearly(bare, "images=") {
			f.images = -1
		}
		if !stackLines.MatchString(bare) && strings.Trim(bare[min(skip, int64(len(bare))):], " ") != "" {
			f.odd = append(f.odd, goes{Range: scrub.Range{Off: e.off + at + skip, Len: int64(len(bare)) - skip}, entry: e, dir: e.dir})
		}
		at += int64(len(line))
	}
	f.stack = true
}

var shape = regexp.MustCompile(`^\{"shape": \[(\d{1,9}(?:, \d{1,9}){0,8})\](?:, "axes": "[A-Z]{1,9}")?(?:, "truncate": true)?\}\x00*$`)

// shaped keeps the text of tifffile if it says nothing but the shape of the data.
func (f *file) shaped(e *entry, text string) {
	m := shape.FindStringSubmatch(text)
	if m == nil {
		f.stack = true
		return
	}
	e.stays, e.role, f.stack = true, scrub.Structure, true
	n := int64(1)
	for d := range strings.SplitSeq(m[1], ", ") {
		k, _ := strconv.ParseInt(d, 10, 64)
		if k > 0 && n < 1<<40/k {
			n *= k
		}
	}
	f.values = n
}

// stacked notes the pictures that follow the one of the only directory: programs for
// microscopes write thousands of them without any.
func (f *file) stacked() error {
	d := f.all[0]
	for _, o := range f.all[1:] {
		if o.place == pictures {
			return nil
		}
	}
	i := len(f.stays) - 1
	for ; i >= 0 && f.stays[i].role != scrub.Payload; i-- {
	}
	if i < 0 || f.stays[i].first.image == nil || f.stays[i].first.image.dir != d || f.stays[i].first.image.compression != noCompression {
		return nil
	}
	r := &f.stays[i]
	m := r.first.image
	need := f.images * r.len
	if f.values > 0 && len(m.bits) > 0 {
		need = f.values * int64(m.bits[0]) / 8
	}
	switch {
	case f.images < 1 && f.values < 1 && f.Left(r.end()) >= r.len:
		f.contradict("a text does not say how many pictures there are")
	case f.images < 0 || f.images > f.Size() || need <= r.len:
	case need > f.Left(r.off):
		f.contradict("a stack of %d bytes is cut short", need)
	default:
		r.len, r.last = need, part{image: m, off: r.off, len: need}
		if m.indexes != nil && !m.indexes.vague {
			return f.plain(m.indexes, r.off, need)
		}
	}
	return nil
}

// blank has those lines and bytes of values that stay become blanks that tell something.
func (f *file) blank() {
	for _, g := range f.odd {
		fill, value := byte(' '), ""
		if g.entry.tag == tagTables {
			fill = 0
		} else if b, err := f.Bytes(g.Off, int(g.Len)); err == nil {
			value = string(b)
		}
		f.Gone(scrub.Finding{Kind: scrub.Comment, Place: g.entry.String(), Off: g.Off, Len: g.Len, Value: fmt.Sprint(value)})
		f.Fill(scrub.Destroy, g.Off, g.Len, fill)
	}
}
