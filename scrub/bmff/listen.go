package bmff

import (
	"bytes"
	"encoding/binary"
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/bmff/entry"
	"untag/scrub/bmff/samples"
	"untag/scrub/codec"
	"untag/scrub/telemetry"
	"untag/scrub/words"
)

// hearing is what the samples of a text track say, while they are read.
type hearing struct {
	telemetry.Track
	next    int64 // number of the sample after the last one
	heard   int64
	bare    bool // texts without their length, as some dashcams write them
	damaged bool // samples are not what the first ones are
	partial bool // there are more than are judged
}

// Bounds of what is judged: a day of three samples in two seconds, and tracks of
// one fragmented movie, whose texts come side by side.
const (
	maxHeard    = 1 << 17
	maxHearings = 32
)

// spoken tells whether the samples of a track are text that can be read.
func (t *track) spoken() bool {
	return t.Text() && !t.Encrypted && len(t.Formats) > 0 &&
		!slices.ContainsFunc(t.Formats, func(f string) bool { return slices.Contains([]string{"c608", "c708", "mp4s", "enct", "encs"}, f) })
}

// listen reads what the samples say that the movie box knows: all of them in
// depth, else the first and last ones and neighbours between. The tables of a
// damaged track, which is doubted anyway, say nothing.
func (p *parser) listen(m *movie, t *track) error {
	if !t.spoken() {
		return nil
	}
	why, err := t.Tables.Complete()
	if err != nil || why != "" {
		return err
	}
	if p.hearings++; p.hearings > maxHearings && m.fragmented {
		p.Doubt("more tracks of text than can be looked at")
		return nil
	}
	n, times := t.Tables.Count, t.Tables.Durations()
	all := p.Deep() && n <= maxHeard
	t.hearing = &hearing{partial: p.Deep() && !all}
	return p.eachSample(t, func(f samples.Sample) error {
		start, long, err := times.Next()
		if err != nil || !all && !telemetry.Picked(f.No, n) {
			return err
		}
		return p.hear(t, f, start, start+long)
	})
}

// hear reads one sample.
func (p *parser) hear(t *track, f samples.Sample, start, end int64) error {
	h := t.hearing
	h.heard++
	h.partial = h.partial || h.heard > maxHeard
	if h.heard > maxHeard || h.damaged || f.Len == 0 {
		return nil
	}
	most := int64(2 + words.MaxText)
	if t.Formats[0] == "stpp" || t.Formats[0] == "wvtt" {
		most = 64 << 10
	}
	b, err := p.Bytes(f.Off, int(min(f.Len, most)))
	if err != nil {
		return err
	}
	text, ok := h.text(t.Formats[0], b, f.Len)
	if !ok {
		h.damaged = true
		return nil
	}
	if f.No != h.next {
		h.Jump()
	}
	h.next = f.No + 1
	scale := float64(max(1, t.timescale))
	h.Add(float64(start)/scale, float64(end)/scale, text)
	return nil
}

// text returns what a sample of n bytes, which starts with b, says. A track in
// which some samples have the form of its format and others don't is damaged.
func (h *hearing) text(format string, b []byte, n int64) (text []byte, ok bool) {
	switch format {
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

// settle decides what a track is, now that all of its samples were read.
func (p *parser) settle(t *track) {
	h := t.hearing
	if h == nil {
		return
	}
	t.hearing = nil
	verdict, rule := h.Judge()
	if verdict == telemetry.Telemetry && !h.damaged {
		t.role, t.kind, t.judged = scrub.Identify, scrub.Telemetry, true
		t.goes = p.Goes(t.role, t.kind)
		return
	}
	if t.goes {
		return
	}
	if t.damaged = h.damaged; t.damaged {
		p.Doubt("a track of text holds something that is no text")
	}
	if h.partial {
		p.Doubt("more subtitles than can be looked at")
	}
	if t.damaged || !p.Goes(scrub.Identify, scrub.Telemetry) {
		return
	}
	t.recurs = h.Recurs() && t.TimedText() && !h.bare
	if verdict == telemetry.Unsure {
		p.Doubt("subtitles may be telemetry: %s", rule)
	}
}

// announced is the handler that a track of text gets before anything of it is
// destroyed: half of its samples would tell the next run nothing.
const announced = "meta"

// isAnnounced tells whether a handler is announced, or what an interrupted write
// leaves of it.
func isAnnounced(handler string) bool {
	for _, was := range entry.TextHandlers {
		for n := 1; n <= len(announced) && len(handler) == len(announced); n++ {
			if handler == announced[:n]+was[n:] {
				return true
			}
		}
	}
	return false
}

// place takes the text out of a sample that holds a position, in a track in which
// positions recur, and claims what an earlier run left of one.
func (p *parser) placed(f samples.Sample) error {
	if f.Len < 3 {
		return nil
	}
	b, err := p.Bytes(f.Off, int(min(f.Len, 2+words.MaxText)))
	if err != nil {
		return err
	}
	n := int64(binary.BigEndian.Uint16(b))
	if n == 0 || n+2 > f.Len {
		return nil
	}
	text := b[2:min(int64(len(b)), 2+n)]
	blank := len(bytes.Trim(text, "\x00")) == 0
	if !blank && !telemetry.Placed(text) {
		return nil
	}
	if p.cover.Pieces() >= codec.MaxMessages {
		p.Doubt("more subtitles hold positions than can be kept account of")
		return nil
	}
	if !p.cover.Piece(scrub.Range{Off: f.Off + 2, Len: n}) {
		return nil
	}
	return p.Blank(f.Off+2, n, 0, scrub.Telemetry, "mdat/text")
}
