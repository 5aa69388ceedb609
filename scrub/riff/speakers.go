package riff

import (
	"cmp"
	"math"

	"untag/scrub/chunk"
)

// Where loudspeakers stand, as Apple's formats tell it (CoreAudioBaseTypes.h): a number that stands
// for a layout, a set of speakers if that says so, and a description of each.
const (
	bySet       = 1 << 16   // the layout is the set
	allSpeakers = 0x7a3ffff // that can be in a set
	mostSound   = 1024      // channels
)

// layoutTag tells whether v stands for a layout: its number, or none at all, and how many channels it has.
func layoutTag(v uint64) bool {
	n := v >> 16
	return (n <= 255 || n == 0xffff) && v&0xffff <= mostSound
}

// speakerLabel tells whether v stands for a speaker, or for one of many channels of a kind.
func speakerLabel(v uint64) bool {
	return v == math.MaxUint32 || v>>16 <= 4 && v&0xffff <= mostSound
}

// coordinate tells whether v is an angle, or a distance in rooms, as a float, and no four letters.
func coordinate(v uint64) bool {
	const least, most = 1.0 / 1024, 360
	f := math.Abs(float64(math.Float32frombits(uint32(v))))
	letters := 0
	for ; v > 0; v >>= 8 {
		if c := byte(v); c >= ' ' && c <= '~' {
			letters++
		}
	}
	return f == 0 || f >= least && f <= most && letters < 4
}

// speakers claims CHAN and chan. Coordinates mean nothing where flags don't say which they are.
func speakers(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const head, row, flags, rectangular, spherical = 12, 20, 4, 1, 2
	set := chunk.Zero(4)
	if w.Number(w.Get(p.Body(), int(min(4, p.Size)))) == bySet {
		set = chunk.Flags(4, allSpeakers)
	}
	at := p.Body() + min(head, p.Size)
	if err := w.Record(p.Body(), at-p.Body(), chunk.Layout{chunk.Is(4, layoutTag), set, chunk.UpTo(4, mostSound)}, place); err != nil {
		return true, err
	}
	many := int64(0)
	if p.Size >= head {
		many = w.Number(w.Get(at-4, 4))
	}
	for ; many > 0 && p.Tail()-at >= row; many-- {
		where := chunk.Zero(4)
		if w.Number(w.Get(at+flags, 4))&(rectangular|spherical) != 0 {
			where = chunk.Is(4, coordinate)
		}
		if err := w.Record(at, row, chunk.Layout{chunk.Is(4, speakerLabel), chunk.UpTo(4, 7), where, where, where}, place); err != nil {
			return true, err
		}
		at += row
	}
	return true, cmp.Or(w.Hide(at, p.Tail()-at, place+"/rest"), claim(w, p, place))
}
