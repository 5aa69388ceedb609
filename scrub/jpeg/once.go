package jpeg

import (
	"fmt"
	"slices"
)

// coming is what scans have told of a component: by coefficient, one more than the
// number of low bits that are to come; 0 if nothing has come.
type coming [64]byte

// once doubts a picture of which a scan tells again what an earlier one told, or a bit
// before those above it: libjpeg shows the first, FFmpeg and Go the last.
func (c *cleaner) once() error {
	if len(c.pic.scans) < 2 || len(c.pic.frames) != 1 || slices.ContainsFunc(c.pic.segments, func(g segment) bool { return g.code == dhp }) {
		return nil
	}
	told := map[byte]*coming{}
	for _, g := range c.pic.segments {
		if g.code != sos {
			continue
		}
		b, err := c.head(g, 4+2*4)
		if err != nil {
			return err
		}
		if c.repeats(b, told) {
			c.strange = fmt.Sprintf("the scan at 0x%x does not go on from what has been told", g.off)
		}
	}
	return nil
}

// repeats tells whether the scan with the header b (T.81, B.2.3) does not go on from what was told, and
// notes it.
func (c *cleaner) repeats(b []byte, told map[byte]*coming) (yes bool) {
	if len(b) < 4 || len(b) < 4+2*int(b[0]) {
		return false
	}
	n := 1 + 2*int(b[0])
	from, to, low, refines := 0, 63, byte(0), false
	if progressive(c.pic.frames[0].code) {
		from, to, low, refines = int(b[n]), int(b[n+1]), b[n+2]&15, b[n+2]>>4 != 0
	}
	for s := b[1:n]; len(s) >= 2; s = s[2:] {
		if told[s[0]] == nil {
			told[s[0]] = &coming{}
		}
		of := told[s[0]]
		for k := from; k <= min(to, 63); k++ {
			yes = yes || !refines && of[k] > 0 || refines && of[k] != low+2
			of[k] = low + 1
		}
	}
	return yes
}

// progressive tells whether scans of a frame tell of some coefficients, or of some
// of their bits (T.81, table B.1).
func progressive(code byte) bool { return code&3 == 2 && code != sof55 }
