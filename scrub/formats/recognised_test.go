package formats_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"untag/scrub/formats"
	"untag/scrub/scrubtest"
)

func rep(s string, n int) string { return strings.Repeat(s, n) }

// packets are of a transport stream: the length that is added before and after 188 bytes.
func packets(before, after, n int) string {
	return rep(rep("\x01", before)+"\x47\x40\x11\x10"+rep("\xaa", 184)+rep("\x02", after), n)
}

// heads are starts of media and documents, as formats define them.
var heads = []struct{ format, head string }{
	{"mpeg-ts", packets(0, 0, 3)},
	{"mpeg-ts", packets(0, 0, 40)},
	{"mpeg-ts", packets(0, 0, 40)[77:]},
	{"mpeg-ts", "junk" + rep("\x00", 1000) + packets(0, 0, 40)},
	{"mpeg-ts", packets(4, 0, 40)},
	{"mpeg-ts", packets(4, 0, 40)[190:]},
	{"mpeg-ts", packets(0, 16, 40)},
	{"mpeg-ps", "\x00\x00\x01\xba\x44"},
	{"mpeg-ps-part", "picture\x00" + rep("\x00\x00\x01\xba\x44"+rep("p", 2043), 3)},
	{"wav", "RIFF\x24\x93\x00\x00WAVEfmt \x10\x00\x00\x00" + packets(0, 0, 20)},
	{"tiff", "MM\x00*\x00\x00\x00\x08" + packets(0, 0, 20)},
	{"tiff", "MM\x00*\x00\x00\x00\x08" + rep("\x00\x00\x01\xba\x44"+rep("p", 2043), 3)},
	{"vcd", "RIFF\x24\x93\x00\x00CDXAfmt "},
	{"mpeg-video", "\x00\x00\x01\xb3\x16\x01\x20\x13\xff\xff\xe0\x18\x00\x00\x01\xb8"},
	{"mpeg-video", "\x00\x00\x01\xb3\x16\x01\x20\x13\xff\xff\xe0\x1a" + rep("\x10", 64) + "\x00\x00\x01\xb5"},
	{"mpeg-video", "\x00\x00\x01\xb0\x01\x00\x00\x01\xb5\x09"},
	{"h264", "\x00\x00\x00\x01\x09\x10\x00\x00\x00\x01\x67\x64\x00\x0a\x00\x00\x01\x68\xee\x3c"},
	{"hevc", "\x00\x00\x00\x01\x40\x01\x0c\x01\x00\x00\x01\x42\x01\x01\x00\x00\x01\x44\x01\xc0"},
	{"vvc", "\x00\x00\x00\x01\x00\x79\x00\x0d\x00\x00\x01\x00\x81\x00"},
	{"av1", "\x12\x00\x0a\x0a\x00\x00"},
	{"ivf", "DKIF\x00\x00\x20\x00AV01"},
	{"nut", "nut/multimedia container\x00N"},
	{"realmedia", ".RMF\x00\x00\x00\x12\x00"},
	{"mxf", rep("\x00", 100) + "\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x02\x04\x00"},
	{"dv", "\x1f\x07\x00\x3f" + rep("\xff", 76) + "\x3f\x07\x00"},
	{"riff", "RIFF\x00\x00\x00\x00AMV LIST"},
	{"tta", "ID3\x04\x00\x00\x00\x00\x00\x10" + rep("\x00", 16) + "TTA1\x01\x00"},
	{"tta", "ID3\x04\x00\x00\x00\x00\x38\x10" + rep("\x00", 7184) + "ID3\x03\x00\x00\x00\x00\x00\x00" + rep("\x00", 5000) + "TTA1\x01\x00"},
	{"id3", "ID3\x04\x00\x00\x00\x00\x00\x10" + rep("\x00", 16) + "what is it"},
	{"mp3", "ID3\x04\x00\x00\x00\x00\x00\x10" + rep("\x00", 16) + "\xff\xfb\x90\xc0" + rep("\x11", 413) + "\xff\xfb\x90\xc0"},
	{"mp3", "the middle of it\x00" + rep("\xff\xfb\x90\xc0"+rep("\x11", 413), 4)},
	{"aac", rep("\xff\xf1\x50\x80\x01\x7f\xfc12345"[:11], 4)},
	{"ac3", "\x0b\x77\x00\x00\x1c\x40" + rep("\x00", 762) + "\x0b\x77"},
	{"dts", "\x7f\xfe\x80\x01\xfc"},
	{"amr", "#!AMR\n\x3c\x91\x17"},
	{"ape", "MAC \x96\x0f\x00\x00\x34\x00"},
	{"wavpack", "wvpk\x10\x02\x00\x00\x10\x04"},
	{"musepack", "MPCKSH\x0e\x81"},
	{"musepack", "MP+\x07\x00\x00"},
	{"tta", "TTA1\x01\x00\x02\x00"},
	{"dsf", "DSD \x1c\x00\x00\x00\x00"},
	{"dff", "FRM8\x00\x00\x00\x00\x00\x01\x00\x00DSD "},
	{"caf", "caff\x00\x01\x00\x00desc"},
	{"au", ".snd\x00\x00\x00\x18"},
	{"w64", "riff\x2e\x91\xcf\x11\xa5\xd6"},
	{"midi", "MThd\x00\x00\x00\x06\x00\x01"},
	{"tracker", rep("\x00", 1080) + "M.K."},
	{"psd", "8BPS\x00\x01\x00\x00"},
	{"svg", "<?xml version=\"1.0\"?>\n<!-- drawn -->\n<!DOCTYPE svg PUBLIC \"a\" [\n<!ENTITY n \"x\">\n]>\n<svg xmlns='s'>"},
	{"svg", "\ufeff<svg:svg>"},
	{"exr", "\x76\x2f\x31\x01\x02\x00\x00\x00"},
	{"jxl-codestream", "\xff\x0a\xfa\x1f\x01"},
	{"j2k", "\xff\x4f\xff\x51\x00\x2f"},
	{"raf", "FUJIFILMCCD-RAW 0201FF\x00"},
	{"crw", "II\x1a\x00\x00\x00HEAPCCDR\x02\x00"},
	{"mrw", "\x00MRM\x00\x01"},
	{"x3f", "FOVb\x02\x00\x02\x00"},
	{"orf", "IIRO\x08\x00\x00\x00"},
	{"rw2", "IIU\x00\x18\x00\x00\x00"},
	{"qoi", "qoif\x00\x00\x00\x20\x00\x00\x00\x20\x03\x00"},
	{"ico", "\x00\x00\x01\x00\x01\x00\x10\x10\x00\x00\x01\x00\x20\x00\x68\x04\x00\x00\x16\x00\x00\x00"},
	{"pcx", "\x0a\x05\x01\x08\x00\x00\x00\x00\x1f\x00"},
	{"tga", "\x00\x00\x02" + rep("\x00", 9) + "\x20\x00\x18\x00\x18\x00"},
	{"pnm", "P6\n3 2\n255\n\x00\x80"},
	{"icns", "icns\x00\x00\x30\x10TOC \x00\x00\x00\x10"},
	{"exv", "\xff\x01Exiv2\xff\xe1\x00\x08Exif\x00\x00"},
	{"pict", rep("\x00", 512) + "\x10\x20\x00\x00\x00\x00\x00\x40\x00\x40\x00\x11\x02\xff\x0c\x00\xff\xfe"},
	{"dicom", rep("\x00", 128) + "DICM\x02\x00"},
	{"ole2", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00"},
	{"rtf", `{\rtf1\ansi hello}`},
	{"postscript", "%!PS-Adobe-3.0 EPSF-3.0\n"},
	{"xmp", "<?xpacket begin=\"\ufeff\" id=\"W5M0\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">"},
	{"track", "<?xml version=\"1.0\"?><gpx version=\"1.1\">"},
	{"positions", "$GPRMC,185441,A,5231.5085,N\r\n"},
	{"positions", "\x0e\x10\x64\x08\x00\x10\x00\x00.FIT"},
	{"appledouble", "\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X"},
	{"rar", "Rar!\x1a\x07\x01\x00"},
	{"7z", "7z\xbc\xaf\x27\x1c\x00\x04"},
	{"tar", "name" + rep("\x00", 253) + "ustar\x0000"},
	{"gzip", "\x1f\x8b\x08\x00"},
	{"xz", "\xfd7zXZ\x00\x00\x04"},
	{"bzip2", "BZh91AY&SY\x94"},
	{"zstd", "\x28\xb5\x2f\xfd\x24"},

	{"text", "Dear diary,\r\n\tnothing happened. Ünïcode, 日本, 🏝\n"},
	{"subtitle", "1\n00:00:01,000 --> 00:00:02,000\nWhere were you?\n"},
	{"text", "as in\n1\n00:00:01,000 --> 00:00:02,000\nWhere were you?\n"},
	{"text", "12:00:01 started\n12:00:02 stopped\n12:00:03 started\n"},
	{"text", "[12:00:01] started\n[12:00:02] stopped\n"},
	{"text", "[info]\nfile1=a.mp3\n"},
	{"text", "The list:\na.mp3\nb.mp3\n"},
	{"text", "<!DOCTYPE html><html><body><svg></svg></body></html>"},
	{"text", "<html>\n<!-- <svg> -->\n"},
	{"text", "MPCK is a format, and so is .snd, and PK"},
	{"text", "FWS and CWS are the words that Flash begins with, OggS that of Ogg, GIF89a"},
	{"text", "GIF89a is a format of 1989"},
	{"text", "RIFF and WAVE"},
	{"text", "The mdat box holds what is seen and heard"},
	{"text", "The ftypheic of a picture"},
	{"text", "icns is short for icons"},
	{"text", "BM are the first two letters of a picture of Windows, and more of them follow"},
	{"pdf", "%PDF-1.4\n1 0 obj\n"},
	{"text", rep("G", 3000)},
	{"text", rep("x"+rep("G1G0", 47), 30)},
	{"", "\x00\x00\x00\x01Bud1\x00\x00"},
	{"", "plain latin-1: caf\xe9 cr\xe8me"},
	{"", rep("\x47", 4000) + "\x00"},
	{"", "\x7fELF\x02\x01\x01\x00" + rep("\x00", 200)},
	{"", "MZ\x90\x00\x03\x00"},
	{"", rep("\x00", 5000)},
	{"", rep("\xff", 5000)},
}

func TestHeadsAreRecognised(t *testing.T) {
	e := formats.Engine()
	for i, h := range heads {
		if got := e.Sniff(bytesOf([]byte(h.head))); got != h.format {
			t.Errorf("%d: %.40q is recognised as %q, want %q", i, h.head, got, h.format)
		}
	}
}

// A row that nothing would ever reach is worse than none.
func TestFormatsHaveNamesOfTheirOwn(t *testing.T) {
	var names, extensions []string
	for _, f := range formats.Table() {
		if slices.Contains(names, f.Name) || f.Title == "" || f.Name != strings.ToLower(f.Name) {
			t.Errorf("format %q, %q", f.Name, f.Title)
		}
		for _, ext := range f.Extensions {
			if slices.Contains(extensions, ext) || ext != strings.ToLower(ext) {
				t.Errorf("extension %q of %q", ext, f.Name)
			}
			extensions = append(extensions, ext)
		}
		names = append(names, f.Name)
	}
}

// Nothing is taken for a medium by chance, but for two bytes of JPEG XL.
func TestChanceIsNoMedium(t *testing.T) {
	e := formats.Engine()
	lot := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		b := make([]byte, 1+lot.IntN(4096))
		few := 1 + lot.IntN(256)
		for i := range b {
			b[i] = byte(lot.IntN(few))
		}
		if got := e.Sniff(bytes.NewReader(b), int64(len(b))); got != "" && got != "text" {
			t.Errorf("%.20q of %d bytes is recognised as %q", b, len(b), got)
		}
	}
}

// The project's own sources are texts.
func TestSourcesAreTexts(t *testing.T) {
	e := formats.Engine()
	root := scrubtest.ModuleRoot(t)
	for _, glob := range []string{"*.md", "docs/*.md", "docs/man/*", "scrub/*/*.go", "cmd/*/*/*/*.go", "Makefile", "go.*"} {
		paths, err := filepath.Glob(filepath.Join(root, glob))
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %v", glob, err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got := e.Sniff(bytesOf(data)); got != "text" {
				t.Errorf("%s is recognised as %q", path, got)
			}
		}
	}
}
