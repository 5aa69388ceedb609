package bmff

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"untag/scrub"
)

// printable returns what people would read of a name or value: the text
// without the length byte of a Pascal string, up to the first zero.
func printable(b []byte) string {
	if len(b) > 0 && int(b[0]) < len(b) && b[0] < 32 && b[0] > 0 {
		b = b[1:]
	}
	s, _, _ := strings.Cut(string(b[:min(len(b), scrub.MaxValue)]), "\x00")
	if !utf8.ValidString(s) {
		return ""
	}
	return s
}

// readable tells whether text is what a field for people may hold: valid,
// printable, and no longer than most bytes.
func readable(text []byte, most int) bool {
	if len(text) > most || !utf8.Valid(text) {
		return false
	}
	for _, r := range string(text) {
		if !unicode.IsPrint(r) && r != '\n' && r != '\r' && r != '\t' {
			return false
		}
	}
	return true
}

// telling matches what dashcams, drones and action cameras write as subtitles:
// NMEA sentences, ISO 6709 positions, DJI's and Autel's lines of flight data,
// Garmin's PNDM records. Each pattern alone is evidence enough.
var telling = regexp.MustCompile(`\$G[A-Z](RMC|GGA|GLL|VTG)|PNDM|` +
	`[+-]\d{2,3}\.\d{3,}[+-]\d{2,3}\.\d{3,}|` +
	`(?i)\bGPS\s*[:(\[]|\b(home_?)?(lat|latitude|lon|long|longitude|longtitude)\]?\s*[:=]\s*[+-]?\d|` +
	`\bH\.S\b|\bV\.S\b|\b(focal_len|fnum|shutter|ct|color_md|dzoom_ratio|rel_alt|abs_alt)\s*:\s*\S+.*\b(iso|ev|fnum|ct|focal_len|abs_alt)\s*:|` +
	`\b\d{1,3}\.\d{4,}\s*[NS]\b|\b\d{1,3}\.\d{4,}\s*[,;/ ]\s*-?\d{1,3}\.\d{4,}|\bACC[:=]\s*[+-]?\d|\bG-?sensor\b`)

// maxTextSample is how much of one text sample is looked at.
const maxTextSample = 4 << 10

// textTells looks into the samples of a text track for positions and camera
// data: into all of them in depth, else into the first ones and some others.
func (p *parser) textTells(t *track) (bool, error) {
	step := int64(1)
	if !p.s.Deep() {
		step = max(1, t.tables.samples/64)
	}
	tells := false
	err := p.eachSample(t, func(f sample) error {
		if tells || f.no >= 8 && f.no%step != 0 {
			return nil
		}
		text, err := p.s.Bytes(f.off, int(min(f.len, maxTextSample)))
		tells = tells || telling.Match(text) || destroyed(text)
		return err
	})
	return tells, err
}

// destroyed tells whether a text sample is what an interrupted run leaves of
// one. No writer makes such a sample: after an empty text, which takes two
// bytes, there is nothing or the length of a box.
func destroyed(text []byte) bool {
	return len(text) >= 6 && be32(text) == 0 && be16(text[4:]) == 0
}

// eachSample visits the samples of a track that lie in the file.
func (p *parser) eachSample(t *track, visit func(sample) error) error {
	c := newChunks(&t.tables, p.s.Size())
	c.bare = true
	sizes := &c.t.sizes
	for {
		k, ok, err := c.next()
		if err != nil || !ok {
			return err
		}
		off := k.off
		for i := k.sample; i < k.sample+k.samples; i++ {
			n := int64(t.tables.constant)
			if n == 0 {
				if n, err = sizes.number(i); err != nil {
					return err
				}
			}
			if n > p.s.Left(off) {
				return nil // coverMovie says so
			}
			if err := visit(sample{i, off, n}); err != nil {
				return err
			}
			off += n
		}
	}
}
