package drive

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// look is one look at everything.
type look struct {
	root   string
	opt    Options
	table  *table
	blocks blocks
	props  func(*block) properties // what udev says, nil if nothing
	links  links
	number map[number]*block
	device map[*mount]*block // nil for mounts without a device
	system map[string]bool   // disks of the system, by name
}

// number is that of a device.
type number struct{ major, minor uint32 }

// properties are what udev knows of a device.
type properties map[string]string

// found is a drive and what tells it from others.
type found struct {
	Drive
	seq            string
	mount          int // id
	deviceReadOnly bool
	known          bool // to udev
}

// newLook reads what there is; props says what udev knows of a device.
func newLook(opt Options, props func(*block) properties) (*look, error) {
	l := &look{root: opt.root(), opt: opt, props: props}
	if err := l.read(); err != nil {
		return nil, err
	}
	l.links = readLinks(l.root)
	l.number, l.device = map[number]*block{}, map[*mount]*block{}
	for _, b := range l.blocks {
		l.number[number{b.major, b.minor}] = b
	}
	for _, m := range l.table.mounts {
		l.device[m] = l.deviceOf(m)
	}
	l.findSystem()
	return l, nil
}

// read reads mounts and devices that belong together. Where they change all the
// time, the next look will come soon anyway.
func (l *look) read() error {
	before, err := readMounts(l.root)
	for range 3 {
		if err != nil {
			return err
		}
		if l.blocks, err = readBlocks(l.root); err != nil {
			return err
		}
		var after string
		if after, err = readMounts(l.root); after == before {
			break
		}
		before = after
	}
	l.table = parseMounts(before)
	return err
}

func readMounts(root string) (string, error) {
	text, err := os.ReadFile(filepath.Join(root, "proc/self/mountinfo"))
	return string(text), err
}

func (o Options) root() string { return cmp.Or(o.Root, "/") }

// drives lists the drives, ordered by device.
func (l *look) drives() (list []found) {
	for _, b := range l.blocks {
		if f, ok := l.drive(b); ok && !l.excluded(f.Drive) {
			list = append(list, f)
		}
	}
	slices.SortFunc(list, func(a, b found) int { return cmp.Compare(a.Device, b.Device) })
	return list
}

func (l *look) drive(b *block) (found, bool) {
	bus, ok := l.carried(b)
	if !ok || b.size == 0 {
		return found{}, false
	}
	m := l.mountOf(b)
	facts := l.facts(b)
	if m == nil && !l.holdsFiles(b, facts) || m != nil && isImage(m) {
		return found{}, false
	}
	f := found{seq: b.seq, known: facts.known, deviceReadOnly: b.readOnly, Drive: Drive{
		Device: "/dev/" + b.node, Major: b.major, Minor: b.minor, FS: facts.fs, Label: facts.label, UUID: facts.uuid,
		Bus: bus, Size: b.size, ReadOnly: b.readOnly,
	}}
	f.Vendor, f.Model = maker(l.blocks.disks(b)[0])
	if m != nil {
		f.MountPoint, f.mount = m.point, m.id
		f.ReadOnly, f.Part = b.readOnly || m.readOnly(), m.root != "/"
		f.FS = cmp.Or(f.FS, driverNames[m.fs], m.fs)
	}
	return f, true
}

// isImage tells whether a mount is of a file system that programs come in: with
// Options.Loop it would be a drive.
func isImage(m *mount) bool { return m.fs == "squashfs" || m.fs == "erofs" }

// driverNames are what blkid calls the file systems of some drivers.
var driverNames = map[string]string{"ntfs3": "ntfs", "msdos": "vfat"}

// carried tells how the device is attached, if it lies on removable disks only
// and none of them is the system's.
func (l *look) carried(b *block) (bus string, ok bool) {
	disks := l.blocks.disks(b)
	for _, disk := range disks {
		if l.system[disk.name] {
			return "", false
		}
		if disk.isLoop() {
			bus, ok = "loop", l.opt.Loop
		} else {
			bus, ok = removable(disk, l.both(disk, b))
		}
		if !ok {
			return "", false
		}
	}
	return bus, len(disks) > 0
}

// both is what udev says of a disk and, where it doesn't, of what is on it.
func (l *look) both(disk, b *block) properties {
	p := properties{}
	for _, of := range []*block{b, disk} {
		maps.Copy(p, l.props(of))
	}
	return p
}

// holdsFiles tells whether a device that isn't mounted has a file system.
// Where udev hasn't said so it may have one.
func (l *look) holdsFiles(b *block, f facts) bool {
	const extended = 64 << 10 // the partition that holds others shows a size of two sectors
	if b.size <= extended || l.blocks.hasPartitions(b) || len(b.names("holders")) > 0 {
		return false
	}
	return !f.known || f.usage == "filesystem"
}

// mountOf is the mount of a device through which it is reached: of those that
// show the most of it the first that can be written to, else the first.
func (l *look) mountOf(b *block) (best *mount) {
	for _, m := range l.table.mounts {
		if l.device[m] == b && l.table.reached(m) && m.better(best) {
			best = m
		}
	}
	return best
}

func (m *mount) better(than *mount) bool {
	switch {
	case than == nil:
		return true
	case len(m.root) != len(than.root):
		return len(m.root) < len(than.root)
	}
	return than.readOnly() && !m.readOnly()
}

// deviceOf is the device of a mount; nil if it has none, as in networks.
//
// btrfs shows a number of its own (major 0), as file systems without a device
// do. Only for it is the source believed: others let users write there what
// they like.
func (l *look) deviceOf(m *mount) *block {
	switch {
	case m.major != 0:
		return l.number[number{m.major, m.minor}]
	case m.fs == "btrfs":
		return l.blocks.byNode(l.root, m.source)
	}
	return nil
}

func (l *look) excluded(d Drive) bool {
	return slices.ContainsFunc(l.opt.Exclude, func(x string) bool {
		return x != "" && (x == d.Device || x == d.MountPoint || strings.EqualFold(x, d.UUID))
	})
}

// facts is what is known of a file system without mounting it.
type facts struct {
	fs, usage, label, uuid string
	known                  bool // to udev
}

func (l *look) facts(b *block) facts {
	p := l.props(b)
	if p == nil {
		return facts{label: l.links.label[b.node], uuid: l.links.uuid[b.node]}
	}
	return facts{
		fs: p["ID_FS_TYPE"], usage: p["ID_FS_USAGE"], known: true,
		label: cmp.Or(decode(p["ID_FS_LABEL_ENC"]), p["ID_FS_LABEL"]), uuid: cmp.Or(decode(p["ID_FS_UUID_ENC"]), p["ID_FS_UUID"]),
	}
}

// links are the names that udev leaves in /dev/disk, by node. Of two drives with
// one name, only one has it.
type links struct{ label, uuid map[string]string }

func readLinks(root string) links {
	return links{readLinksOf(root, "by-label"), readLinksOf(root, "by-uuid")}
}

func readLinksOf(root, folder string) map[string]string {
	dir := filepath.Join(root, "dev/disk", folder)
	entries, _ := os.ReadDir(dir)
	names := map[string]string{}
	for _, e := range entries {
		target, err := os.Readlink(filepath.Join(dir, e.Name()))
		if err == nil { // "../../sdb1"
			names[strings.TrimPrefix(filepath.Join("/disk", folder, target), "/")] = decode(e.Name())
		}
	}
	return names
}

// decode undoes udev's \x20 for what would not be safe in the name of a link.
func decode(s string) string {
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(s, `\x`)
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		c, err := strconv.ParseUint(after[:min(2, len(after))], 16, 8)
		if err != nil || len(after) < 2 {
			b.WriteString(`\x`)
			s = after
			continue
		}
		b.WriteByte(byte(c))
		s = after[2:]
	}
}

// encode is what udev makes of a name: letters, digits, "#+-.:=@_" and what is
// not ASCII stay.
func encode(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		switch {
		case c >= 0x80, c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', strings.IndexByte("#+-.:=@_", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteString(`\x` + strconv.FormatUint(uint64(c)|0x100, 16)[1:])
		}
	}
	return b.String()
}
