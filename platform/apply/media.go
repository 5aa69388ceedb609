package apply

import (
	"path"
	"slices"
	"strings"
)

// mediaExtensions are those of media that may be of no format in the engine's
// table: a person who sees one expects it to be cleaned, or named as not
// cleaned. Left out is what means text as often, such as ts: by their content
// such media are recognised all the same.
var mediaExtensions = set(strings.Fields(`
	3fr 3g2 3gp aac ac3 aif aifc aiff amr amv ape arw asf au avi avif bmp caf cr2 cr3 crw dcr dds dff divx dng dsf dts dv
	eac3 erf f4v flac flv gif gpr heic heics heif hif ico iiq insp insv j2k jfif jp2 jpe jpeg jpf jpg jpm jpx jxl jxr k25
	kdc lrv m1v m2t m2ts m2v m4a m4b m4p m4r m4v mid mj2 mjpeg mjpg mka mkv mlv mos mov mp1 mp2 mp3 mp4 mpa mpc mpe mpeg
	mpg mpo mpv mrw mts mxf nef nrw oga ogg ogm ogv ogx opus orf pef png psb psd qt r3d raf raw rm rmvb rw2 rwl sr2 srf
	srw svg svgz tak tga thm tif tiff trp tta vob w64 wav wave wdp weba webm webp wma wmv wv x3f xcf`))

func set(words []string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}

// media tells whether people take a file of this name for a medium.
func media(name string, more []string) bool {
	ext := strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
	return mediaExtensions[ext] || ext != "" && slices.Contains(more, ext)
}
