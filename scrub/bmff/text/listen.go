// Package text listens to tracks of text (3GPP TS 26.245; ISO/IEC 14496-30; QuickTime): are they
// written for people or by a machine, and what do their samples hold beside words?
//
// Start with [Heard] and [Look].
package text

import (
	"bytes"
	"slices"

	"untag/scrub/bmff/box"
	"untag/scrub/bmff/entry"
	"untag/scrub/bmff/samples"
	"untag/scrub/telemetry"
	"untag/scrub/words"
)

// Heard is what the samples of a track of text say, while they are read.
type Heard struct {
	telemetry.Track
	Next    int64 // number of the sample after the last one
	Damaged bool  // samples are not what the first ones are
	Partial bool  // there are more than are judged

	format string
	scale  float64 // units of time a second
	heard  int64
	bare   bool // texts without their length, as some dashcams write them
}

// maxHeard bounds what is judged: a day of three samples in two seconds.
const maxHeard = 1 << 17

// Spoken tells whether the samples of a track are text that can be read.
func Spoken(t *entry.Track) bool {
	return t.Text() && !t.Encrypted && len(t.Formats) > 0 &&
		!slices.ContainsFunc(t.Formats, func(f string) bool { return slices.Contains([]string{"c608", "c708", "mp4s", "enct", "encs"}, f) })
}

// Listen reads what the samples of a track say whose tables are complete: all of them in depth,
// else the first and last ones and neighbours between. Timescale is how many units of time a
// second has; visited counts the samples of all tracks.
func Listen(w *box.Walk, t *entry.Track, timescale uint32, visited *int64) (*Heard, error) {
	n, times := t.Tables.Count, t.Tables.Durations()
	all := w.Deep() && n <= maxHeard
	h := &Heard{Partial: w.Deep() && !all, format: t.Formats[0], scale: float64(max(1, timescale))}
	return h, t.Tables.Each(w, visited, func(f samples.Sample) error {
		start, long, err := times.Next()
		if err != nil || !all && !telemetry.Picked(f.No, n) {
			return err
		}
		return h.Hear(w, f, start, start+long)
	})
}

// Hear reads one sample, which is shown from start to end.
func (h *Heard) Hear(w *box.Walk, f samples.Sample, start, end int64) error {
	h.heard++
	h.Partial = h.Partial || h.heard > maxHeard
	if h.heard > maxHeard || h.Damaged || f.Len == 0 {
		return nil
	}
	most := int64(2 + words.MaxText)
	if h.format == "stpp" || h.format == "wvtt" {
		most = 64 << 10
	}
	text, ok := h.text(w.Get(f.Off, int(min(f.Len, most))), f.Len)
	if !ok {
		h.Damaged = true
		return nil
	}
	if f.No != h.Next {
		h.Jump()
	}
	h.Next = f.No + 1
	h.Add(float64(start)/h.scale, float64(end)/h.scale, text)
	return nil
}

// text returns what a sample of n bytes, which starts with b, says. A track in
// which some samples have the form of its format and others don't is damaged.
func (h *Heard) text(b []byte, n int64) (text []byte, ok bool) {
	switch h.format {
	case "wvtt":
		return cues(b)
	case "stpp":
		text = untagged(b)
	case "stxt", "sbtt":
		text = b
	default:
		if len(b) >= 2 && int64(box.Uint16(b))+2 <= n && !h.bare {
			return b[2:min(len(b), int(box.Uint16(b))+2)], true
		}
		if h.heard > 1 && !h.bare {
			return nil, false
		}
		h.bare, text = true, b
	}
	_, control := words.Decode(text)
	return text, control <= .05
}

// cues returns the payloads of the cues in a sample of WebVTT (ISO/IEC 14496-30, 6.6).
func cues(b []byte) (text []byte, ok bool) {
	for len(b) > 0 {
		if len(b) < 8 || box.Uint32(b) < 8 || int64(box.Uint32(b)) > int64(len(b)) {
			return nil, false
		}
		in, typ := b[8:box.Uint32(b)], string(b[4:8])
		b = b[box.Uint32(b):]
		switch typ {
		case "vttc":
			if in, ok = cues(in); !ok {
				return nil, false
			}
			fallthrough
		case "payl":
			text = append(append(text, in...), '\n')
		}
	}
	return bytes.TrimRight(text, "\n"), true
}

// untagged returns what of a document in XML is outside of its tags.
func untagged(b []byte) (text []byte) {
	in := false
	for _, c := range b {
		switch {
		case c == '<':
			in = true
			text = append(text, ' ')
		case c == '>':
			in = false
		case !in && c != '\n':
			text = append(text, c)
		}
	}
	return bytes.TrimSpace(text)
}

// Repeats tells whether positions recur in a track of timed text that is for people.
func (h *Heard) Repeats(t *entry.Track) bool { return h.Recurs() && t.TimedText() && !h.bare }

// Announced is the handler that a track of text gets before anything of it is
// destroyed: half of its samples would tell the next run nothing.
const Announced = "meta"

// IsAnnounced tells whether a handler is [Announced], or what an interrupted write
// leaves of it.
func IsAnnounced(handler string) bool {
	for _, was := range entry.TextHandlers {
		for n := 1; n <= len(Announced) && len(handler) == len(Announced); n++ {
			if handler == Announced[:n]+was[n:] {
				return true
			}
		}
	}
	return false
}
