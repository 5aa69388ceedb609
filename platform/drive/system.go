package drive

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// systemPoints are where parts of the system are mounted, systemTrees also
// beneath. The last are where live systems keep the medium that they run from:
// Debian and Tails, Ubuntu, Fedora and Slax, Arch, Manjaro, openSUSE, antiX and MX,
// Porteus, NixOS, Knoppix, Puppy.
var (
	systemPoints = []string{"/", "/efi", "/etc", "/gnu", "/home", "/nix", "/opt", "/root", "/srv", "/sysroot", "/tmp", "/var", "/var/home", "/var/log", "/var/tmp", "/cdrom"}
	systemTrees  = []string{"/boot", "/usr", "/lib/live", "/run/live", "/run/initramfs", "/run/archiso", "/run/miso", "/run/overlay", "/live", "/mnt/live", "/iso", "/mnt-system", "/initrd"}
	homes        = []string{"/home", "/var/home"} // what is right in them is somebody's home folder
)

func isSystemPoint(point string) bool {
	return slices.Contains(systemPoints, point) ||
		slices.ContainsFunc(systemTrees, func(dir string) bool { return beneath(dir, point) }) ||
		slices.ContainsFunc(homes, func(dir string) bool { return isIn(dir, point) })
}

// findSystem finds the disks that the system needs.
func (l *look) findSystem() {
	l.system = map[string]bool{}
	fixed := l.fixedEntries()
	people := peoplesHomes(l.root)
	for _, m := range l.table.mounts {
		if isSystemPoint(m.point) || slices.Contains(fixed, m.point) || m.holds(people) {
			l.needs(l.device[m], 0)
		}
	}
	for _, name := range swaps(l.root) {
		l.needsFile(name, 0)
	}
	if m := l.table.at("/"); m != nil && l.device[m] == nil {
		l.needsImages()
	}
}

// holds tells whether one of the folders is in the mount, or was before something
// was mounted over it: a service is shown an empty /home.
func (m *mount) holds(folders []string) bool {
	return m.point != "/" && slices.ContainsFunc(folders, func(f string) bool { return beneath(m.point, f) })
}

// peoplesHomes lists the home folders in /etc/passwd, but for those of services.
func peoplesHomes(root string) (list []string) {
	const firstOfPeople = 1000
	text, _ := os.ReadFile(filepath.Join(root, "etc/passwd"))
	for line := range strings.Lines(string(text)) {
		f := strings.Split(line, ":")
		if len(f) < 7 || !filepath.IsAbs(f[5]) {
			continue
		}
		if uid, err := strconv.Atoi(f[2]); err == nil && uid >= firstOfPeople {
			list = append(list, filepath.Clean(f[5]))
		}
	}
	return list
}

// needs notes the disks below a device.
func (l *look) needs(b *block, depth int) {
	if b == nil || depth > maxStack {
		return
	}
	for _, disk := range l.blocks.disks(b) {
		l.system[disk.name] = true
		if file := disk.attr("loop/backing_file"); file != "" {
			l.needsFile(file, depth+1)
		}
	}
}

// needsFile notes the disks below a device or a file.
func (l *look) needsFile(name string, depth int) {
	if b := l.blocks.byNode(l.root, name); b != nil {
		l.needs(b, depth)
	} else if m := l.table.at(name); m != nil {
		l.needs(l.device[m], depth)
	}
}

// needsImages notes where the image is that a live system has as its root
// below a layer in memory.
func (l *look) needsImages() {
	for _, m := range l.table.mounts {
		if isImage(m) {
			l.needs(l.device[m], 0)
		}
	}
}

// fixedEntries notes the disks in /etc/fstab that are mounted at every start and
// must be there, and returns where.
func (l *look) fixedEntries() (points []string) {
	text, _ := os.ReadFile(filepath.Join(l.root, "etc/fstab"))
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) < 3 || strings.HasPrefix(f[0], "#") || len(f) > 3 && optional(f[3]) {
			continue
		}
		points = append(points, unescape(f[1]))
		l.needs(l.specified(unescape(f[0])), 0)
	}
	return points
}

// optional tells whether an entry may be missing or is mounted by people.
func optional(options string) bool {
	for _, word := range []string{"noauto", "nofail", "user", "users", "owner", "group"} {
		if hasOption(options, word) {
			return true
		}
	}
	return false
}

// specified finds the device of the first field in fstab(5).
func (l *look) specified(spec string) *block {
	kind, value, found := strings.Cut(spec, "=")
	if !found {
		return l.blocks.byNode(l.root, spec)
	}
	if value = strings.Trim(value, `"'`); value == "" {
		return nil
	}
	if b := l.blocks.byNode(l.root, "/dev/disk/by-"+strings.ToLower(kind)+"/"+encode(value)); b != nil {
		return b
	}
	for _, b := range l.blocks {
		if p := l.props(b); specifies(kind, value, l.facts(b), p) {
			return b
		}
	}
	return nil
}

// specifies compares where there are no links.
func specifies(kind, value string, f facts, p properties) bool {
	switch kind {
	case "UUID":
		return strings.EqualFold(f.uuid, value)
	case "LABEL":
		return f.label == value
	case "PARTUUID":
		return strings.EqualFold(p["ID_PART_ENTRY_UUID"], value)
	case "PARTLABEL":
		return decode(p["ID_PART_ENTRY_NAME"]) == value
	}
	return false
}

// swaps lists the devices and files in /proc/swaps.
func swaps(root string) (list []string) {
	text, _ := os.ReadFile(filepath.Join(root, "proc/swaps"))
	for line := range strings.Lines(string(text)) {
		if name, _, _ := strings.Cut(line, " "); strings.HasPrefix(name, "/") {
			list = append(list, unescape(name))
		}
	}
	return list
}
