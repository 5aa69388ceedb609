//go:build e2e

package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"untag/scrub"

	"untag/e2e/blklog"
	"untag/e2e/image"
	"untag/e2e/vm"
	"untag/samples"
)

// TestPowerCut logs every write that reaches a stick while media on it are
// cleaned, and looks at what a power cut would have left after each of them, and
// after each with an earlier one lost that was not flushed yet.
func TestPowerCut(t *testing.T) {
	for _, c := range []struct{ name, command string }{
		{"in place", "untag scrub"},
		{"compact", "untag scrub --compact"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := resume(t)
			media := cutMedia()
			s := g.stick(image.VFAT, "CUT", 36, g.files(media))
			base, err := os.ReadFile(s.Path)
			g.must(err)
			g.sh("systemctl stop untagd")
			log := filepath.Join(g.dir, "writes")
			s.plug(vm.Stick{Log: log})
			s.mountIt()
			g.sh("%s %s", c.command, s.mount)
			s.unmountIt()
			s.pull()
			mustHold(t, s.Image, false, secrets(media))
			all, err := blklog.Read(log)
			g.must(err)
			cut(g, s.Image, base, all, media)
		})
	}
}

// cutMedia are a few, in which something of each phase is to be done.
func cutMedia() (all []medium) {
	for path, name := range map[string]string{
		"DCIM/IMG_0001.JPG": "jpeg/everything", "DCIM/IMG_0002.PNG": "png/text", "DCIM/MVI_0003.MP4": "bmff/action-camera",
		"DCIM/MVI_0004.MP4": "bmff/trailer-unknown",
	} {
		s := samples.Get(name)
		m, _ := planned(path, s.Data, s.Secrets)
		all = append(all, m)
	}
	return all
}

// tearing is into how small pieces a drive may tear a write, in bytes.
const tearing = 512

// cut looks at all states.
func cut(g *guest, i image.Image, base []byte, all []blklog.Write, media []medium) {
	g.Helper()
	state := image.Image{Path: filepath.Join(g.dir, "state.img"), FS: i.FS, Label: i.Label}
	all = blklog.Split(all, tearing)
	cuts, lost, finished := 0, 0, 0
	for s, b := range blklog.States(base, all) {
		if s.Lost < 0 {
			cuts++
		} else {
			lost++
		}
		g.must(os.WriteFile(state.Path, b, 0o600))
		err := state.Salvage(func(dir string) error {
			for _, m := range media {
				why := m.harmed(dir)
				if why != "" && finish(dir) {
					finished++
					why = m.harmed(dir)
				}
				if why != "" {
					g.Errorf("after write %d of %d, without write %d: %s %s", s.N, len(all), s.Lost, m.path, why)
				}
			}
			return nil
		})
		g.must(err)
		if g.Failed() {
			return
		}
	}
	g.step("%d writes of %d bytes: whole after each of %d cuts and of %d with a write lost; %d of them needed another run", len(all), tearing, cuts, lost, finished)
}

// harmed says what is wrong with a file, or "".
func (m medium) harmed(dir string) string {
	data, err := os.ReadFile(filepath.Join(dir, m.path))
	if err != nil {
		return "is gone"
	}
	p, err := plan(data)
	switch {
	case err != nil:
		return "can't be read: " + err.Error()
	case p.Refused != "" || p.Format != m.plan.Format:
		return "is broken: " + p.Refused
	case p.Status() != scrub.Clean && p.Status() != scrub.Dirty:
		return "is " + string(p.Status()) + ": " + strings.Join(p.Doubts, ", ")
	}
	h, before := payloadOf(p, data), payloadOf(m.plan, m.data)
	if !bytes.Equal(h, before) {
		return "has another payload"
	}
	return ""
}

// finish has a later run do what was left to do, if that was to put a copy in
// its place.
func finish(dir string) bool {
	left, err := filepath.Glob(filepath.Join(dir, "*", ".untag-*.tmp"))
	if err != nil || len(left) == 0 {
		return false
	}
	cmd := exec.Command(filepath.Join(os.Getenv("UNTAG_E2E_INSTALLED"), "usr/local/bin/untag"), "scrub", dir)
	_ = cmd.Run() // what has become of the file tells
	return true
}
