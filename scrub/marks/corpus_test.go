package marks_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"untag/scrub/marks"
	"untag/scrub/scrubtest"
)

// sample reads a published sample of Red Star OS 3.0 or skips the test.
func sample(t *testing.T, name string) []byte {
	t.Helper()
	dir := os.Getenv("UNTAG_CORPUS")
	if dir == "" {
		dir = filepath.Join(scrubtest.ModuleRoot(t), "../shared/corpus")
	}
	b, err := os.ReadFile(filepath.Join(dir, "takeshixx__redstar-tools/watermarked", name))
	if os.IsNotExist(err) {
		t.Skipf("no sample %s: UNTAG_CORPUS names no folder that has takeshixx__redstar-tools", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Without their trailers, the published photos of two machines are the original.
func TestRealPhotos(t *testing.T) {
	const original = "5fa55db03f0cee1209939ace1576a8b42da3855af567fed222e479d5ed50a451"
	for name, value := range map[string]string{
		"preview_bottle_firstuser.jpg":  "1 machine: AC9A58CDZ364C (disk serial TWC3OEJG3W?)",
		"preview_bottle_seconduser.jpg": "2 machines: AC9A58CDZ364C (disk serial TWC3OEJG3W?), 8295FF513293A (disk serial MMBLC982T6?)",
	} {
		t.Run(name, func(t *testing.T) {
			b := sample(t, name)
			m, ok, err := marks.Trailer(bytes.NewReader(b), 0, int64(len(b)))
			if err != nil || !ok || m.Name != "red-star" || m.Value != value || !m.Proven {
				t.Fatalf("got %+v %v %v", m, ok, err)
			}
			if sum := fmt.Sprintf("%x", sha256.Sum256(b[:m.Off])); sum != original {
				t.Errorf("what is left is %s", sum)
			}
		})
	}
}

func TestRealDocument(t *testing.T) {
	b := sample(t, "love.docx")
	m, ok, err := marks.OOXML(bytes.NewReader(b), int64(len(b)))
	want := marks.Mark{Name: "red-star", Off: 0x50, Len: 31, Value: "1 machine: B48Z789B3AZ97 (disk serial V9LCPHNRMF?)", Proven: true}
	if err != nil || !ok || m != want {
		t.Fatalf("got %+v %v %v, want %+v", m, ok, err, want)
	}
	clear(b[m.Off : m.Off+m.Len])
	if m, ok, _ := marks.OOXML(bytes.NewReader(b), int64(len(b))); ok {
		t.Errorf("still there after zeroing: %+v", m)
	}
}
