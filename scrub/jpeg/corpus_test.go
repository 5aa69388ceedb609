package jpeg

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/scrubtest"
)

// corpus is the folder of real files: UNTAG_CORPUS, or one beside the module.
func corpus(t *testing.T) string {
	dir := os.Getenv("UNTAG_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpus")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no corpus: set UNTAG_CORPUS to a folder of real files")
	}
	return dir
}

// Real pictures are held to the laws; what they are and whether they decode is
// judged elsewhere. Those of fuzzers are damaged, others are to be understood.
func TestCorpus(t *testing.T) {
	if testing.Short() {
		t.Skip("reads hundreds of files")
	}
	root, n := corpus(t), 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil || len(data) > 1<<20 || !sniff(data, 0) {
			return err
		}
		n++
		name, _ := filepath.Rel(root, path)
		h := scrubtest.Harness{Engine: engine(), Options: scrub.Options{Policy: scrub.Policy{Profile: scrub.ProfileStrict}}, States: 24, Variants: 12}
		h.Laws(t, name, data)
		return nil
	})
	if err != nil || n == 0 {
		t.Errorf("%d pictures in %s: %v", n, root, err)
	}
}

// The pictures that Red Star OS marked differ from the one it did not mark by
// their tails alone.
func TestRedStar(t *testing.T) {
	dir := filepath.Join(corpus(t), "takeshixx__redstar-tools", "watermarked")
	marked, err := filepath.Glob(filepath.Join(dir, "preview_bottle_*.jpg"))
	if err != nil || len(marked) == 0 {
		t.Skip("no marked pictures in the corpus")
	}
	const original = "5fa55db03f0cee1209939ace1576a8b42da3855af567fed222e479d5ed50a451"
	for _, path := range marked {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		p := plan(t, data)
		if got := fmt.Sprintf("%x", sha256.Sum256(scrubtest.Perform(data, p))); got != original {
			t.Errorf("%s comes out as %s", path, got)
		}
		if strings.Contains(path, "user") != (p.Removes() > 0) {
			t.Errorf("%s: %+v", path, p.Findings)
		}
	}
}

func FuzzParse(f *testing.F) {
	seeds := [][]byte{
		photo(), photo(seg(0xE0, jfif), exifOf(orientation(6), ascii(0x010F, secret)), seg(com, secret)),
		photo(seg(0xED, "Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x0b\x1c\x02\x50\x00\x06", secret)),
		photo(seg(0xE2, "ICC_PROFILE\x00\x01\x01", secret)), ultraHDR(0), ultraHDR(5), codedData("a\xff\x00b\xff\xd0c\xff\xff"),
		bytes.Repeat(photo(seg(com, secret)), 5), append(photo("junk", seg(0xEE, "Adobe\x00\x65\x40\x00\x00\x00\x01")), "tail"...),
		listed(func(mpf string) []byte { return photo(mpf) }, []uint32{0x20020002, 0x020002}, 0, [][]byte{photo(seg(com, secret))}),
	}
	scrubtest.Fuzz(f, engine(), seeds...)
}
