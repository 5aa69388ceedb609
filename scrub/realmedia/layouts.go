package realmedia

import (
	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/pattern"
)

// Fields of chunks (Helix documentation: RealMedia File Format), which no letters fit into.
const (
	rate    = 1 << 29 // bits a second, milliseconds, and how many there are
	largest = 1 << 17 // bytes of a packet
	early   = 1 << 24 // milliseconds before playing begins
)

var (
	fileHead = chunk.Layout{chunk.UpTo(4, 1<<16), chunk.UpTo(4, 1<<16)}
	rates    = chunk.Layout{chunk.UpTo(4, rate), chunk.UpTo(4, rate), chunk.UpTo(4, largest), chunk.UpTo(4, largest)}
	times    = chunk.Layout{chunk.UpTo(4, rate), chunk.UpTo(4, early), chunk.UpTo(4, rate)}
	counts   = chunk.Layout{chunk.UpTo(2, 1024), chunk.UpTo(2, 255)}
)

// within is a place in a file of so many bytes.
func within(size int64) chunk.Field { return chunk.UpTo(4, uint64(max(size, rate))) }

// head claims the first chunk: how many follow.
func (f *film) head(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	c := w.Fields(p, 0)
	c.Fit(fileHead, place)
	return true, c.Close(place)
}

// properties claims what is said of all streams.
func (f *film) properties(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	c := w.Fields(p, 0)
	c.Fit(rates, place)
	c.Fit(times, place)
	c.Fit(chunk.Layout{within(w.Size()), within(w.Size())}, place)
	c.Fit(counts, place)
	if !c.Sound() {
		w.Distrust("what is said of the streams is cut short")
		return true, w.Keep(p, scrub.Structure, place)
	}
	return true, c.Close(place)
}

// settings are what properties of streams say that stay: rules by which servers choose, and words
// of a list.
var settings = pattern.New(`^(?:(?i:bandwidth|averagebandwidth|priority|timestampdelivery|oldpnmplayer|dropbyn|marker|pnmkeyframerule|onDepend|true|false|t|music|voice|stereo|normal|sharp|smooth|slide ?show|no rating|all ages|older children|younger teens|older teens|adult supervision recommended|adults only)|\d{1,8}|[#($)"<>=&|;,.% \x00-])*$`)
