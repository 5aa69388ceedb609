// Package formats is the table of the formats that untag knows.
package formats

import (
	"slices"

	"untag/scrub"
	"untag/scrub/apetag"
	"untag/scrub/asf"
	"untag/scrub/bmff"
	"untag/scrub/disc"
	"untag/scrub/dsd"
	"untag/scrub/dv"
	"untag/scrub/elementary"
	"untag/scrub/ends"
	"untag/scrub/flac"
	"untag/scrub/flv"
	"untag/scrub/frames"
	"untag/scrub/gif"
	"untag/scrub/icc"
	"untag/scrub/id3"
	"untag/scrub/jp2"
	"untag/scrub/jpeg"
	"untag/scrub/jxl"
	"untag/scrub/lines"
	"untag/scrub/lossless"
	"untag/scrub/matroska"
	"untag/scrub/mpegaudio"
	"untag/scrub/mpegps"
	"untag/scrub/mpegts"
	"untag/scrub/musepack"
	"untag/scrub/mxf"
	"untag/scrub/nut"
	"untag/scrub/ogg"
	"untag/scrub/pcm"
	"untag/scrub/png"
	"untag/scrub/psd"
	"untag/scrub/raster"
	"untag/scrub/raw"
	"untag/scrub/realmedia"
	"untag/scrub/riff"
	"untag/scrub/sidecar"
	"untag/scrub/sniff"
	"untag/scrub/svg"
	"untag/scrub/swf"
	"untag/scrub/tiff"
)

// Table returns every format, in the order in which media are recognised.
func Table() []scrub.Format {
	parsed := []scrub.Format{
		asf.Format,
		disc.BDMV, disc.DVD,
		flv.Format,
		swf.Format,
		realmedia.Format,
		dv.Format,
		nut.Format,
		bmff.Format, bmff.Still,
		flac.Format,
		gif.Format,
		icc.Format,
		jpeg.Format,
		jpeg.Motion,
		jp2.Format, jp2.Bare,
		jxl.Format, jxl.Bare,
		matroska.Format,
		ogg.Format,
		mpegps.Format, mpegps.VCD,
		png.Format,
		psd.Format,
		svg.Packed,
	}
	parsed = append(parsed, riff.Formats()...)
	parsed = slices.Concat(parsed, []scrub.Format{mxf.Format}, elementary.Formats, frames.Formats(), lossless.Formats(), dsd.Formats(), pcm.Formats(), []scrub.Format{musepack.Format})
	parsed = append(parsed, raster.Formats()...)
	parsed = append(parsed, tiff.Formats()...)
	parsed = append(parsed, raw.Formats()...)
	parsed = append(parsed, mpegts.Format, mpegps.Part) // told by bytes that stand anywhere
	for i := range parsed {
		parsed[i].Sniff = sniff.Binary(parsed[i].Sniff)
	}
	return slices.Concat(parsed, ends.Table(), recognised(), raster.Texts(), sidecar.Formats(), []scrub.Format{mpegaudio.Format, id3.Format, apetag.Format, svg.Format, lines.Subtitle, lines.Playlist, text})
}

// Engine returns an engine for [Table].
func Engine() *scrub.Engine { return scrub.NewEngine(Table()) }
