package exif

import (
	"math"
	"slices"
)

// resolution is XResolution, YResolution or ResolutionUnit (Exif 3.0, 4.6.4.1).
type resolution struct {
	tag  uint16
	n, d uint32 // the value of the unit is n
}

// Bounds on a resolution, so that it says nothing else: no printer has more dots to an inch,
// and no program counts finer.
const (
	maxResolution = 10_000
	finest        = 10_000
)

// resolved takes a resolution of any number type, the first of each tag. Adobe
// writes 720000/10000 where others write 72/1: the value counts.
func (r *reader) resolved(e raw) {
	same := func(o resolution) bool { return o.tag == e.tag }
	n, d := r.number(e), uint32(1)
	if e.kind == 5 && e.count == 1 {
		if b := r.bytes(e.off, 8); b != nil {
			n, d = r.order.Uint32(b), r.order.Uint32(b[4:])
		}
	}
	most := uint64(maxResolution)
	if e.tag == tagResolutionUnit {
		most = 3
	}
	if n == 0 || d == 0 || uint64(n) > most*uint64(d) || slices.ContainsFunc(r.block.resolution, same) {
		r.block.Others++
		return
	}
	f := gcd(n, d)
	if n, d = n/f, d/f; d > finest {
		n, d = uint32(max(1, math.Round(float64(n)/float64(d)*finest))), finest
		f = gcd(n, d)
		n, d = n/f, d/f
	}
	r.block.resolution = append(r.block.resolution, resolution{e.tag, n, d})
}

func gcd(a, b uint32) uint32 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// field is the entry that tells the resolution.
func (r resolution) field(o appender) Field {
	if r.tag == tagResolutionUnit {
		return Field{r.tag, 3, 1, appendNumber(o, 3, uint16(r.n))}
	}
	return Field{r.tag, 5, 1, o.AppendUint32(o.AppendUint32(nil, r.n), r.d)}
}
