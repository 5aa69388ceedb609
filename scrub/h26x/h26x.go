// Package h26x finds what hides in H.264, H.265 and H.266 video: supplemental
// enhancement information (SEI), which encoders, cameras and security systems
// fill with names, positions and serial numbers, and filler that isn't filler.
//
// Start with [Frame] for samples and [Config] for avcC, hvcC and vvcC.
package h26x

import (
	"untag/scrub"
	"untag/scrub/coded"
)

// Piece is a part of a frame that is not picture. See [coded.Piece].
type Piece = coded.Piece

// Codec selects the standard by which NAL units are read.
type Codec uint8

const (
	AVC   Codec = iota + 1 // ITU-T H.264: avc1, avc3
	HEVC                   // ITU-T H.265: hvc1, hev1, dvh1, dvhe
	VVC                    // ITU-T H.266: vvc1, vvi1
	LHEVC                  // layered H.265: frames as HEVC, the record is lhvC
)

// Frame returns the pieces of a sample: n bytes at off that hold NAL units, each
// behind its length in lengthSize bytes. A [scrub.FormatError] means that the
// sample contradicts itself: it is to be left alone then.
func Frame(r *scrub.Reader, codec Codec, off, n int64, lengthSize int) ([]Piece, error) {
	return nil, nil
}

// NAL returns the pieces of one NAL unit of n bytes at off, without start code
// or length.
func NAL(r *scrub.Reader, codec Codec, off, n int64) ([]Piece, error) {
	return nil, nil
}

// Config returns the pieces of a decoder configuration record, as avcC, hvcC,
// lhvC and vvcC hold it (vvcC after its version and flags), and how many bytes
// the lengths of NAL units in the samples take.
func Config(r *scrub.Reader, codec Codec, off, n int64) (lengthSize int, pieces []Piece, err error) {
	return 4, nil, nil
}
