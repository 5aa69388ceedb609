package formats_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
	"untag/scrub/scrubtest"
	"untag/scrub/scrubtest/decoders"
)

// Programs that know nothing of untag look at each sample before and after, and
// may complain of nothing new. What they show is law 10: see shown_test.go. A test
// of a program that is not there is skipped by its name.

// pair is a sample and what it is cleaned to, as files.
type pair struct {
	samples.Sample
	before, after string
}

// pairs writes the samples of the formats, all if none is named, but for those
// that programs may well disagree on.
func pairs(t *testing.T, formatNames ...string) (all []pair) {
	t.Helper()
	e := formats.Engine()
	dir := t.TempDir()
	for i, s := range samples.All() {
		if !hasParser(e, s.Format) || s.Odd || s.Text || len(formatNames) > 0 && !slices.Contains(formatNames, s.Format) {
			continue
		}
		src, size := bytesOf(s.Data)
		p, err := e.Plan(src, size, scrub.Options{})
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, fmt.Sprintf("%03d-", i))
		x := pair{s, name + "before" + s.Ext, name + "after" + s.Ext}
		for path, data := range map[string][]byte{x.before: s.Data, x.after: scrubtest.Perform(s.Data, p)} {
			if err := os.WriteFile(path, data, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		all = append(all, x)
	}
	return all
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

// exifTool runs once over all files of all pairs and returns what it says of each.
func exifTool(t *testing.T, all []pair, args ...string) map[string]string {
	t.Helper()
	for _, x := range all {
		args = append(args, x.before, x.after)
	}
	out, _ := program(t, "exiftool", args...)
	said := map[string]string{}
	for _, part := range strings.Split(out, "======== ")[1:] {
		path, lines, _ := strings.Cut(part, "\n")
		said[path] = lines
	}
	return said
}

// designed are remarks of exiftool on what untag does on purpose: it leaves fill
// bytes where segments were (ITU-T T.81, B.1.1.2), a run of them in an APP15
// where a marker can't be written at once, of EXIF the orientation alone, and of
// XMP the numbers of a gain map, without the wrapper that is for blind search; of the Exif IFD of a
// raw picture what holds its note. It stumbles
// itself over a JUNK with nothing in it.
var designed = regexp.MustCompile(`Skipped unknown \d+ bytes after JPEG|Unknown APP15 segment|Missing required (JPEG IFD0|TIFF ExifIFD) tag|XMP is missing xpacket wrapper|Use of uninitialized value in pattern match`)

// unnamed is what exiftool says of side files of the formats, which it knows by what tells in them.
var unnamed = map[string]*regexp.Regexp{
	"aae":         regexp.MustCompile(`File has wrong extension \(should be TXT, not AAE\)`),
	"appledouble": regexp.MustCompile(`Error +: Unknown file type`),
}

func TestExifToolFindsNothing(t *testing.T) {
	all := pairs(t)
	said := exifTool(t, all, "-a", "-u", "-G1", "-ee3")
	for _, x := range all {
		t.Run(x.Name, func(t *testing.T) {
			if said[x.after] == "" {
				t.Error("exiftool says nothing of it")
			}
			for line := range strings.Lines(said[x.after]) {
				if strings.Contains(line, "CANARY") || strings.Contains(line, "2031") && !strings.HasSuffix(strings.TrimSpace(line), ": 2031") { // the year of a work stays
					t.Errorf("still there: %s", line)
				}
			}
		})
	}
}

// exiftool's own check of structures may complain of nothing new.
func TestExifToolValidates(t *testing.T) {
	all := pairs(t)
	said := exifTool(t, all, "-validate", "-warning", "-error", "-a", "-ee3")
	for _, x := range all {
		t.Run(x.Name, func(t *testing.T) {
			for line := range strings.Lines(said[x.after]) {
				complaint := strings.HasPrefix(line, "Warning") || strings.HasPrefix(line, "Error")
				if re := unnamed[x.Format]; re != nil && re.MatchString(line) {
					continue
				}
				if complaint && !strings.Contains(said[x.before], line) && !designed.MatchString(line) {
					t.Errorf("new: %s", line)
				}
			}
		})
	}
}

var address = regexp.MustCompile(`0x[0-9a-f]+`)

func TestFFmpegDecodesTheSame(t *testing.T) {
	program(t, "ffmpeg", "-version")
	for _, x := range pairs(t) {
		t.Run(x.Name, func(t *testing.T) {
			t.Parallel()
			if why := drowned[x.Name]; why != "" {
				t.Skip(why)
			}
			oldSums, oldComplaints, ok := frames(t, x.before)
			if !ok {
				t.Skipf("ffmpeg can't decode it before either: %q", oldComplaints)
			}
			newSums, newComplaints, ok := frames(t, x.after)
			if !ok {
				t.Errorf("ffmpeg can't decode it: %q", newComplaints)
			}
			if len(newSums) == 0 || !slices.Equal(oldSums, newSums) {
				t.Errorf("%d frames before, %d after, and they differ", len(oldSums), len(newSums))
			}
			for _, c := range newComplaints {
				if !slices.Contains(oldComplaints, c) && !emptied.MatchString(c) {
					t.Errorf("a new complaint: %s", c)
				}
			}
		})
	}
}

// drowned are samples of whose end ffmpeg has no idea.
var drowned = map[string]string{
	"au/red-star":  "ffmpeg takes all that follows for sound, the mark too",
	"nut/red-star": "in front of a mark ffmpeg finds no index, and has nothing to complain of",
}

// emptied is what ffmpeg says of a stream that was telemetry and has nothing in it, and
// of zeros behind the last unit of AV1.
var emptied = regexp.MustCompile(`(Invalid OBU of|Unknown OBU) type 0|Could not find codec parameters for stream \d+ \(Unknown: none\)|Consider increasing the value for the 'analyzeduration'`)

// frames returns the checksums of the decoded frames and what ffmpeg complains of, and
// whether it came to the end.
func frames(t *testing.T, path string) (sums, complaints []string, ok bool) {
	t.Helper()
	args := append([]string{"-v", "warning", "-threads", "1", "-i", path, "-map", "0:v?", "-map", "0:a?"}, decoders.Painted(path)...)
	out, ok := program(t, "ffmpeg", append(args, "-f", "framemd5", "-")...)
	for line := range strings.Lines(out) {
		switch {
		case strings.HasPrefix(line, "#"):
		case line[0] >= '0' && line[0] <= '9':
			sums = append(sums, line)
		default:
			complaints = append(complaints, address.ReplaceAllString(strings.ReplaceAll(line, path, ""), ""))
		}
	}
	return sums, complaints, ok
}

// Subtitles and chapters are read as well as shown.
func TestFFprobeShowsTheSameWords(t *testing.T) {
	program(t, "ffprobe", "-version")
	spoken := []string{"bmff/subtitles", "bmff/chapter-track", "bmff/m4b-chapters"}
	for _, x := range pairs(t, "bmff") {
		if !slices.Contains(spoken, x.Name) {
			continue
		}
		t.Run(x.Name, func(t *testing.T) {
			words := func(path string) string {
				out, _ := program(t, "ffprobe", "-v", "error", "-show_chapters", "-show_entries", "packet=pts,data_hash", "-select_streams", "s", "-show_data_hash", "md5", path)
				return out
			}
			if a, b := words(x.before), words(x.after); a != b || len(a) < 40 {
				t.Errorf("before:\n%s\nafter:\n%s", a, b)
			}
		})
	}
}

func TestLibjpegDecodesTheSame(t *testing.T) {
	program(t, "djpeg", "-version")
	for _, x := range pairs(t, "jpeg") {
		t.Run(x.Name, func(t *testing.T) {
			t.Parallel()
			picture := func(path string) (pixels, complaint string) {
				out := filepath.Join(t.TempDir(), "pixels")
				complaint, _ = program(t, "djpeg", "-ppm", "-outfile", out, path)
				b, err := os.ReadFile(out)
				if err != nil {
					t.Fatal(err)
				}
				return string(b), complaint
			}
			a, _ := picture(x.before)
			b, complaint := picture(x.after)
			if a != b || complaint != "" && x.Name != "jpeg/cmyk" { // which djpeg has no output for
				t.Errorf("djpeg sees another picture, or complains: %q", complaint)
			}
		})
	}
}
