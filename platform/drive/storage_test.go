package drive

import (
	"os"
	"path/filepath"
	"testing"
)

func TestStorage(t *testing.T) {
	root := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("sys/dev/block/253:1/slaves/dm-3/dm/uuid", "LVM-abcdef-real\n")
	put("sys/dev/block/253:2/slaves/dm-4/dm/uuid", "LVM-abcdef-tpool\n")
	put("sys/dev/block/253:3/slaves/sda/size", "1\n")
	put("sys/dev/block/253:4/slaves/dm-5/dm/uuid", "CRYPT-LUKS2-x\n")
	put("sys/dev/block/253:5/slaves/dm-6/dm/uuid", "LVM-abcdef\n") // encrypted, and in a pool
	put("sys/dev/block/253:5/slaves/dm-6/slaves/dm-4/dm/uuid", "LVM-abcdef-tpool\n")
	for line, want := range map[string]Storage{
		"36 1 98:0 / / rw - ext4 /dev/sda1 rw":            {"ext4", ""},
		"36 1 0:40 / / rw - btrfs /dev/sda1 rw":           {"btrfs", Elsewhere},
		"36 1 0:40 / / rw - zfs tank/photos rw":           {"zfs", Elsewhere},
		"36 1 0:40 / / rw - overlay overlay rw":           {"overlay", Below},
		"36 1 0:40 / / rw - nfs4 server:/export rw":       {"nfs4", Server},
		"36 1 0:40 / / rw - cifs //server/share rw":       {"cifs", Server},
		"36 1 0:40 / / rw - fuse.sshfs me@server: rw":     {"fuse.sshfs", Server},
		"36 1 0:40 / / rw - fuse.mergerfs a:b rw":         {"fuse.mergerfs", Program},
		"36 1 8:1 / / rw - fuseblk /dev/sdb1 rw":          {"fuseblk", ""},
		"36 1 253:1 / / rw - xfs /dev/mapper/vg-lv rw":    {"xfs", Snapshots},
		"36 1 253:2 / / rw - ext4 /dev/mapper/vg-thin rw": {"ext4", Snapshots},
		"36 1 253:3 / / rw - ext4 /dev/mapper/vg-lv rw":   {"ext4", ""},
		"36 1 253:4 / / rw - ext4 /dev/mapper/crypt rw":   {"ext4", ""},
		"36 1 253:5 / / rw - ext4 /dev/mapper/crypt rw":   {"ext4", Snapshots},
		"36 1 0:40 / / rw - vboxsf share rw":              {"vboxsf", Server},
	} {
		m, ok := parseMount(line)
		if !ok {
			t.Fatal(line)
		}
		if got := storage(root, m); got != want {
			t.Errorf("%s: %+v", line, got)
		}
	}
}

// The kernel names what the test's own folder lies on.
func TestStorageHere(t *testing.T) {
	if got := StorageOf("/", t.TempDir()); got.Type == "" {
		t.Errorf("nothing is known of it: %+v", got)
	}
	if got := StorageOf("/", "/proc"); got != (Storage{Type: "proc"}) {
		t.Errorf("/proc is %+v", got)
	}
	if got := StorageOf("/", filepath.Join(t.TempDir(), "nothing")); got != (Storage{}) {
		t.Errorf("nothing is %+v", got)
	}
}
