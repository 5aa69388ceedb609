package station

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestChaos has folders and files come, grow, move, change places and go while
// the station works, and then looks at what is there.
func TestChaos(t *testing.T) {
	dir := real(t)
	s := begin(t, Options{})
	s.mount(1, dir)
	c := chaos{rand.New(rand.NewPCG(1, 2)), dir}
	for end := time.Now().Add(4 * time.Second); time.Now().Before(end); {
		c.act()
		time.Sleep(time.Duration(c.lot.IntN(8)) * time.Millisecond)
	}
	s.await("all is clean", func() bool { return c.dirty(t) == "" })
	if d := s.quiet(1); d.State != Watching || d.Counts.Waiting > 0 {
		t.Errorf("%+v", d)
	}
	n, left := 0, c.dirty(t)
	filepath.WalkDir(dir, func(string, fs.DirEntry, error) error { n++; return nil })
	t.Logf("%d names are left of it; looked at %d files; %d passes", n, s.of(1).Counts.Files, s.of(1).Passes)
	if left != "" {
		t.Errorf("%s is not clean", left)
	}
}

type chaos struct {
	lot *rand.Rand
	dir string
}

// folder returns one of few paths, so that things meet.
func (c *chaos) folder() string {
	p := c.dir
	for range c.lot.IntN(4) {
		p = filepath.Join(p, string('a'+rune(c.lot.IntN(3))))
	}
	return p
}

func (c *chaos) file() string { return filepath.Join(c.folder(), fmt.Sprintf("%d.jpg", c.lot.IntN(4))) }

// act does something. That it may fail is part of it.
func (c *chaos) act() {
	switch c.lot.IntN(8) {
	case 0:
		os.MkdirAll(c.folder(), 0o755)
	case 1, 2, 3:
		os.WriteFile(c.file(), photo.Data, 0o644)
	case 4:
		os.Rename(c.file(), c.file())
	case 5:
		os.Rename(c.folder(), c.folder())
	case 6:
		unix.Renameat2(unix.AT_FDCWD, c.folder(), unix.AT_FDCWD, c.folder(), unix.RENAME_EXCHANGE)
	case 7:
		if c.lot.IntN(4) == 0 {
			if f := c.folder(); f != c.dir {
				os.RemoveAll(f)
			}
		} else {
			os.Remove(c.file())
		}
	}
}

// dirty returns a file that still gives something away.
func (c *chaos) dirty(t *testing.T) (found string) {
	filepath.WalkDir(c.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && found == "" {
			if data, err := os.ReadFile(path); err == nil && holdsSecret(data) {
				found = path
			}
		}
		return nil
	})
	return found
}
