// Package header claims boxes whose fields are known, by which movies and tracks are shown:
// headers, edit lists, data references, and the like (ISO/IEC 14496-12, 4.3 and 8.2 to 8.8; the
// QuickTime File Format specification).
package header

import (
	"time"

	"untag/scrub"
	"untag/scrub/bmff/box"
)

// header is the work on one medium.
type header struct{ *box.Walk }

// Claim claims a box that says how a medium, a movie or a track is shown: one whose fields
// are known. One of those that may be left out goes if it is not what it is called.
func Claim(w *box.Walk, b box.Box, place string) error { return header{w}.claim(b, place) }

func (w header) claim(b box.Box, place string) error {
	switch b.Type {
	case "ftyp", "styp":
		return w.brands(b, place)
	case "mvhd", "tkhd", "mdhd":
		return w.header(b, place)
	case "vmhd", "gmin":
		return w.mediaHeader(b, place)
	case "hdlr":
		return w.Handler(b, place)
	case "edts", "tapt", "trgr", "gmhd", "tmcd":
		return w.container(b, place)
	case "elst":
		return w.editList(b, place)
	case "text":
		return w.gmhdText(b, place)
	case "tcmi":
		return w.timeCodeMedia(b, place)
	case "dinf":
		return w.dataInfo(b, place)
	case "elng":
		return w.extendedLanguage(b, place)
	case "clip":
		return w.clipping(b, place)
	case "pssh":
		return w.keySystem(b, place)
	case "leva":
		return w.levels(b, place)
	}
	return w.Shaped(b, shapes[b.Type], place)
}

// layout is where the fields of a movie, track or media header lie, from the
// start of the box, for one version of it (ISO/IEC 14496-12, 8.2.2, 8.3.2, 8.4.2).
type layout struct {
	len      int64 // of the whole box
	timeLen  int64 // of creation and of modification time, from offset 12
	reserved []scrub.Range
}

// QuickTime keeps the times of preview, poster, selection and current time
// where the movie header of ISO has pre_defined zeros.
var layouts = map[string][2]layout{
	"mvhd": {{108, 4, []scrub.Range{{Off: 34, Len: 10}, {Off: 80, Len: 24}}}, {120, 8, []scrub.Range{{Off: 46, Len: 10}, {Off: 92, Len: 24}}}},
	"tkhd": {{92, 4, []scrub.Range{{Off: 24, Len: 4}, {Off: 32, Len: 8}, {Off: 46, Len: 2}}}, {104, 8, []scrub.Range{{Off: 32, Len: 4}, {Off: 44, Len: 8}, {Off: 58, Len: 2}}}},
	"mdhd": {{32, 4, []scrub.Range{{Off: 30, Len: 2}}}, {44, 8, []scrub.Range{{Off: 42, Len: 2}}}},
}

// header claims a movie, track or media header: everything stays but the times,
// reserved bytes, and what follows the last field.
func (w header) header(b box.Box, place string) error {
	version, _, err := box.FullHead(w.Scan, b)
	if err != nil {
		return err
	}
	if version > 1 {
		return w.Unsupportedf(b.Off, "version %d of %q", version, b.Name())
	}
	defined := uint32(0)
	if b.Type == "tkhd" {
		defined = 15
	}
	l := layouts[b.Type][version]
	if b.Len < l.len || b.Head != 8 {
		return w.Errorf(b.Off, "box %q has %d bytes, expected %d", b.Name(), b.Len, l.len)
	}
	if _, _, err := w.Flags(b, defined, place); err != nil {
		return err
	}
	for i, name := range []string{"creation_time", "modification_time"} {
		if err := w.timeField(b.Off+12+int64(i)*l.timeLen, l.timeLen, place+"/"+name); err != nil {
			return err
		}
	}
	if err := w.headerFields(b, l); err != nil {
		return err
	}
	at := 12 + 2*l.timeLen
	for _, r := range l.reserved {
		w.Claim(b.Off+at, r.Off-at, scrub.Structure, place)
		if err := w.Zero(b.Off+r.Off, r.Len, scrub.Hidden, place+"/reserved", ""); err != nil {
			return err
		}
		at = r.End()
	}
	w.Claim(b.Off+at, l.len-at, scrub.Structure, place)
	return w.Zero(b.Off+l.len, b.Len-l.len, scrub.Hidden, place, "")
}

// AfterTimes returns what follows the times of a movie, track or media header: how many units of
// time a second has, or the number of the track. ok is false if the box is too short.
func AfterTimes(w *box.Walk, b box.Box) (v uint32, ok bool, err error) {
	version, _, err := box.FullHead(w.Scan, b)
	at := int64(12)
	if version == 1 {
		at = 20
	}
	if err != nil || b.Size() < at+4 {
		return 0, false, err
	}
	return box.Uint32(w.Get(b.Body()+at, 4)), true, nil
}

// headerFields doubts a movie or track whose rate, volume or place can't be.
func (w header) headerFields(b box.Box, l layout) error {
	const matrix = 36
	switch b.Type {
	case "mvhd":
		if err := w.Sane(b.Off+l.reserved[0].Off-6, 6, func(f *box.Fields) { f.Signed(32, 1<<24); f.Signed(16, 1<<12) }); err != nil {
			return err
		}
		return w.Sane(b.Off+l.reserved[1].Off-matrix, matrix, matrixForm)
	case "tkhd":
		return w.Sane(b.Off+l.len-8-matrix, matrix, matrixForm)
	}
	return nil
}

// matrixForm is how a picture is turned and moved: two fixed-point numbers and a
// constant in each of three rows (6.2.2).
func matrixForm(f *box.Fields) {
	for range 2 {
		f.Signed(32, 1<<24)
		f.Signed(32, 1<<24)
		f.Among(32, 0)
	}
	f.Signed(32, box.Small)
	f.Signed(32, box.Small)
	f.Among(32, 0, 1<<16, 1<<30)
}

// timeField claims seconds since 1904-01-01 UTC.
func (w header) timeField(off, n int64, place string) error {
	raw := w.Get(off, int(n))
	return w.Zero(off, n, scrub.Time, place, macTime(raw))
}

func macTime(raw []byte) string {
	seconds := uint64(box.Uint32(raw))
	if len(raw) == 8 {
		seconds = box.Uint64(raw)
	}
	const from1904 = 2082844800 // to 1970, in seconds
	if seconds > 1<<40 {
		return ""
	}
	return time.Unix(int64(seconds)-from1904, 0).UTC().Format(time.RFC3339)
}

// shapes are boxes of fixed length (ISO/IEC 14496-12, QuickTime File Format).
// Those in sample entries have their own list.
var shapes = map[string]box.Shape{
	"vmhd": box.FullShape(12, 1), "smhd": box.FullShape(8, 0, scrub.Range{Off: 6, Len: 2}),
	"nmhd": box.FullShape(4, 0), "sthd": box.FullShape(4, 0), "gmin": box.FullShape(16, 0, scrub.Range{Off: 14, Len: 2}),
	"clef": box.FullShape(12, 0), "prof": box.FullShape(12, 0), "enof": box.FullShape(12, 0), "txas": {},
	"msrc": box.FullShape(8, 0), "ster": box.FullShape(8, 0), "cstg": box.FullShape(8, 0), "snut": box.FullShape(8, 0),
	"trex": box.FullShape(24, 0), "mehd": {Size: [2]int64{8, 12}, Full: true}, "mfhd": box.FullShape(8, 0), "mfro": box.FullShape(8, 0),
}

// mediaHeader claims the header of a kind of media. That of picture has a colour,
// which means something only where the picture is blended with what is below.
func (w header) mediaHeader(b box.Box, place string) error {
	if err := w.Shaped(b, shapes[b.Type], place); err != nil || b.Size() < 12 {
		return err
	}
	h := w.Get(b.Body()+4, 8)
	const copied, dithered = 0, 0x40
	mode, colour := box.Uint16(h), string(h[2:])
	if (mode == copied || mode == dithered) && colour != "\x80\x00\x80\x00\x80\x00" && colour != "\x00\x00\x00\x00\x00\x00" {
		w.Rewrite(b.Body()+6, make([]byte, 6), scrub.Hidden, place+"/opcolor")
	}
	return nil
}
