//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"untag/e2e/image"
	"untag/e2e/vm"
)

// guest is the machine of one test.
type guest struct {
	*testing.T
	*vm.VM
	dir    string   // of the test, on this side
	share  string   // seen in the machine as /share
	secret []string // what its journal must not have
	begun  time.Time
}

// resume goes on from the state in which the daemon has just been started.
func resume(t *testing.T) *guest {
	t.Helper()
	return start(t, saved)
}

// reboot starts the machine from its disk, and waits for the daemon to be
// started with it.
func reboot(t *testing.T) *guest {
	t.Helper()
	g := start(t, "")
	g.sh("until systemctl is-active -q untagd && systemctl is-system-running | grep -qE 'running|degraded'; do sleep 0.2; done")
	return g
}

func start(t *testing.T, state string) *guest {
	t.Helper()
	g := &guest{T: t, begun: time.Now(), dir: filepath.Join(world.dir, strings.NewReplacer("/", "-", "Test", "").Replace(t.Name()))}
	g.share = filepath.Join(g.dir, "share")
	g.must(os.MkdirAll(g.share, 0o755))
	disk := filepath.Join(g.dir, "disk.qcow2")
	g.must(command("cp", "--sparse=always", "--reflink=auto", world.disk, disk))
	c := configure(g.dir, disk)
	c.Saved, c.Share = state, g.share
	var err error
	g.VM, err = vm.Start(c)
	g.must(err)
	t.Cleanup(func() {
		if t.Failed() {
			g.explain()
		}
		g.Kill()
		os.RemoveAll(g.dir)
	})
	g.must(g.Await(patience))
	// Its clock stood still since it was saved.
	g.sh("date -s @%d >/dev/null && mount -t 9p -o trans=virtio,ro,msize=262144 share /share", time.Now().Unix())
	return g
}

// explain shows what is needed to understand a failure.
func (g *guest) explain() {
	for _, show := range []string{"untag status", "journalctl -o cat -u untagd | tail -n 60", "dmesg | tail -n 30", "grep -E '/media|/mnt' /proc/self/mountinfo"} {
		out, err := g.Shell(show, time.Minute)
		g.Logf("--- %s ---\n%s%v", show, out, err)
	}
	console, _ := os.ReadFile(filepath.Join(g.dir, vm.Console))
	g.Logf("--- console ---\n%s", tail(console, 30))
}

func tail(b []byte, lines int) []byte {
	all := bytes.SplitAfter(b, []byte("\n"))
	return bytes.Join(all[max(0, len(all)-lines):], nil)
}

func (g *guest) must(err error) {
	g.Helper()
	if err != nil {
		g.Fatal(err)
	}
}

// sh runs a command, which must succeed.
func (g *guest) sh(format string, args ...any) string {
	g.Helper()
	out, err := g.Shell(fmt.Sprintf(format, args...), patience)
	g.must(err)
	return string(out)
}

// step says in the log what is done next.
func (g *guest) step(format string, args ...any) {
	g.Helper()
	g.Logf("%5.1f s: %s", time.Since(g.begun).Seconds(), fmt.Sprintf(format, args...))
}

// until waits for something to become true.
func (g *guest) until(what string, is func() bool) time.Duration {
	g.Helper()
	return g.await(what, is, pause) // asking takes a good part of the machine, too
}

// soon is [guest.until] for what is quickly asked.
func (g *guest) soon(what string, is func() bool) {
	g.Helper()
	g.await(what, is, 5*time.Millisecond)
}

func (g *guest) await(what string, is func() bool, pause time.Duration) time.Duration {
	g.Helper()
	begun := time.Now()
	for !is() {
		if time.Since(begun) > patience {
			g.Fatalf("it did not come to this: %s", what)
		}
		time.Sleep(pause)
	}
	return time.Since(begun)
}

// stick is an image that is plugged in.
type stick struct {
	image.Image
	g      *guest
	name   string
	serial string
	mount  string // where it is mounted
	ask    string // what a command that asks its daemon begins with
}

// files writes media into a folder of the test, for a stick to be made with.
func (g *guest) files(media ...[]medium) (dir string) {
	g.Helper()
	dir = filepath.Join(g.dir, "files")
	write(g.T, dir, media...)
	return dir
}

// insert makes a stick with the files in it, and plugs it in.
func (g *guest) insert(fs image.FileSystem, label string, megabytes int, files string) *stick {
	g.Helper()
	s := g.stick(fs, label, megabytes, files)
	s.plug(vm.Stick{})
	return s
}

// insertSlow is the same with one on which there is time to do something while
// files are cleaned, however fast the machine is.
func (g *guest) insertSlow(fs image.FileSystem, label string, files string) *stick {
	g.Helper()
	s := g.stick(fs, label, 64, files)
	s.plug(vm.Stick{PerSec: 150})
	return s
}

// stick makes one with the files in it.
func (g *guest) stick(fs image.FileSystem, label string, megabytes int, files string) *stick {
	g.Helper()
	i, err := image.Make(filepath.Join(g.dir, label+".img"), fs, label, megabytes, files)
	g.must(err)
	s := &stick{Image: i, g: g, name: strings.ToLower(label), serial: "SERIAL-OF-" + label}
	g.secret = append(g.secret, s.serial, label)
	return s
}

// plug plugs the stick in and waits for its device.
func (s *stick) plug(how vm.Stick) {
	s.g.Helper()
	how.Name, how.Image, how.Serial = s.name, s.Path, s.serial
	s.g.must(s.g.PlugUSB(how))
	s.g.sh("until [ -b /dev/disk/by-label/%s ]; do sleep 0.05; done; udevadm settle", s.Label)
}

// pull pulls it out, and waits until udev has let go of it: a link that is still there
// would be taken for that of the stick plugged in next.
func (s *stick) pull() {
	s.g.Helper()
	s.g.must(s.g.UnplugUSB(s.name))
	s.g.sh("while [ -e /dev/disk/by-label/%s ]; do sleep 0.05; done", s.Label)
}

// mountIt mounts it as a desktop would.
func (s *stick) mountIt() {
	s.g.Helper()
	out := s.g.sh("d=/dev/disk/by-label/%s; until udisksctl info -b $d >/dev/null 2>&1; do sleep 0.05; done; udisksctl mount --no-user-interaction -b $d", s.Label)
	_, at, found := strings.Cut(strings.TrimSpace(out), " at ")
	if !found {
		s.g.Fatalf("udisksctl says %q", out)
	}
	s.mount = strings.TrimSuffix(at, ".")
	s.g.step("mounted %s", s.FS.Name)
}

// unmountIt is said to work whatever the daemon is doing.
func (s *stick) unmountIt() {
	s.g.Helper()
	s.g.sh("until umount %s; do sleep 0.05; done", s.mount)
}

// leave unmounts the stick, takes it away, and looks at what is on it. Pulled
// tells that it has also been taken away without being unmounted.
func (s *stick) leave(pulled bool, media ...[]medium) {
	s.g.Helper()
	s.unmountIt()
	s.pull()
	mustBeClean(s.g.T, s.Image, pulled, media...)
}

// forgotten waits until the daemon knows no such stick any more.
func (s *stick) forgotten() {
	s.g.Helper()
	s.g.until("the daemon has let go of it", func() bool { return s.drive().ID == 0 })
}

// unmounted waits until the machine has unmounted a stick that was pulled.
func (s *stick) unmounted() {
	s.g.Helper()
	s.g.sh("until ! grep -q %s /proc/self/mountinfo; do sleep 0.1; done", s.mount)
}

// driveLine is what untag status --json tells of a drive, as far as it is used here.
type driveLine struct {
	ID         uint64
	Device     string
	MountPoint string `json:"mount_point"`
	Label      string
	FS         string
	Bus        string
	ReadOnly   bool `json:"read_only"`
	Action     string
	State      string
	Problem    string
	Done       int64
	Total      int64
	Passes     int64
	Counts     struct{ Files, Media, Cleaned, Tags, Found, Partly, Unsupported, Failed, Waiting int64 }
}

// status asks the daemon, by a command that begins with as.
func (g *guest) status(as string) (all []driveLine) {
	g.Helper()
	in := json.NewDecoder(strings.NewReader(g.sh("%suntag status --json", as)))
	for in.More() {
		var d driveLine
		g.must(in.Decode(&d))
		if d.ID != 0 {
			all = append(all, d)
		}
	}
	return all
}

// drive is what the daemon tells of a stick; the zero value if it knows none.
func (s *stick) drive() driveLine {
	s.g.Helper()
	for _, d := range s.g.status(s.ask) {
		if d.Label == s.Label {
			return d
		}
	}
	return driveLine{}
}

// done waits until the daemon has nothing more to do on the stick.
func (s *stick) done(cleaned int) driveLine {
	s.g.Helper()
	var d driveLine
	s.g.until(fmt.Sprintf("%d files cleaned and nothing to do", cleaned), func() bool {
		d = s.drive()
		return d.State == "watching" && d.Passes > 0 && d.Counts.Waiting == 0 && d.Counts.Cleaned >= int64(cleaned)
	})
	return d
}

// silent makes sure that the journal tells of no file, serial number or tag.
func (g *guest) silent(texts ...string) {
	g.Helper()
	journal := g.sh("journalctl -o json -u untagd")
	for _, text := range append(texts, g.secret...) {
		if text != "" && strings.Contains(journal, text) {
			g.Errorf("the journal of untagd has %q", text)
		}
	}
}
