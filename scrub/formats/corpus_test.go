package formats_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"untag/scrub"
	"untag/scrub/formats"
	"untag/scrub/scrubtest"
)

// corpusDir is a folder of real media: $UNTAG_CORPUS, or shared/corpus beside
// the checkout.
func corpusDir(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("UNTAG_CORPUS")
	if dir == "" {
		dir = filepath.Join(scrubtest.ModuleRoot(t), "..", "shared", "corpus")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no real media: %v (set UNTAG_CORPUS)", err)
	}
	return dir
}

// verdict is what became of one real file.
type verdict struct{ name, format, status, reason string }

func TestLawsOnCorpus(t *testing.T) {
	e := formats.Engine()
	var mu sync.Mutex
	var all []verdict
	dir := corpusDir(t)
	t.Run("files", func(t *testing.T) {
		for name, format := range recognised(t, e, dir) {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				v := judge(t, e, dir, name, format)
				mu.Lock()
				all = append(all, v)
				mu.Unlock()
			})
		}
	})
	summarise(t, all)
}

// recognised returns the files for which there is a parser, and their formats.
func recognised(t *testing.T, e *scrub.Engine, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if format := e.Sniff(f, info.Size()); hasParser(e, format) {
			found[filepath.ToSlash(name)] = format
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// work bounds how often a file is planned for law 4 and law 8, in bytes.
const work = 4 << 20

// undamaged are media of which no damaged variants are tried. An XMP segment that
// swallows the picture up to the next one looks like one that hides bytes; a start code
// that is written into an SEI message makes its rest a unit that nobody knows, which goes
// with the last byte of the message, counted as payload before.
var undamaged = map[string]string{
	"sample-with-large-length.avi":             "a start code in its SEI costs the last byte of the SEI, and no picture",
	"sample_h264_no_access_unit_delimiters.ts": "a start code in its SEI costs the last byte of the SEI, and no picture",
	"M2TS.mts": "a start code in its SEI costs the last byte of the SEI, and no picture",

	"paris_exif_xmp_gainmap_bigendian.jpg":    "its XMP can swallow the picture",
	"paris_exif_xmp_gainmap_littleendian.jpg": "its XMP can swallow the picture",
	"too-short.mp3": "its one frame, nearly all zeros, can become the padding of the tag",
	"tagged.tta":    "cut where its sound starts, it is a whole ID3 tag and nothing else",
}

// merging are sounds of which the last frame ends in the tag behind it: zeros that are yet to be
// cut off complete it.
var merging = []string{"rare_frames.mp3"}

// endless are sounds and pictures of which nothing tells where they end.
var endless = []string{
	"mp3", "aac", "adif", "ac3", "dts", "amr", "jxl-codestream", "rw2", "wavpack", "musepack", "ape",
	"mpeg-ts", "m2ts", "mpeg-ps", "mpeg-ps-part", "vcd", "mpeg-video", "h264", "hevc", "vvc", "av1", "dv", "subtitle", "playlist",
}

func judge(t *testing.T, e *scrub.Engine, dir, name, format string) verdict {
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	n := min(60, max(4, work/(len(data)+1)))
	if testing.Short() {
		n = 3
	}
	h := scrubtest.Harness{Engine: e, States: n, Variants: n, Streams: bytes.Contains(data, []byte("moof")) || slices.Contains(endless, format)}
	if slices.Contains(merging, path.Base(name)) {
		h.States = -1
	}
	if why := undamaged[path.Base(name)]; why != "" {
		t.Logf("not damaged: %s", why)
		h.Variants = -1
	}
	p := h.Laws(t, name, data)
	if p == nil {
		return verdict{name, format, "none", "there is no plan"}
	}
	reason := strings.Join(p.Doubts, "; ")
	if p.Refused != "" {
		reason = p.Refused
	}
	return verdict{name, format, string(p.Status()), reason}
}

// summarise counts by format and status, and names with -v what was refused or
// is in doubt.
func summarise(t *testing.T, all []verdict) {
	slices.SortFunc(all, func(a, b verdict) int { return strings.Compare(a.name, b.name) })
	count := map[string]int{}
	for _, v := range all {
		count[v.format+" "+v.status]++
		if v.reason != "" && testing.Verbose() {
			t.Logf("%s %s: %s: %s", v.format, v.status, v.name, v.reason)
		}
	}
	var lines []string
	for k, n := range count {
		lines = append(lines, fmt.Sprintf("%6d %s", n, k))
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[7:], b[7:]) })
	t.Logf("%d real files\n%s", len(all), strings.Join(lines, "\n"))
}

func bytesOf(data []byte) (*bytes.Reader, int64) { return bytes.NewReader(data), int64(len(data)) }

func contains(data []byte, s string) bool { return bytes.Contains(data, []byte(s)) }
