// Package av1 finds what hides in AV1 video: metadata OBUs that tell of time
// and maker, and padding that isn't padding.
//
// Start with [Frame] for samples and [Config] for av1C.
package av1

import (
	"untag/scrub"
	"untag/scrub/coded"
)

// Piece is a part of a frame that is not picture. See [coded.Piece].
type Piece = coded.Piece

// Frame returns the pieces of a sample: n bytes of OBUs at off. A
// [scrub.FormatError] means that the sample contradicts itself: it is to be
// left alone then.
func Frame(r *scrub.Reader, off, n int64) ([]Piece, error) { return nil, nil }

// Config returns the pieces of an AV1CodecConfigurationRecord, as av1C holds it.
func Config(r *scrub.Reader, off, n int64) ([]Piece, error) { return nil, nil }
