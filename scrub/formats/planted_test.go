package formats_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
	"untag/scrub/scrubtest"
)

// planted is what a tag is given, in bytes and in UTF-16.
var planted = regexp.MustCompile(`(?s)CNRY(\d{5})|C\x00N\x00R\x00Y\x00((?:\d\x00){4}\d)`)

// Whatever exiftool can write into a file goes again: every tag that it can write gets a text of its own.
func TestPlantedByExifTool(t *testing.T) {
	var names, args []string
	for _, group := range []string{"EXIF", "XMP", "IPTC", "QuickTime", "Photoshop", "PNG", "GIF", "MIE", "CanonVRD", "MakerNotes"} {
		list, _ := program(t, "exiftool", "-listw", "-"+group+":all")
		_, list, _ = strings.Cut(list, ":")
		for _, tag := range strings.Fields(list) {
			args = append(args, "-"+group+":"+tag+"=CNRY"+strconv.Itoa(10000+len(names)))
			names = append(names, group+":"+tag)
		}
	}
	if len(names) < 1000 {
		t.Fatalf("exiftool can write %d tags, expected more than 1000", len(names))
	}
	list := filepath.Join(t.TempDir(), "tags")
	if err := os.WriteFile(list, []byte(strings.Join(args, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"jpeg", "png", "heif", "tiff", "gif", "jxl", "jp2", "psd", "webp", "bmff", "mrw", "cr3", "x3f", "tiff/raw-nikon", "tiff/raw-dng", "tiff/raw-sony"} {
		t.Run(name, func(t *testing.T) {
			for _, s := range samples.All() {
				if s.Format == name || s.Name == name {
					if plant(t, s, list, names) {
						return
					}
				}
			}
			t.Error("exiftool wrote into no sample")
		})
	}
}

// plant has exiftool write all tags of a list into a sample, and looks what stays. It tells
// whether the sample took them.
func plant(t *testing.T, s samples.Sample, list string, names []string) bool {
	file := filepath.Join(t.TempDir(), "planted"+s.Ext)
	if err := os.WriteFile(file, s.Data, 0o600); err != nil {
		t.Fatal(err)
	}
	program(t, "exiftool", "-q", "-q", "-m", "-overwrite_original", "-@", list, file)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const enough = 20
	if len(planted.FindAll(data, enough)) < enough {
		return false
	}
	p, err := formats.Engine().Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{Policy: scrub.Policy{Profile: scrub.ProfileStrict}})
	if err != nil || p.Refused != "" {
		t.Fatalf("%s: %v %s", s.Name, err, p.Refused)
	}
	raw := strings.Contains(s.Name, "/raw-") || slices.Contains([]string{"mrw", "cr3", "x3f"}, s.Format) // decoders know it by its model
	doubts := strings.Join(p.Doubts, "\n")
	for _, m := range planted.FindAllSubmatch(scrubtest.Perform(data, p), -1) {
		n, _ := strconv.Atoi(strings.ReplaceAll(string(m[1])+string(m[2]), "\x00", ""))
		_, tag, _ := strings.Cut(names[n-10000], ":")
		if named := tag == "Make" || tag == "Model" || tag == "UniqueCameraModel" || strings.Contains(doubts, "/"+tag+" "); !raw || !named {
			t.Errorf("%s: %s stays", s.Name, names[n-10000])
		}
	}
	return true
}
