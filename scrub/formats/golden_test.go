package formats_test

import (
	"testing"

	"untag/samples"
	"untag/scrub/scrubtest"
)

func TestGoldenMaps(t *testing.T) {
	for _, name := range []string{
		"tiff/palette", "tiff/palette-pages", "tiff/words-ii", "tiff/words-mm", "tiff/no-room", "tiff/pages", "tiff/jpeg", "tiff/imagej", "tiff/hiding", "tiff/raw-nikon", "tiff/raw-olympus", "tiff/raw-dng", "tiff/raw-sony", "tiff/raw-samsung", "tiff/raw-casio", "tiff/raw-kodak", "bigtiff/words-mm", "raf/plain", "mrw/plain", "cr3/plain", "cr3/timed", "crw/plain", "crw/recipe", "x3f/plain",
		"jpeg/plain", "jpeg/everything", "jpeg/exif-thumbnail", "jpeg/icc-split", "jpeg/ultra-hdr", "jpeg/motion", "jpeg/trailer-layers",
		"png/text", "png/exif-orientation", "png/icc",
		"bmp/gaps", "bmp/palette", "bmp/profile", "bmp/linked-profile", "bmp/runs", "ico/words", "qoi/trailer", "pcx/words", "tga/words", "tga/palette", "dds/words", "pnm/comments", "hdr/words", "exr/words", "djvu/words",
		"track/gpx", "positions/nmea", "xmp/words", "xmp/settings", "pp3/words", "develop/dxo", "aae/edits", "sony-xml/camera", "gopro/version", "moi/film", "appledouble/where-from",
		"jxl/phone", "jxl/parts", "jxl-codestream/mark", "jp2/tags", "jp2/icc", "jp2/comments", "j2k/comments",
		"svg/editor", "svg/illustrator", "svg/embedded", "svgz/plain",
		"psd/resources", "psd/layers", "psd/cut-short",
		"gif/comments", "gif/icc", "gif/animation", "gif/hiding", "gif/unfinished",
		"flac/everything", "flac/cover-in-comment", "ogg/vorbis-comments", "ogg/vorbis-comments-on-many-pages", "ogg/opus-padding", "ogg/vorbis-skeleton",
		"bmff/plain", "bmff/action-camera", "bmff/keys-slow-motion", "bmff/m4a", "bmff/gaps", "bmff/time-code", "bmff/sei", "bmff/fragmented-events",
		"avi/camera", "avi/long", "avi/positions", "wav/recorder", "wav/studio", "wav/hiding", "wav/not-closed", "w64/words", "aiff/words", "caf/words", "webp/phone", "webp/animated",
		"heif/phone", "heif/grid", "heif/gain-map", "heif/tone-map", "heif/properties", "heif/names", "heif/gaps", "heif/sequence", "heif/minimized",
		"asf/words", "asf/objects", "asf/packets", "asf/unfinished", "flv/metadata", "flv/scripts",
		"matroska/tags", "matroska/attachments", "matroska/live", "matroska/additions",
		"asf/words", "asf/objects", "asf/packets", "asf/unfinished", "flv/metadata", "flv/scripts", "mxf/words", "mxf/camera", "nut/words", "swf/tags", "realmedia/words", "realmedia/properties", "bdmv/index-of-a-camera", "bdmv/playlist-of-a-camera", "bdmv/clip-of-a-camera", "bdmv/identity", "dvd/texts", "dvd/set", "h264/plain", "ivf/header", "dv/plain",
		"mp3/id3v23", "mp3/id3v24", "mp3/ape-id3v1", "mp3/id3-twice", "mp3/lame",
		"subtitle/vtt-notes", "subtitle/ass-editor", "subtitle/srt-flight", "subtitle/sami", "playlist/m3u-paths", "playlist/xspf",
		"mpeg-ts/plain", "mpeg-ts/broadcast", "mpeg-ts/camcorder", "mpeg-ts/hiding", "mpeg-ps/camcorder", "mpeg-ps/dvd", "vcd/words",
		"aac/fill", "ac3/tags", "amr/tail", "wavpack/wrapper", "ape/stored", "tta/tags", "musepack/sv8", "dsf/id3", "dff/tags",
		"au/annotation", "voc/texts", "loas/fill", "adif/comment", "tak/stored",
	} {
		t.Run(name, func(t *testing.T) {
			s := samples.Get(name)
			scrubtest.Golden(t, parsed(t, s.Format), name, s.Call(), s.Data)
		})
	}
}
