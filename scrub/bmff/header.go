package bmff

import (
	"time"

	"untag/scrub"
	"untag/scrub/bmff/box"
)

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
func (p *parser) header(b box.Box, place string) error {
	version, _, err := box.FullHead(p.Scan, b)
	if err != nil {
		return err
	}
	if version > 1 {
		return p.Unsupportedf(b.Off, "version %d of %q", version, b.Name())
	}
	defined := uint32(0)
	if b.Type == "tkhd" {
		defined = 15
	}
	l := layouts[b.Type][version]
	if b.Len < l.len || b.Head != 8 {
		return p.Errorf(b.Off, "box %q has %d bytes, expected %d", b.Name(), b.Len, l.len)
	}
	p.Claim(b.Off, b.Head, scrub.Structure, place)
	if _, _, err := p.Flags(b, defined, place); err != nil {
		return err
	}
	for i, name := range []string{"creation_time", "modification_time"} {
		if err := p.timeField(b.Off+12+int64(i)*l.timeLen, l.timeLen, place+"/"+name); err != nil {
			return err
		}
	}
	if err := p.headerFields(b, l); err != nil {
		return err
	}
	at := 12 + 2*l.timeLen
	for _, r := range l.reserved {
		p.Claim(b.Off+at, r.Off-at, scrub.Structure, place)
		if err := p.Zero(b.Off+r.Off, r.Len, scrub.Hidden, place+"/reserved", ""); err != nil {
			return err
		}
		at = r.End()
	}
	p.Claim(b.Off+at, l.len-at, scrub.Structure, place)
	return p.Zero(b.Off+l.len, b.Len-l.len, scrub.Hidden, place, "")
}

// headerFields doubts a movie or track whose rate, volume or place can't be.
func (p *parser) headerFields(b box.Box, l layout) error {
	const matrix = 36
	switch b.Type {
	case "mvhd":
		if err := p.Sane(b.Off+l.reserved[0].Off-6, 6, func(f *box.Fields) { f.Signed(32, 1<<24); f.Signed(16, 1<<12) }); err != nil {
			return err
		}
		return p.Sane(b.Off+l.reserved[1].Off-matrix, matrix, matrixForm)
	case "tkhd":
		return p.Sane(b.Off+l.len-8-matrix, matrix, matrixForm)
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
func (p *parser) timeField(off, n int64, place string) error {
	raw, err := p.Bytes(off, int(n))
	if err != nil {
		return err
	}
	return p.Zero(off, n, scrub.Time, place, macTime(raw))
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
