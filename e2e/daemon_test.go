//go:build e2e

package e2e

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"untag/e2e/image"
	"untag/e2e/vm"
)

// TestInstalled looks at what make install made: a unit that runs, enabled and
// confined as it says.
func TestInstalled(t *testing.T) {
	g := resume(t)
	for _, c := range []struct{ command, want string }{
		{"systemctl is-enabled untagd", "enabled"},
		{"systemctl is-active untagd", "active"},
		{"systemctl show -P FragmentPath untagd", "/usr/local/lib/systemd/system/untagd.service"},
		{"systemctl show -P StatusText untagd", ""},
		{"untag drives", "no removable drive"},
		{"busctl --system status org.untag.Untagd1 | grep -c ^PID=", "1"},
	} {
		if out := strings.TrimSpace(g.sh("%s", c.command)); c.want != "" && out != c.want {
			t.Errorf("%s: %q, want %q", c.command, out, c.want)
		}
	}
	out := g.sh("systemd-analyze security --no-pager untagd.service | tail -n 1")
	t.Log(strings.TrimSpace(out))
	m := regexp.MustCompile(`: ([0-9.]+) `).FindStringSubmatch(out)
	if m == nil {
		t.Fatal("there is no exposure in that")
	}
	if exposure, err := strconv.ParseFloat(m[1], 64); err != nil || exposure > 2.0 {
		t.Errorf("exposure %s, must be at most 2.0 (%v)", m[1], err)
	}
	if out := g.sh("journalctl -o cat -u untagd"); !strings.Contains(out, `"full":true`) {
		t.Errorf("the sandbox is not whole:\n%s", out)
	}
}

// TestStatus compares what untag status and untag drives say with what is so.
func TestStatus(t *testing.T) {
	g := resume(t)
	media := few("DCIM", 12)
	s := g.insert(image.ExFAT, "TRUTH", 64, g.files(media))
	if out := g.sh("untag drives"); !strings.Contains(out, "TRUTH") {
		t.Errorf("a stick that is not mounted is not among the drives:\n%s", out)
	}
	if d := s.drive(); d.ID != 0 && d.MountPoint != "" {
		t.Errorf("a stick that is not mounted is mounted: %+v", d)
	}
	s.mountIt()
	d := s.done(len(media))
	device := strings.TrimSpace(g.sh("readlink -f /dev/disk/by-label/TRUTH"))
	if d.MountPoint != s.mount || d.Device != device || d.FS != "exfat" || d.Bus != "usb" || d.ReadOnly || d.Action != "scrub" || d.Problem != "" {
		t.Errorf("the daemon tells of %s at %s as %+v", device, s.mount, d)
	}
	if d.Counts.Files != int64(len(media)) || d.Counts.Media != int64(len(media)) || d.Counts.Cleaned != int64(len(media)) || d.Counts.Failed != 0 {
		t.Errorf("of %d media it counts %+v", len(media), d.Counts)
	}
	for _, c := range []struct{ command, want string }{
		{"untag status", fmt.Sprintf("TRUTH at %s", s.mount)},
		{"untag status", fmt.Sprintf("%d cleaned", len(media))},
		{"untag drives", s.mount},
		{"untag drives --json", device},
	} {
		if out := g.sh("%s", c.command); !strings.Contains(out, c.want) {
			t.Errorf("%s doesn't say %q:\n%s", c.command, c.want, out)
		}
	}
	s.unmountIt()
	g.until("it is not mounted", func() bool { return s.drive().MountPoint == "" })
	s.pull()
	g.until("there is no drive", func() bool { return strings.Contains(g.sh("untag drives"), "no removable drive") })
}

// TestRules has a stick that a rule says to leave alone, and then doesn't.
func TestRules(t *testing.T) {
	g := resume(t)
	media := few("DCIM", 12)
	g.sh(`printf '\n[[rule]]\nmatch = { label = "KEEP*" }\naction = "ignore"\n' >>/etc/untag/untagd.toml && systemctl reload untagd`)
	s := g.insert(image.VFAT, "KEEPIT", 64, g.files(media))
	s.mountIt()
	g.until("it is ignored", func() bool { return s.drive().State == "ignored" })
	g.sh("rm /etc/untag/untagd.toml && systemctl reload untagd && untag action scrub")
	s.done(len(media))
	s.leave(false, media)
}

// TestNobodyToAsk has a station without an action in its configuration leave a stick
// as it is.
func TestNobodyToAsk(t *testing.T) {
	g := resume(t)
	media := few("DCIM", 12)
	g.sh("rm /etc/untag/untagd.toml && systemctl reload untagd")
	s := g.insert(image.VFAT, "MINE", 64, g.files(media))
	s.mountIt()
	g.until("it was looked through", func() bool { d := s.drive(); return d.State == "watching" && d.Counts.Found == int64(len(media)) })
	s.unmountIt()
	s.pull()
	mustHold(t, s.Image, true, image.Needles([]byte("CANARY-")))
}

// TestCrash kills the daemon in the middle of its work, and systemd starts it
// again.
func TestCrash(t *testing.T) {
	g := resume(t)
	media := few("DCIM", 60)
	s := g.insertSlow(image.VFAT, "CRASH", g.files(media))
	s.mountIt()
	s.busy()
	g.sh("systemctl kill -s KILL untagd; until [ $(systemctl show -P NRestarts untagd) = 1 ] && systemctl is-active -q untagd; do sleep 0.2; done")
	s.done(1)
	s.leave(false, media)
}

// TestFirstFile measures from when a stick is mounted to when the tags of the
// newest file are gone from it, as seen on the stick itself.
func TestFirstFile(t *testing.T) {
	g := resume(t)
	media := few("DCIM", 60)
	files := g.files(media)
	newest := few("NEWEST", 1)
	newest[0].data = []byte(strings.ReplaceAll(string(newest[0].data), "CANARY-", "NEWEST-"))
	write(t, files, newest)
	s := g.insert(image.VFAT, "FIRST", 64, files)
	needles := image.Needles([]byte("NEWEST-"))
	mustHold(t, s.Image, true, needles)
	device := strings.TrimSpace(g.sh("readlink -f /dev/disk/by-label/FIRST; mkdir -p /media/first"))
	begun := time.Now()
	g.sh("mount -t vfat -o utf8,flush %s /media/first", device)
	mounted := time.Now()
	took := s.cleared(needles).Sub(mounted)
	t.Logf("from mount (which took %v) to the newest of %d files being clean: %v", mounted.Sub(begun).Round(time.Millisecond), len(media)+1, took.Round(time.Millisecond))
}

// cleared waits until no needle is left on the stick, and tells when that was. It
// watches the places where they are: searching all of the stick takes half a
// second of a processor that the machine needs.
func (s *stick) cleared(needles []image.Needle) (at time.Time) {
	s.g.Helper()
	for at = time.Now(); ; at = time.Now() {
		finds, err := image.Search(s.Path, needles)
		s.g.must(err)
		if len(finds) == 0 {
			return at
		}
		s.g.soon("what was found on the stick is gone", func() bool {
			return !slices.ContainsFunc(finds, func(f image.Find) bool {
				gone, err := f.Gone(s.Path)
				s.g.must(err)
				return !gone
			})
		})
	}
}

// usage is what the daemon has of the machine. A thread may end while its children are
// being counted.
type usage struct{ descriptors, threads, children, kilobytes int }

func (g *guest) usage() (u usage) {
	g.Helper()
	out := g.sh(`p=$(systemctl show -P MainPID untagd); ls /proc/$p/fd | wc -l; awk '/^Threads/ {print $2}' /proc/$p/status; cat /proc/$p/task/*/children 2>/dev/null | wc -w; awk '/^VmRSS/ {print $2}' /proc/$p/status`)
	if _, err := fmt.Sscan(out, &u.descriptors, &u.threads, &u.children, &u.kilobytes); err != nil {
		g.Fatalf("%v: %q", err, out)
	}
	return u
}

// goroutines has the daemon tell of them and end, which Go programs do on
// SIGQUIT; systemd starts it again. It returns by what function each was started,
// without those that the runtime starts for itself: how many of them collect
// garbage depends on how much there was to do.
func (g *guest) goroutines() (starters []string) {
	g.Helper()
	unit := strings.TrimSpace(g.sh("systemctl show -P InvocationID untagd"))
	g.sh("n=$(systemctl show -P NRestarts untagd); systemctl kill -s QUIT --kill-whom=main untagd; until [ $(systemctl show -P NRestarts untagd) != $n ] && systemctl is-active -q untagd; do sleep 0.2; done; journalctl --sync")
	for line := range strings.Lines(g.sh("journalctl -o cat _SYSTEMD_INVOCATION_ID=%s", unit)) {
		by, is := strings.CutPrefix(line, "created by ")
		by, _, _ = strings.Cut(strings.TrimSpace(by), " in goroutine ")
		if is && !strings.HasPrefix(by, "runtime.") {
			starters = append(starters, by)
		}
	}
	slices.Sort(starters)
	return starters
}

// TestCycles plugs a stick in and out again and again, in turn unmounted first
// and simply pulled.
func TestCycles(t *testing.T) {
	const cycles = 16
	g := resume(t)
	media := few("DCIM", 8)
	s := g.insert(image.VFAT, "CYCLE", 64, g.files(media))
	s.pull()
	cycle := func(n int) usage {
		s.plug(vm.Stick{})
		s.mountIt()
		s.done(0)
		if n%2 == 0 {
			s.unmountIt()
		}
		s.pull()
		s.forgotten()
		s.unmounted()
		return g.usage()
	}
	cycle(0)
	before := g.goroutines()
	var all []usage
	for n := range cycles {
		all = append(all, cycle(n))
	}
	after := g.goroutines()
	t.Logf("goroutines after the first cycle: %d, after %d: %d", len(before), cycles, len(after))
	for n, u := range all {
		t.Logf("cycle %2d: %+v", n+1, u)
	}
	if len(before) == 0 || len(after) > len(before) {
		t.Errorf("goroutines were started by %q, then by %q", before, after)
	}
	first, last := least(all[:4]), least(all[cycles-4:])
	if last.descriptors > first.descriptors || last.children > 0 || last.threads > first.threads+4 || last.kilobytes > first.kilobytes+8<<10 {
		t.Errorf("in the first cycles %+v, in the last %+v", first, last)
	}
	mustBeClean(t, s.Image, true, media)
}

// least returns the least of each figure: what was just being opened or ended
// when somebody looked is no leak.
func least(all []usage) usage {
	l := all[0]
	for _, u := range all[1:] {
		l = usage{min(l.descriptors, u.descriptors), min(l.threads, u.threads), min(l.children, u.children), min(l.kilobytes, u.kilobytes)}
	}
	return l
}
