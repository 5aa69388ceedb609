package asf

import "untag/scrub/chunk"

// big is more than sizes and rates come to, and less than any four letters; long is 81 days in units
// of 100 ns.
const (
	big  = 1 << 29
	long = 1 << 46
)

// Fields of objects that have no room for words, by the sections of the specification.
var (
	whole = chunk.Layout{chunk.Any(8), chunk.Any(8), chunk.UpTo(8, 1<<44), chunk.Any(8), chunk.UpTo(8, 1<<32), chunk.UpTo(8, long), chunk.UpTo(8, long), chunk.UpTo(8, 1<<24),
		chunk.Flags(4, 3), chunk.UpTo(4, 1<<26), chunk.UpTo(4, 1<<26), chunk.UpTo(4, big)} // 3.2
	offset   = chunk.Layout{chunk.UpTo(8, long)} // 3.3
	interval = chunk.Layout{chunk.UpTo(8, 1<<40), chunk.UpTo(4, 1<<16)}
	point    = chunk.Layout{chunk.UpTo(4, big), chunk.UpTo(2, 1<<13)}                                                                   // 6.1
	wave     = chunk.Layout{chunk.Any(2), chunk.UpTo(2, 64), chunk.UpTo(4, 1<<24), chunk.UpTo(4, big), chunk.Any(2), chunk.UpTo(2, 64)} // 9.1
	picture  = chunk.Layout{chunk.UpTo(4, 1<<16), chunk.UpTo(4, 1<<16), chunk.Any(1), chunk.Any(2),
		chunk.UpTo(4, 1<<16), chunk.Signed(4, 1<<16), chunk.Signed(4, 1<<16), chunk.UpTo(2, 1), chunk.UpTo(2, 64), chunk.Any(4), chunk.UpTo(4, big), chunk.Any(8), chunk.UpTo(4, 256), chunk.UpTo(4, 256)} // 9.2
)
