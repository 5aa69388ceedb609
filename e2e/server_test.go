//go:build e2e

package e2e

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"untag/e2e/image"
)

// servers are folders of an exported drive, each with how the machine mounts that from
// itself at /mnt and the folder's name.
var servers = []struct{ folder, mount string }{
	{"NFS4", "-t nfs4 127.0.0.1:%s"},
	{"NFS3", "-t nfs -o vers=3,nolock 127.0.0.1:%s"},
	{"SMB", "-i -t cifs -o ip=127.0.0.1,username=root,password=e2e,vers=3.0 //127.0.0.1/%s"},
}

const samba = `[global]
interfaces = lo
bind interfaces only = yes
disable spoolss = yes
load printers = no
[drive]
path = %s
writable = yes
`

// TestServers cleans a drive through NFS and SMB. What is called clean then is so on the
// server's drive, and what is not is said.
func TestServers(t *testing.T) {
	g := resume(t)
	g.sh("systemctl stop untagd")
	var all [][]medium
	for _, c := range servers {
		all = append(all, some(c.folder))
	}
	write(t, g.share, all...)
	s := g.insert(image.Ext4, "SERVER", 64, g.files(all...))
	g.serve(s)
	g.withoutRights(s, all[0][0])
	for i, c := range servers {
		g.step("%s", c.folder)
		if dir := filepath.Join("/mnt", c.folder, c.folder); c.folder == "SMB" {
			g.overSMB(s, dir, all[i])
		} else {
			g.overNFS(dir, filepath.Join(s.mount, c.folder), len(all[i]))
		}
	}
	g.changedOnTheServer(s, all[0])
	g.sh("umount /mnt/NFS4 /mnt/NFS3 && exportfs -ua && systemctl stop nfs-server")
	s.leave(false, all...)
}

// some are media of which the last has to be written anew, and the first keeps its length.
func some(folder string) []medium {
	all := planted(folder)
	anew := slices.IndexFunc(all, func(m medium) bool { return len(m.plan.Anew) > 0 })
	long := slices.IndexFunc(all, func(m medium) bool { return len(m.clean) == len(m.data) && len(m.plan.Anew) == 0 })
	media := append([]medium{all[long]}, few(folder, 5)...)
	return append(media, all[anew])
}

// serve exports the stick and mounts it over the network.
func (g *guest) serve(s *stick) {
	g.Helper()
	s.mount = "/srv/drive" // on the way to which nobody is kept out
	g.sh("mkdir -p %[1]s && mount /dev/disk/by-label/%[2]s %[1]s && systemctl start rpcbind nfs-server", s.mount, s.Label)
	g.export(s, "rw,no_root_squash")
	g.sh("cat >/etc/samba/smb.conf <<'.'\n"+samba+".\nprintf 'e2e\\ne2e\\n' | smbpasswd -s -a root && smbd -D", s.mount)
	for _, c := range servers {
		what := s.mount
		if c.folder == "SMB" {
			what = "drive"
		}
		g.sh("mkdir -p /mnt/%s; for try in 1 2 3 4 5; do mount "+c.mount+" /mnt/%[1]s && exit; sleep 2; done; exit 1", c.folder, what)
	}
	g.step("exported and mounted")
}

func (g *guest) export(s *stick, options string) {
	g.Helper()
	g.sh("exportfs -i -o %s,no_subtree_check,insecure,fsid=1 127.0.0.1:%s", options, s.mount)
}

// says runs untag, which has to say all that is wanted.
func (g *guest) says(command string, want ...string) {
	g.Helper()
	out := g.sh("untag %s 2>&1; echo exit $?", command)
	for _, w := range want {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), w) {
			g.Errorf("untag %s doesn't say %q:\n%s", command, w, out)
		}
	}
}

// untouched makes sure that a file on the server is what was put there.
func (g *guest) untouched(s *stick, m medium) {
	g.Helper()
	g.sh("cmp /share/%s %s/%[1]s", m.path, s.mount)
}

func (g *guest) overNFS(dir, there string, n int) {
	g.Helper()
	g.says("scrub "+dir, fmt.Sprintf("cleaned %d", n), "who else has files open, can't be seen", "exit 0")
	g.says("verify "+there, fmt.Sprintf("clean %d", n), "exit 0")
}

// withoutRights asks NFS 4 for what the server refuses. (NFS 3 would remember the answer
// for a while.)
func (g *guest) withoutRights(s *stick, m medium) {
	g.Helper()
	file := filepath.Join("/mnt/NFS4", m.path)
	g.export(s, "ro,no_root_squash")
	g.says("scrub "+file, "the drive is read-only", "nothing was changed", "exit 3")
	g.export(s, "rw,root_squash")
	g.says("scrub "+file, "may not be opened by this user", "nothing was changed", "root_squash", "exit 3")
	g.export(s, "rw,no_root_squash")
	g.untouched(s, m)
}

func (g *guest) overSMB(s *stick, dir string, media []medium) {
	g.Helper()
	first, last := filepath.Join(filepath.Dir(dir), media[0].path), media[len(media)-1]
	// Another client, for Linux keeps to itself what one of its own programs has locked.
	g.sh("mkdir /mnt/other && mount "+servers[2].mount+" -o nosharesock /mnt/other", "drive")
	g.sh("flock /mnt/other/%s sleep 600 >/dev/null 2>&1 & until ! flock -n %s true; do sleep 0.2; done", media[0].path, first)
	g.says("scrub "+first, "is in use by another program", "exit 3")
	g.sh("pkill -x sleep")
	g.untouched(s, media[0])

	g.says("scrub "+dir, fmt.Sprintf("cleaned %d", len(media)-1), "can't be replaced on this share", "--to", "exit 3")
	g.says("scrub --to /mnt/SMB/COPY "+filepath.Join("/mnt/SMB", last.path), "copied to", "exit 0")
	g.says("verify "+filepath.Join(s.mount, "COPY"), "clean 1", "exit 0")
	// Linux keeps a file open for a second after it was closed.
	g.sh("umount /mnt/SMB /mnt/other && pkill -x smbd && while pgrep -x smbd; do sleep 0.1; done")
	g.says("scrub "+filepath.Join(s.mount, last.path), "cleaned", "exit 0") // as untag told us to
}

// changedOnTheServer has a state go stale behind the client's back, with no other time
// of the last change.
func (g *guest) changedOnTheServer(s *stick, media []medium) {
	g.Helper()
	scrub := "scrub --state /root/state /mnt/NFS4/NFS4"
	g.sh("date -s @%d", time.Now().Add(5*time.Minute).Unix()) // what has just changed is not remembered
	g.says(scrub, fmt.Sprintf("clean %d", len(media)), "exit 0")
	g.says(scrub, fmt.Sprintf("unchanged %d", len(media)), "exit 0")
	g.sh("cd %s && touch -r %s /tmp/times && cat /share/%[2]s >%[2]s && touch -r /tmp/times %[2]s", s.mount, media[0].path)
	g.says(scrub, fmt.Sprintf("unchanged %d", len(media)-1), "cleaned 1", "exit 0")
}
