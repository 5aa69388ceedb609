package scrubtest

import "untag/scrub/scrubtest/decoders"

// fewPixels bounds the pictures that are decoded each time.
const fewPixels = 1 << 18

// shown holds what was done to a medium to law 10, as far as Go's decoders go.
func (c *court) shown(before, after []byte, what string) {
	was := decoders.Go(before, fewPixels)
	if len(was) == 0 {
		return
	}
	if lost := was.Lost(decoders.Go(after, fewPixels), 0); lost != "" {
		c.breach(10, -1, "%s: Go: %s", what, lost)
	}
}
