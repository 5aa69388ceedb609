package drive

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"
)

// mount is one line of /proc/self/mountinfo, see proc_pid_mountinfo(5).
type mount struct {
	id, parent   int
	major, minor uint32
	root         string // what of the file system is mounted
	point        string
	options      string // of this mount
	fs           string
	source       string
	super        string // options of the file system
}

// table is the mount table of a process, in the order of mounting.
type table struct {
	mounts []*mount
	on     map[spot]*mount
}

// spot is where a mount can lie on another; 0 is the mount that the process's
// root is in.
type spot struct {
	parent int
	point  string
}

func parseMounts(text string) *table {
	t := &table{on: map[spot]*mount{}}
	ids := map[int]bool{}
	for line := range strings.Lines(text) {
		if m, ok := parseMount(strings.TrimSuffix(line, "\n")); ok {
			t.mounts = append(t.mounts, m)
			ids[m.id] = true
		}
	}
	for _, m := range t.mounts {
		if !ids[m.parent] || m.parent == m.id {
			m.parent = 0
		}
		t.on[spot{m.parent, m.point}] = m
	}
	return t
}

// parseMount takes a line apart:
//
//	36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
//	id parent dev root point options [fields] - fs source super
//
// The source can be empty; no field holds a space.
func parseMount(line string) (*mount, bool) {
	front, back, found := strings.Cut(line, " - ")
	f, b := strings.Split(front, " "), strings.Split(back, " ")
	if !found || len(f) < 6 || len(b) < 3 {
		return nil, false
	}
	id, err1 := strconv.Atoi(f[0])
	parent, err2 := strconv.Atoi(f[1])
	major, minor, ok := parseNumber(f[2])
	if err := cmp.Or(err1, err2); err != nil || !ok {
		return nil, false
	}
	return &mount{
		id: id, parent: parent, major: major, minor: minor, root: unescape(f[3]), point: unescape(f[4]), options: f[5],
		fs: unescape(b[0]), source: unescape(b[1]), super: b[2],
	}, true
}

// parseNumber reads a device number, "8:1".
func parseNumber(s string) (major, minor uint32, ok bool) {
	a, b, _ := strings.Cut(s, ":")
	x, err1 := strconv.ParseUint(a, 10, 32)
	y, err2 := strconv.ParseUint(b, 10, 32)
	return uint32(x), uint32(y), err1 == nil && err2 == nil
}

// unescape undoes \040 and the like, which stand in /proc and /etc/fstab for
// characters that would end a field.
func unescape(s string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 || i+4 > len(s) {
			break
		}
		c, err := strconv.ParseUint(s[i+1:i+4], 8, 8)
		if err != nil {
			b.WriteString(s[:i+1])
			s = s[i+1:]
			continue
		}
		b.WriteString(s[:i])
		b.WriteByte(byte(c))
		s = s[i+4:]
	}
	b.WriteString(s)
	return b.String()
}

// at is the mount in which a path ends: what is mounted over others is what
// counts. It is nil for what lies outside of all mounts, in a chroot.
func (t *table) at(name string) (m *mount) {
	parent, left := 0, len(t.mounts) // so that a ring ends
	for _, prefix := range prefixes(name) {
		for next := t.on[spot{parent, prefix}]; next != nil && left > 0; next = t.on[spot{parent, prefix}] {
			m, parent = next, next.id
			left--
		}
	}
	return m
}

// prefixes of "/a/b" are "/", "/a" and "/a/b".
func prefixes(name string) []string {
	list := []string{"/"}
	for i := 1; i < len(name); i++ {
		if name[i] == '/' {
			list = append(list, name[:i])
		}
	}
	if len(name) > 1 {
		list = append(list, name)
	}
	return list
}

// reached tells whether the mount's own path leads to it. It doesn't if
// something else is mounted over it, or over a folder on the way.
func (t *table) reached(m *mount) bool { return t.at(m.point) == m }

func (m *mount) readOnly() bool { return hasOption(m.options, "ro") || hasOption(m.super, "ro") }

func hasOption(options, word string) bool {
	return slices.Contains(strings.Split(options, ","), word)
}

// beneath tells whether name is dir or in it.
func beneath(dir, name string) bool {
	return name == dir || strings.HasPrefix(name, strings.TrimSuffix(dir, "/")+"/")
}

// isIn tells whether name is right in the folder dir.
func isIn(dir, name string) bool { return path.Dir(name) == dir && name != dir }
