package bmff

import (
	"cmp"
	"fmt"
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/bmff/header"
	"untag/scrub/bmff/samples"
)

// epoch doubts a time of the media that counts from 1970, or from one of the years
// before that other clocks begin with: recorders of live streams (FFmpeg's DASH muxer,
// GStreamer, broadcast packagers) give away so when a fragment was recorded. It stays,
// since players compare such times.
func (p *parser) epoch(time uint64, scale uint32, off int64, place string) {
	const from, to = 1_000_000_000, 6_000_000_000 // seconds: more than 31 years
	if s := time / uint64(max(1, scale)); scale == 0 || s < from || s > to || p.dated {
		return
	}
	p.dated = true // one of them tells it all
	p.Stuck(scrub.Finding{Kind: scrub.Time, Place: place, Off: off, Len: 8, Value: "counts from the moment of recording"})
	p.Doubt("the times of frames tell when they were recorded")
}

// moment claims tfdt (8.8.12) and looks whether it is a date.
func (p *parser) moment(r *run, b box.Box, place string) error {
	if err := samples.ClaimDecodeTime(p.Walk, b, place); err != nil {
		return err
	}
	version, _, err := box.FullHead(p.Scan, b)
	if err != nil || version != 1 || b.Size() < 12 { // 32 bits count too little
		return err
	}
	h := p.Get(b.Body()+4, 8)
	for _, scale := range []uint32{r.scale(), p.indexScale} {
		p.epoch(box.Uint64(h), scale, b.Body()+4, place+"/traf/tfdt")
	}
	return nil
}

// scale is how many units of time a second has, 0 if that is not known.
func (r *run) scale() uint32 {
	if r.t == nil {
		return 0
	}
	return r.t.timescale
}

// hiddenFilm reports how much of a track its edit list (8.6.6) does not show. It is
// there for whoever plays the track without the list. One that counts from a date is doubted.
func (p *parser) hiddenFilm(m *movie, t *track, b box.Box, place string) error {
	const mostEdits, least = 256, 4 // a quarter of a second: frames to decode from, and padding of sound
	total := t.Tables.Lasts
	if m.timescale == 0 || t.timescale == 0 {
		return nil
	}
	type shown struct{ from, to int64 }
	var all []shown
	_, err := p.Children(b.Body(), b.End(), func(c box.Box) error {
		if c.Type != "elst" {
			return nil
		}
		edits, wide, err := header.Edits(p.Walk, c)
		for i := int64(0); err == nil && i < min(edits.N, mostEdits); i++ {
			var row []byte
			if row, err = edits.Row(i); err != nil {
				break
			}
			long, from := int64(box.Uint32(row)), int64(int32(box.Uint32(row[4:])))
			if wide {
				long, from = int64(box.Uint64(row)<<1>>1), int64(box.Uint64(row[8:]))
			}
			p.epoch(uint64(max(0, from)), t.timescale, c.Body(), place+"/elst")
			if from < 0 { // nothing is shown
				p.epoch(uint64(long), m.timescale, c.Body(), place+"/elst")
				continue
			}
			to := total
			if long > 0 {
				to = min(total, from+samples.Times(long, int64(t.timescale), total*int64(m.timescale))/int64(m.timescale))
			}
			all = append(all, shown{from, to})
		}
		return err
	})
	if err != nil || len(all) == 0 || total <= 0 {
		return box.IgnoreDamage(err)
	}
	slices.SortFunc(all, func(a, b shown) int { return cmp.Compare(a.from, b.from) })
	hidden, at := total, int64(0)
	for _, s := range all {
		if s.to > max(s.from, at) {
			hidden -= s.to - max(s.from, at)
			at = s.to
		}
	}
	if scale := int64(t.timescale); hidden > scale/least {
		p.Found(scrub.Finding{Role: scrub.Render, Place: place + "/elst", Off: b.Off, Len: b.Len,
			Value: fmt.Sprintf("%.1f of %.1f seconds are there that players don't show", float64(hidden)/float64(scale), float64(total)/float64(scale))})
	}
	return nil
}
