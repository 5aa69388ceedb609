//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"untag/e2e/image"
)

// asAlice is what a command of a person begins with who is logged in.
const asAlice = "runuser -u alice -- env XDG_RUNTIME_DIR=/run/user/$(id -u alice) DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/$(id -u alice)/bus "

// TestPackage goes the way of somebody who has got the package: two commands and one
// click, and the stick that she plugs in is clean. Then she installs a newer one, and
// removes that.
func TestPackage(t *testing.T) {
	g := resume(t)
	g.packages()
	g.bare()
	g.sh("useradd -m alice && loginctl enable-linger alice && until [ -S /run/user/$(id -u alice)/bus ]; do sleep 0.1; done")
	g.sh(asAlice + "systemd-run --quiet --user --unit=clicker /share/clicker untag-always")

	g.sh("dpkg -i /share/older.deb")
	for _, unit := range []string{"untagd", "--user --global untagd", "--user --global untag-notify"} {
		if out, _ := g.Shell("systemctl is-enabled "+unit, patience); strings.TrimSpace(string(out)) != "disabled" {
			t.Errorf("after installing, %s is %s", unit, out)
		}
	}
	g.sh(asAlice + "systemctl --user enable --now untagd")
	g.step("installed, and chosen")

	media := few("DCIM", 12)
	s := g.insertFor("alice", "FIRST", g.files(media))
	s.done(len(media))
	g.step("asked, and cleaned: %s", g.sh(asAlice+"journalctl --user -o cat -u clicker | grep click || true"))
	s.leave(false, media)

	// What runs is started anew, and what was chosen is kept.
	hers := asAlice + "systemctl --user show -P MainPID untagd"
	g.newer(hers)
	g.step("upgraded")
	s = g.insertFor("alice", "SECOND", g.files(media))
	s.done(len(media))
	s.leave(false, media)

	g.sh(asAlice + "systemctl --user stop untagd && untag action scrub && systemctl enable --now untagd")
	g.newer("systemctl show -P MainPID untagd")
	g.sh("dpkg -r untag && ! pgrep -x untagd && ! command -v untag")
	g.sh("dpkg -P untag && rm -rf /etc/untag")
	if left := g.sh("find /usr /etc /var /lib -xdev -iname '*untag*' | sort"); left != "" {
		t.Errorf("left behind:\n%s", left)
	}
	g.step("removed")
}

// newer installs the newer package, and makes sure that the daemon is another process
// then.
func (g *guest) newer(pid string) {
	g.Helper()
	before := strings.TrimSpace(g.sh("%s", pid))
	g.sh("dpkg -i /share/newer.deb && dpkg-query -W untag | grep -v 0.0.1")
	if after := strings.TrimSpace(g.sh("%s", pid)); before == "0" || after == "0" || after == before {
		g.Errorf("the daemon was process %s, and is %s after the upgrade", before, after)
	}
}

// packages puts the older and the newer package, and what clicks, into the share.
func (g *guest) packages() {
	g.Helper()
	for _, name := range []string{"older.deb", "newer.deb", "clicker"} {
		g.must(command("cp", filepath.Join(os.Getenv("UNTAG_E2E_PACKAGES"), name), g.share))
	}
}

// bare takes away what make install installed, and what the tests chose.
func (g *guest) bare() {
	g.Helper()
	g.sh("systemctl disable --now untagd && find /usr/local /etc -depth -iname '*untag*' -exec rm -rf {} + && systemctl daemon-reload && systemctl reload dbus")
}

// insertFor plugs a stick in and mounts it for a user, as her desktop does.
func (g *guest) insertFor(user, label, files string) *stick {
	g.Helper()
	s := g.insert(image.VFAT, label, 64, files)
	s.mount = fmt.Sprintf("/media/%s/%s", user, label)
	s.ask = asAlice
	g.sh("install -d %[1]s && mount -t vfat -o utf8,flush,uid=%[2]s,fmask=0177,dmask=0077,nosuid,nodev /dev/disk/by-label/%[3]s %[1]s", s.mount, user, label)
	g.step("plugged in and mounted %s", label)
	return s
}
