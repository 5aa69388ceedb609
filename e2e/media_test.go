//go:build e2e

package e2e

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"untag/platform/config"
	"untag/scrub"
	"untag/scrub/formats"
	"untag/scrub/scrubtest"

	"untag/e2e/image"
	"untag/samples"
)

// medium is a file to be cleaned.
type medium struct {
	path    string // on the stick
	data    []byte
	clean   []byte // what is to become of it
	plan    *scrub.Plan
	secrets [][]byte
}

// planned makes a medium, or returns false if it would not be clean afterwards.
func planned(path string, data []byte, secrets [][]byte) (medium, bool) {
	p, err := plan(data)
	if err != nil || p.Status() != scrub.Dirty {
		return medium{}, false
	}
	m := medium{path, data, scrubtest.Perform(data, p), p, secrets}
	return m, true
}

// plan plans as the daemon does without a configuration.
func plan(data []byte) (*scrub.Plan, error) {
	_, opt, _ := config.Default().For(config.Facts{})
	return formats.Engine().Plan(bytes.NewReader(data), int64(len(data)), opt)
}

// planted are the project's own samples, in a folder.
func planted(folder string) (all []medium) {
	for _, s := range samples.All() {
		if s.Odd {
			continue
		}
		path := filepath.Join(folder, strings.ReplaceAll(s.Name, "/", "-")+s.Ext)
		if m, ok := planned(path, s.Data, s.Secrets); ok {
			all = append(all, m)
		}
	}
	return all
}

// few are some of them, where it doesn't matter which.
func few(folder string, n int) []medium {
	all := planted(folder)
	var some []medium
	for i := range n {
		m := all[i*7%len(all)]
		m.path = filepath.Join(folder, fmt.Sprintf("IMG_%04d%s", i, filepath.Ext(m.path)))
		some = append(some, m)
	}
	return some
}

// Of real media so many of each extension, none larger than that.
const (
	perExtension = 2
	largest      = 300 << 10
)

// corpus are real media, where there are any: in $UNTAG_CORPUS, or in
// shared/corpus beside the checkout.
func corpus(t *testing.T, folder string) (all []medium) {
	t.Helper()
	dir := os.Getenv("UNTAG_CORPUS")
	if dir == "" {
		dir = filepath.Join(scrubtest.ModuleRoot(t), "..", "shared", "corpus")
	}
	taken := map[string]int{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		ext := strings.ToLower(filepath.Ext(path))
		if err != nil || !d.Type().IsRegular() || taken[ext] >= perExtension {
			return err
		}
		if info, err := d.Info(); err != nil || info.Size() > largest {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if m, ok := planned(filepath.Join(folder, fmt.Sprintf("REAL%04d%s", len(all), ext)), data, nil); ok {
			all = append(all, m)
			taken[ext]++
		}
		return nil
	})
	if err != nil {
		t.Logf("without real media: %v", err)
	}
	return all
}

// write writes media below a folder on this side.
func write(t *testing.T, dir string, media ...[]medium) {
	t.Helper()
	for _, some := range media {
		for _, m := range some {
			if err := samples.WriteFile(filepath.Join(dir, m.path), m.data); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// secrets are those of all media, and what all of them begin with. A coded picture that
// goes from one medium may stay in another.
func secrets(media ...[]medium) []image.Needle {
	texts := [][]byte{[]byte("CANARY-")}
	seen := map[string]bool{}
	stays := func(s []byte) bool {
		return slices.ContainsFunc(media, func(some []medium) bool {
			return slices.ContainsFunc(some, func(m medium) bool { return bytes.Contains(m.clean, s) })
		})
	}
	for _, some := range media {
		for _, m := range some {
			for _, s := range m.secrets {
				if text := string(s); !seen[text] {
					seen[text] = true
					if strings.HasPrefix(text, "CANARY-") || !stays(s) {
						texts = append(texts, s)
					}
				}
			}
		}
	}
	return image.Needles(texts...)
}

// mustBeClean looks at the image from outside: the files, every byte of it, and
// what fsck says.
func mustBeClean(t *testing.T, i image.Image, pulled bool, media ...[]medium) {
	t.Helper()
	if err := i.Check(pulled); err != nil {
		t.Error(err)
	}
	err := i.View(func(dir string) error {
		for _, some := range media {
			for _, m := range some {
				m.mustBeCleanIn(t, dir, !pulled)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	mustHold(t, i, false, secrets(media...))
}

// mustHold searches the raw image.
func mustHold(t *testing.T, i image.Image, any bool, needles []image.Needle) {
	t.Helper()
	finds, err := image.Search(i.Path, needles)
	if err != nil {
		t.Fatal(err)
	}
	if any && len(finds) < len(needles)/3-1 { // most in one way of writing
		t.Errorf("of %d secrets in 3 ways of writing only %d are in the image; it can't be judged by them", len(needles), len(finds))
	}
	if !any {
		for n, f := range finds {
			if t.Errorf("in the raw image: %v", f); n > 10 {
				t.Fatalf("and %d more", len(finds)-n)
			}
		}
	}
}

// mustBeCleanIn looks at a file. Exact is to be false where cleaning it was
// interrupted: then it has the same payload, but other bytes may stand around it.
func (m medium) mustBeCleanIn(t *testing.T, dir string, exact bool) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, m.path))
	if err != nil {
		t.Error(err)
		return
	}
	p, err := plan(data)
	switch {
	case err != nil:
		t.Errorf("%s: %v", m.path, err)
	case p.Status() != scrub.Clean:
		t.Errorf("%s is %s, not clean", m.path, p.Status())
	case !bytes.Equal(payloadOf(m.plan, m.data), payloadOf(m.plan, data)) || !m.plan.KeptBy(p):
		t.Errorf("%s has another payload", m.path)
	case exact && len(m.plan.Anew) == 0 && !bytes.Equal(data, m.clean): // what is written anew is planned once more, after the edits
		t.Errorf("%s is clean, but not what was to become of it", m.path)
	}
}

// payloadOf is a sum of what picture and sound are made of; nil if it can't be made.
func payloadOf(p *scrub.Plan, data []byte) []byte {
	h := sha256.New()
	if p.Payload(bytes.NewReader(data), h) != nil {
		return nil
	}
	return h.Sum(nil)
}
