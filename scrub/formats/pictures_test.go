package formats_test

import (
	"os"
	"path/filepath"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
	"untag/scrub/scrubtest"
)

// decoder is a program that makes a plain picture of one, and how it is called.
type decoder struct {
	name string
	args func(from, to string) []string
}

var (
	plainly     = func(from, to string) []string { return []string{from, to} }
	imageMagick = decoder{"convert", func(from, to string) []string { return []string{from, "-depth", "16", "rgba:" + to} }}
)

// pictureDecoders are those that people use for a format.
var pictureDecoders = map[string][]decoder{
	"gif": {imageMagick}, "psd": {imageMagick},
	"jxl": {{"djxl", plainly}}, "jxl-codestream": {{"djxl", plainly}},
	"jp2": {{"opj_decompress", openJPEG}}, "j2k": {{"opj_decompress", openJPEG}},
	"svg": {{"rsvg-convert", func(from, to string) []string { return []string{"-o", to, from} }}},
}

// unopened are samples that a decoder of their format does not open.
var unopened = map[string]string{
	"psd/indexed/convert":      "ImageMagick 6 opens no document of one indexed channel",
	"psd/indexed-runs/convert": "ImageMagick 6 opens no document of one indexed channel",
}

func openJPEG(from, to string) []string { return []string{"-i", from, "-o", to} }

// Each sample is the same picture before and after, for programs that share no code with
// untag.
func TestPicturesDecodeTheSame(t *testing.T) {
	e := formats.Engine()
	for _, s := range samples.All() {
		for _, d := range pictureDecoders[s.Format] {
			if s.Odd {
				continue
			}
			t.Run(s.Name+"/"+d.name, func(t *testing.T) {
				if why := unopened[s.Name+"/"+d.name]; why != "" {
					t.Skip(why)
				}
				src, size := bytesOf(s.Data)
				p, err := e.Plan(src, size, scrub.Options{})
				if err != nil {
					t.Fatal(err)
				}
				picture := func(data []byte) string {
					dir := t.TempDir()
					from, to := filepath.Join(dir, "picture"+s.Ext), filepath.Join(dir, "plain.ppm")
					if err := os.WriteFile(from, data, 0o666); err != nil {
						t.Fatal(err)
					}
					program(t, d.name, d.args(from, to)...)
					b, err := os.ReadFile(to)
					if err != nil {
						t.Fatalf("%s shows nothing", d.name)
					}
					return string(b)
				}
				if picture(s.Data) != picture(scrubtest.Perform(s.Data, p)) {
					t.Errorf("%s shows another picture", d.name)
				}
			})
		}
	}
}
