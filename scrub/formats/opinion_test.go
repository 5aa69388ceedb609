package formats_test

import (
	"bytes"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/scrubtest"
)

// Programs that know nothing of untag look at each sample before and after. A
// test of a program that is not there is skipped by its name.

// both writes a sample and what it is cleaned to, and returns their paths.
func both(t *testing.T, s samples.Sample) (before, after string) {
	t.Helper()
	e := parsed(t, s.Format)
	src, size := bytesOf(s.Data)
	p, err := e.Plan(src, size, scrub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	before, after = filepath.Join(dir, "before"+s.Ext), filepath.Join(dir, "after"+s.Ext)
	for path, data := range map[string][]byte{before: s.Data, after: scrubtest.Perform(s.Data, p)} {
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return before, after
}

// program returns what the program says, its errors included, and whether it
// ended well. It skips the test if the program isn't installed.
func program(t *testing.T, name string, args ...string) (string, bool) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed", name)
	}
	out, err := exec.Command(path, args...).CombinedOutput()
	return string(out), err == nil
}

func TestExifToolFindsNothing(t *testing.T) {
	program(t, "exiftool", "-ver")
	for _, s := range samples.All() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			before, after := both(t, s)
			old, _ := program(t, "exiftool", "-a", "-u", "-G1", "-ee3", before)
			out, ok := program(t, "exiftool", "-a", "-u", "-G1", "-ee3", after)
			if !ok {
				t.Errorf("exiftool can't read it:\n%s", out)
			}
			for line := range strings.Lines(out) {
				if strings.Contains(line, "CANARY") || strings.Contains(line, "2031") {
					t.Errorf("still there: %s", line)
				}
				if strings.Contains(line, "Warning") && !strings.Contains(old, line) {
					t.Errorf("a new warning: %s", line)
				}
			}
		})
	}
}

// exiftool's own check of structures may complain of nothing that it did not
// complain of before.
func TestExifToolValidates(t *testing.T) {
	program(t, "exiftool", "-ver")
	for _, s := range samples.All() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			before, after := both(t, s)
			old, _ := program(t, "exiftool", "-validate", "-warning", "-a", before)
			out, _ := program(t, "exiftool", "-validate", "-warning", "-a", after)
			for line := range strings.Lines(out) {
				if strings.HasPrefix(line, "Warning") && !strings.Contains(old, line) {
					t.Errorf("a new warning: %s", line)
				}
			}
		})
	}
}

var address = regexp.MustCompile(`0x[0-9a-f]+`)

func TestFFmpegDecodesTheSame(t *testing.T) {
	program(t, "ffmpeg", "-version")
	for _, s := range samples.All() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			before, after := both(t, s)
			frames := func(path string) (sums, complaints []string) {
				out, ok := program(t, "ffmpeg", "-v", "warning", "-i", path, "-map", "0:v?", "-map", "0:a?", "-f", "framemd5", "-")
				if !ok {
					t.Errorf("ffmpeg can't decode it:\n%s", out)
				}
				for line := range strings.Lines(out) {
					switch {
					case strings.HasPrefix(line, "#"):
					case strings.HasPrefix(line, "0,") || strings.HasPrefix(line, "1,") || strings.HasPrefix(line, "2,"):
						sums = append(sums, line)
					default:
						complaints = append(complaints, address.ReplaceAllString(line, ""))
					}
				}
				return sums, complaints
			}
			oldSums, oldComplaints := frames(before)
			newSums, newComplaints := frames(after)
			if len(newSums) == 0 || !slices.Equal(oldSums, newSums) {
				t.Errorf("%d frames before, %d after, and they differ", len(oldSums), len(newSums))
			}
			for _, c := range newComplaints {
				if !slices.Contains(oldComplaints, c) {
					t.Errorf("a new complaint: %s", c)
				}
			}
		})
	}
}

// Subtitles and chapters are read as well as shown.
func TestFFprobeShowsTheSameWords(t *testing.T) {
	program(t, "ffprobe", "-version")
	for _, name := range []string{"bmff/subtitles", "bmff/chapter-track", "bmff/m4b-chapters"} {
		t.Run(name, func(t *testing.T) {
			before, after := both(t, samples.Get(name))
			words := func(path string) string {
				out, _ := program(t, "ffprobe", "-v", "error", "-show_chapters", "-show_entries", "packet=pts,data_hash", "-select_streams", "s", "-show_data_hash", "md5", path)
				return out
			}
			if a, b := words(before), words(after); a != b || len(a) < 40 {
				t.Errorf("before:\n%s\nafter:\n%s", a, b)
			}
		})
	}
}

func TestLibjpegDecodesTheSame(t *testing.T) {
	program(t, "djpeg", "-version")
	for _, s := range samples.All() {
		if s.Format != "jpeg" {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			before, after := both(t, s)
			a, _ := program(t, "djpeg", "-ppm", before)
			b, ok := program(t, "djpeg", "-ppm", after)
			if s.Name == "jpeg/cmyk" { // djpeg has no output for it and says so
				ok = true
			}
			if !ok || a != b {
				t.Errorf("djpeg sees another picture, or complains: %.200q", b)
			}
		})
	}
}

func TestPillowSeesTheSame(t *testing.T) {
	const script = `
import sys
from PIL import Image, ImageOps
for path in sys.argv[1:]:
    m = Image.open(path)
    m.load()
    icc = m.info.get("icc_profile")
    print(m.size, m.mode, hash(ImageOps.exif_transpose(m).tobytes()) , len(icc) if icc else None)
`
	const python = "/usr/bin/python3"
	if out, ok := program(t, python, "-c", "import PIL"); !ok {
		t.Skipf("pillow is not installed: %s", out)
	}
	t.Setenv("PYTHONHASHSEED", "0")
	for _, s := range samples.All() {
		if s.Format != "jpeg" && s.Format != "png" {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			before, after := both(t, s)
			out, ok := program(t, python, "-c", script, before, after)
			lines := strings.Split(strings.TrimSpace(out), "\n")
			if !ok || len(lines) != 2 || lines[0] != lines[1] {
				t.Errorf("pillow sees another picture: %s", out)
			}
		})
	}
}

func TestGoDecodesTheSame(t *testing.T) {
	for _, s := range samples.All() {
		if s.Format != "jpeg" && s.Format != "png" {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			e := parsed(t, s.Format)
			src, size := bytesOf(s.Data)
			p, err := e.Plan(src, size, scrub.Options{})
			if err != nil {
				t.Fatal(err)
			}
			a, _, errA := image.Decode(bytes.NewReader(s.Data))
			b, _, errB := image.Decode(bytes.NewReader(scrubtest.Perform(s.Data, p)))
			if errA != nil || errB != nil {
				t.Fatalf("before: %v, after: %v", errA, errB)
			}
			if a.Bounds() != b.Bounds() {
				t.Fatalf("%v became %v", a.Bounds(), b.Bounds())
			}
			for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
				for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
					if a.At(x, y) != b.At(x, y) {
						t.Fatalf("the pixel at %d, %d differs", x, y)
					}
				}
			}
		})
	}
}
