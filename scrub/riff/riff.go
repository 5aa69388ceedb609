// Package riff cleans containers of chunks { name, length, body, padding } in place: AVI
// films, WAV sound and WebP pictures (Multimedia Programming Interface 1.0; OpenDML 1.02;
// EBU Tech 3306; RFC 9649), AIFF and CAF sound (Apple) and Wave64 (Sony).
//
// A chunk that goes becomes filler and zeros, as long as before, so that no index and no
// length has to change. What the chunks are is in tags.tsv; files of one concept each have
// what a table can't say.
package riff

import (
	_ "embed"
	"slices"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/codec"
	"untag/scrub/sniff"
)

//go:embed tags.tsv
var Tags string // the table: see package tags

var rules = chunk.Table(Tags)

// Formats returns the entries of the table of formats.
func Formats() []scrub.Format {
	return []scrub.Format{
		{Name: "webp", Title: "WebP picture", Extensions: []string{"webp"}, Sniff: sniff.Like("RIFF????WEBP"), Parse: parser("webp", riffFamily)},
		{Name: "avi", Title: "AVI film", Extensions: []string{"avi", "divx"}, Sniff: sniff.Like("RIFF????AVI "), Parse: parser("avi", riffFamily)},
		{Name: "wav", Title: "WAV sound", Extensions: []string{"wav", "wave", "bwf"}, Sniff: sniff.Like("RIFF????WAVE", "RF64????WAVE", "BW64????WAVE"), Parse: parser("wav", riffFamily)},
		{Name: "aiff", Title: "AIFF sound", Extensions: []string{"aif", "aiff", "aifc"}, Sniff: sniff.Like("FORM????AIFF", "FORM????AIFC"), Parse: parser("aiff", formFamily)},
		{Name: "w64", Title: "Wave64 sound", Extensions: []string{"w64"}, Sniff: sniff.Like("riff\x2e\x91\xcf\x11"), Parse: parser("w64", wave64Family)},
		{Name: "caf", Title: "CAF sound", Extensions: []string{"caf"}, Sniff: sniff.Like("caff\x00\x01"), Parse: parser("caf", cafFamily)},
	}
}

// medium is the work on one medium.
type medium struct {
	*chunk.Walk
	*family
	open      int64  // the chunk of sound that goes on to the end of the file, or -1
	cut       bool   // nothing tells where the medium ends: it is cut short, or goes on to the end of the file
	last      int64  // where the file ends, then: but for trailers that prove themselves
	big       bool   // lengths are of 64 bits where 32 don't do
	long      int64  // then that of the sound
	heard     bool   // there is a chunk of sound
	raw       string // the name of the chunk that was read last, as it is in the file
	sparse    bool   // headers are read one by one
	movis     []chunk.Part
	idx1      chunk.Part
	film      film
	tells     told
	still     picture
	plain     bool       // samples are as they are, and not coded
	inner     string     // the sound is a medium of its own: this format
	packed    codec.Kind // how the sound is coded, if its frames are looked into
	objective bool       // there are tracks of objects
}

func parser(format string, f *family) func(*scrub.Scan) error {
	return func(s *scrub.Scan) error {
		d := f.dialect
		var m *medium
		d.Read = func(s *scrub.Scan, off, end int64) (chunk.Part, error) { return m.read(s, off, end) }
		d.Starts = func(b []byte) bool { return m.starts(b) }
		return chunk.Parse(s, &d, rules(), func(w *chunk.Walk) error {
			if d.Vital = vital[format]; w.Careful {
				d.Vital = append(slices.Clone(d.Vital), doubtful[format]...)
			}
			m = &medium{Walk: w, family: f, last: s.Size(), open: -1}
			m.film.look.S = s
			w.Hands = m.hands()
			return m.plan()
		})
	}
}

// told is what of a medium has to be there.
type told struct{ format, payload, picture bool }

// plan claims the form and, in long films, those that follow it.
func (m *medium) plan() error {
	forms, err := m.survey()
	if err != nil {
		return err
	}
	for _, p := range forms {
		if _, err := m.Part(p, "", place(p.ID)); err != nil {
			return err
		}
	}
	m.flagged()
	m.unshown()
	m.missing(forms[0].ID)
	end := forms[len(forms)-1].End()
	if m.cut {
		return nil
	}
	e := scrub.End{Off: end, Proof: m.proof(), Least: m.Least, More: m.more}
	if m.Careful {
		e.Doubt = "the medium contradicts itself"
	}
	m.Scan.End(e)
	return nil
}

// place is what a form is called in reports.
func place(id string) string {
	if len(id) > 4 {
		return id[5:]
	}
	return id
}
