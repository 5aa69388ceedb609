package drive

import (
	"strings"
	"testing"
)

func TestParseMount(t *testing.T) {
	for _, tt := range []struct {
		name, line string
		want       mount
	}{
		{"the manual's", `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`,
			mount{36, 35, 98, 0, "/mnt1", "/mnt2", "rw,noatime", "ext3", "/dev/root", "rw,errors=continue"}},
		{"no optional field", `144 26 8:1 / /media/a rw - vfat /dev/sda1 rw`, mount{144, 26, 8, 1, "/", "/media/a", "rw", "vfat", "/dev/sda1", "rw"}},
		{"three optional fields", `144 26 8:1 / /media/a rw shared:3 master:2 propagate_from:1 - vfat /dev/sda1 rw`, mount{144, 26, 8, 1, "/", "/media/a", "rw", "vfat", "/dev/sda1", "rw"}},
		{"a name with everything", `1 2 8:1 / /media/a\040b\011c\012d\134e rw - vfat /dev/sda1 rw`, mount{1, 2, 8, 1, "/", "/media/a b\tc\nd\\e", "rw", "vfat", "/dev/sda1", "rw"}},
		{"a name with a hyphen between spaces", `1 2 8:1 / /media/a\040-\040b rw - vfat /dev/sda1 rw`, mount{1, 2, 8, 1, "/", "/media/a - b", "rw", "vfat", "/dev/sda1", "rw"}},
		{"a name that is no UTF-8", "1 2 8:1 / /media/\xff rw - vfat /dev/sda1 rw", mount{1, 2, 8, 1, "/", "/media/\xff", "rw", "vfat", "/dev/sda1", "rw"}},
		{"an empty source", `1 2 0:5 / /x rw - tmpfs  rw`, mount{1, 2, 0, 5, "/", "/x", "rw", "tmpfs", "", "rw"}},
		{"a big minor number", `1 2 259:1048575 / /x rw - ext4 /dev/x rw`, mount{1, 2, 259, 1048575, "/", "/x", "rw", "ext4", "/dev/x", "rw"}},
		{"ntfs-3g", `90 26 8:1 / /media/a rw,nosuid,nodev,relatime shared:5 - fuseblk /dev/sda1 rw,user_id=0,group_id=0,default_permissions,allow_other,blksize=4096`,
			mount{90, 26, 8, 1, "/", "/media/a", "rw,nosuid,nodev,relatime", "fuseblk", "/dev/sda1", "rw,user_id=0,group_id=0,default_permissions,allow_other,blksize=4096"}},
	} {
		got, ok := parseMount(tt.line)
		if !ok || *got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

func TestParseMountOfNonsense(t *testing.T) {
	for _, line := range []string{
		"", " - ", "a - b", "36 35 98:0 /mnt1 /mnt2 rw", "36 35 98:0 /mnt1 /mnt2 - ext3 /dev/root rw", "36 35 98:0 / / rw - ext3 /dev/root",
		"x 35 98:0 / / rw - ext3 /dev/root rw", "36 x 98:0 / / rw - ext3 /dev/root rw", "36 35 98 / / rw - ext3 /dev/root rw",
		"36 35 98:x / / rw - ext3 /dev/root rw", "36 35 -1:0 / / rw - ext3 /dev/root rw", "36 35 4294967296:0 / / rw - ext3 /dev/root rw",
	} {
		if m, ok := parseMount(line); ok {
			t.Errorf("%q: %+v", line, m)
		}
	}
	if n := len(parseMounts("nonsense\n\n" + rootMount + "36 35").mounts); n != 1 {
		t.Errorf("%d mounts beside nonsense, want 1", n)
	}
}

func TestUnescape(t *testing.T) {
	for s, want := range map[string]string{
		"": "", "a": "a", `\040`: " ", `a\040b\040`: "a b ", `\134040`: `\040`, `\`: `\`, `\04`: `\04`, `\0x0`: `\0x0`, `\999`: `\999`, `\777`: `\777`, `\043x`: "#x", `\\040`: `\ `,
	} {
		if got := unescape(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

// What a path leads to is what was mounted over all else.
func TestMountAt(t *testing.T) {
	table := parseMounts(strings.Join([]string{
		"26 1 8:2 / / rw - ext4 /dev/root rw",
		"30 26 0:30 / /media rw - tmpfs tmpfs rw",
		"31 30 8:17 / /media/a rw - vfat /dev/sdb1 rw",
		"32 30 8:33 / /media/b rw - vfat /dev/sdc1 rw",
		"33 32 0:31 / /media/b rw - tmpfs tmpfs rw",
		"34 26 8:49 / /mnt/c rw - vfat /dev/sdd1 rw",
		"35 26 0:32 / /mnt rw - tmpfs tmpfs rw",
		"36 26 8:65 / /x\\040y rw - vfat /dev/sde1 rw",
	}, "\n"))
	for path, want := range map[string]int{
		"/": 26, "/etc": 26, "/media": 30, "/media/z": 30, "/media/a": 31, "/media/a/b/c": 31, "/media/ab": 30, "/media/b": 33, "/media/b/x": 33, "/mnt": 35, "/mnt/c": 35, "/x y": 36, "/x": 26,
	} {
		if m := table.at(path); m == nil || m.id != want {
			t.Errorf("%s leads to %+v, want %d", path, m, want)
		}
	}
	for _, m := range table.mounts {
		hidden := m.id == 32 || m.id == 34
		if table.reached(m) == hidden {
			t.Errorf("mount %d is reached: %v", m.id, !hidden)
		}
	}
}

func TestMountAtOfStrangeTables(t *testing.T) {
	for _, tt := range []struct {
		name, text, path string
		want             int // 0: none
	}{
		{"nothing", "", "/", 0},
		{"in a chroot that is no mount", "31 7 8:17 / /media/a rw - vfat /dev/sdb1 rw\n", "/media/a/b", 31},
		{"in a chroot, beside the mount", "31 7 8:17 / /media/a rw - vfat /dev/sdb1 rw\n", "/media", 0},
		{"its own parent", "1 1 8:2 / / rw - ext4 /dev/root rw\n", "/", 1},
		{"a root over a root", "1 0 0:2 / / rw - rootfs rootfs rw\n2 1 8:2 / / rw - ext4 /dev/root rw\n", "/etc", 2},
		{"a ring", "2 3 8:2 / / rw - ext4 a rw\n3 2 8:3 / / rw - ext4 b rw\n", "/", 0},
		{"a ring that is reached", "1 0 8:2 / / rw - ext4 a rw\n2 1 8:3 / / rw - ext4 b rw\n1 2 8:3 / / rw - ext4 b rw\n", "/", 1},
	} {
		m := parseMounts(tt.text).at(tt.path)
		if got := id(m); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

func id(m *mount) int {
	if m == nil {
		return 0
	}
	return m.id
}

func FuzzParseMounts(f *testing.F) {
	f.Add(rootMount, "/media/a")
	f.Add("26 1 8:2 / / rw - ext4 /dev/root rw\n31 26 8:17 / /a\\040b rw - vfat /dev/sdb1 rw\n", "/a b")
	f.Add("2 3 8:2 / / rw - ext4 a rw\n3 2 8:3 / / rw - ext4 b rw\n", "/")
	f.Fuzz(func(t *testing.T, text, path string) {
		table := parseMounts(text)
		for _, m := range table.mounts {
			table.reached(m)
		}
		if m := table.at(path); m != nil && m.point != "/" && !strings.HasPrefix(path, m.point) {
			t.Errorf("%q leads to %q", path, m.point)
		}
	})
}
