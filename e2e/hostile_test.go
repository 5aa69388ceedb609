//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"untag/e2e/image"
)

// outside is a sum of everything that a link on a stick could lead to.
const outside = `cd / && { find etc root home usr/local -xdev -printf '%p %m %U %G %s %T@ %C@ %l\n' | sort; find etc -xdev -type f -exec cat {} +; } | sha256sum`

// TestHostile has a stick that was made to do harm: nothing outside of it may
// change, and the media on it must be cleaned all the same.
func TestHostile(t *testing.T) {
	g := resume(t)
	files := filepath.Join(g.dir, "files")
	media := hostile(t, files)
	s := g.insert(image.Ext4, "HOSTILE", 96, files)
	before := g.sh("%s", outside)
	s.mountIt()
	d := s.done(len(media))
	g.step("%d files looked at, %d media, %d cleaned, %d failed", d.Counts.Files, d.Counts.Media, d.Counts.Cleaned, d.Counts.Failed)
	if after := g.sh("%s", outside); before != after {
		t.Error("something outside of the stick has changed")
	}
	if out := g.sh("find %s -type l -o -type p -o -type b -o -type c | wc -l", s.mount); strings.TrimSpace(out) != fmt.Sprint(specials) {
		t.Errorf("%d files that are none were planted, %s are there", specials, out)
	}
	s.leave(false, media)
	g.silent("CANARY", "etc", "many", "nested", "IMG_")
}

// specials is how many links, pipes and devices there are on the stick.
const specials = 11

// hostile fills a folder, and returns the media in it.
func hostile(t *testing.T, dir string) []medium {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	deep := strings.Repeat("n/", 500)
	media := few("nested/"+deep, 1)
	names := []string{
		"new\nline.jpg", "\x1b]0;title\x07\x1b[31mred.jpg", "not \xff\xfe UTF-8.jpg", "-rf.jpg", "*.jpg", "$(reboot).jpg", "%s%n.jpg",
		" ", "..jpg", strings.Repeat("x", 251) + ".jpg", "a\rb.jpg", "many/IMG_5000.jpg", "setuid.jpg", "twice.jpg",
	}
	for i, m := range few("", len(names)) {
		m.path = names[i]
		media = append(media, m)
	}
	write(t, dir, media)
	must(os.Link(filepath.Join(dir, "twice.jpg"), filepath.Join(dir, "again.jpg")))
	must(os.Chmod(filepath.Join(dir, "setuid.jpg"), 0o755|os.ModeSetuid))
	for i := range 10_000 {
		ext := ".txt"
		if i%10 == 0 {
			ext = ".jpg"
		}
		must(os.WriteFile(filepath.Join(dir, fmt.Sprintf("many/%d%s", i, ext)), nil, 0o644))
	}
	for name, to := range map[string]string{
		"hostname.jpg": "/etc/hostname", "etc": "/etc", "up": "../../../../../../etc", "passwd.mp4": "/etc/passwd", "self.jpg": "self.jpg",
		"inside.jpg": "twice.jpg", "proc": "/proc/self/root", ".untag-00000000-gone.jpg.tmp": "/etc/shadow",
	} {
		must(os.Symlink(to, filepath.Join(dir, name)))
	}
	must(unix.Mkfifo(filepath.Join(dir, "pipe.jpg"), 0o644))
	must(unix.Mknod(filepath.Join(dir, "null.jpg"), unix.S_IFCHR|0o644, int(unix.Mkdev(1, 3))))
	must(unix.Mknod(filepath.Join(dir, "disk.jpg"), unix.S_IFBLK|0o644, int(unix.Mkdev(8, 0))))
	must(os.Mkdir(filepath.Join(dir, "folder.jpg"), 0o755))
	must(os.WriteFile(filepath.Join(dir, "sparse.jpg"), []byte{0xff, 0xd8, 0xff, 0xe0}, 0o644))
	must(os.Truncate(filepath.Join(dir, "sparse.jpg"), 640<<20)) // more than the memory of the guest
	return media
}
