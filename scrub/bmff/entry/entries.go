// Package entry reads and claims sample entries, which say what the samples of a track are and
// how they are decoded (ISO/IEC 14496-12, 8.5.2 and 12; -14, -15 and -30; QuickTime; what the
// registry of MP4RA lists). Each box in them is read to its last bit, or doubted.
//
// Start with [Read] and [Claim].
package entry

import (
	"slices"

	"untag/scrub/bmff/box"
	"untag/scrub/bmff/samples"
	"untag/scrub/codec"
)

// Track is what the sample entries of a track say of its samples.
type Track struct {
	Handler   string   // of its medium (8.4.3)
	Formats   []string // of the entries, as they are once decrypted
	Encrypted bool     // an entry says how samples are encrypted
	Secret    bool     // and something says that they are
	Data      bool     // they are no picture, sound or text: nobody has to know what its entries are
	Codec     codec.Stream
	Tables    samples.Tables
}

// TextHandlers are those of what people read.
var TextHandlers = []string{"sbtl", "subt", "text", "subp", "clcp"}

// Text tells whether samples are what people read.
func (t *Track) Text() bool { return slices.Contains(TextHandlers, t.Handler) }

// TimedText tells whether samples are a length, a text, and boxes.
func (t *Track) TimedText() bool {
	return t.Text() && len(t.Formats) > 0 && !slices.ContainsFunc(t.Formats, func(f string) bool { return f != "tx3g" && f != "text" })
}

// Pictures tells whether each frame is a picture with a format of its own.
func (t *Track) Pictures() bool {
	return t.Codec.Kind == codec.Pictures || t.Codec.Kind == codec.Fields
}

// Read notes what the samples of a track are by its stsd box (8.5.2). Frames of several
// codecs in one track are not looked into.
func Read(w *box.Walk, b box.Box, t *Track) error {
	return reader{w}.readDescriptions(b, t)
}

// Claim claims the stsd box of a track.
func Claim(w *box.Walk, t *Track, b box.Box, place string) error {
	return reader{w}.descriptions(t, b, place)
}

// reader is the work on the sample entries of one track.
type reader struct{ *box.Walk }
