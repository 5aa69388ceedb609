package drive

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fake is a root with a /sys, /proc, /dev and /etc made for a test.
type fake struct {
	t   *testing.T
	dir string
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{t, t.TempDir()}
	f.write("proc/self/mountinfo", rootMount)
	f.mkdir("sys/class/block")
	f.block(internal, "259:0")
	f.block(internal+"/nvme0n1p1", "259:1")
	f.block(internal+"/nvme0n1p2", "259:2")
	return f
}

// Where devices are in /sys on a PC; the disk's name is the last part.
const (
	internal  = "pci0000:00/0000:00:1d.0/0000:02:00.0/nvme/nvme0/nvme0n1"
	stick     = "pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0/block/sdb"
	uasDisk   = "pci0000:00/0000:00:14.0/usb2/2-2/2-2:1.0/host7/target7:0:0/7:0:0:0/block/sdc"
	sata      = "pci0000:00/0000:00:17.0/ata3/host2/target2:0:0/2:0:0:0/block/sda"
	card      = "pci0000:00/0000:00:1c.0/0000:03:00.0/mmc_host/mmc0/mmc0:aaaa/block/mmcblk0"
	rootMount = "26 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw\n"
)

// vfat is a line of mountinfo as udisks2 leaves it.
func vfat(id, parent int, number, point, node string) string {
	return fmt.Sprintf("%d %d %s / %s rw,nosuid,nodev,relatime shared:90 - vfat %s rw,fmask=0022,dmask=0022,codepage=437,iocharset=ascii,shortname=mixed,showexec,utf8,flush,errors=remount-ro\n",
		id, parent, number, point, node)
}

func (f *fake) path(name string) string { return filepath.Join(f.dir, name) }

func (f *fake) mkdir(name string) {
	f.t.Helper()
	if err := os.MkdirAll(f.path(name), 0o755); err != nil {
		f.t.Fatal(err)
	}
}

// write replaces a file at once, as the kernel does.
func (f *fake) write(name, text string) {
	f.t.Helper()
	f.mkdir(filepath.Dir(name))
	temp := f.path(name) + ".new"
	if err := os.WriteFile(temp, []byte(text), 0o644); err != nil {
		f.t.Fatal(err)
	}
	if err := os.Rename(temp, f.path(name)); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fake) link(name, target string) {
	f.t.Helper()
	f.mkdir(filepath.Dir(name))
	if err := os.Symlink(target, f.path(name)); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fake) remove(name string) {
	f.t.Helper()
	if err := os.RemoveAll(f.path(name)); err != nil {
		f.t.Fatal(err)
	}
}

// block adds a device at a path below /sys/devices, of 8 GB unless attributes
// ("name=value") say otherwise. It is a partition if its folder's name begins
// with that of its parent's.
func (f *fake) block(path, number string, attrs ...string) {
	f.t.Helper()
	name, parent := filepath.Base(path), filepath.Base(filepath.Dir(path))
	dir := "sys/devices/" + path
	f.write(dir+"/dev", number+"\n")
	f.write(dir+"/size", "15625000\n")
	f.write(dir+"/ro", "0\n")
	if strings.HasPrefix(name, parent) {
		f.write(dir+"/partition", "1\n")
	} else {
		f.write(dir+"/removable", "0\n")
	}
	f.set(path, attrs...)
	f.remove("sys/class/block/" + name)
	f.link("sys/class/block/"+name, "../../devices/"+path)
}

func (f *fake) set(path string, attrs ...string) {
	f.t.Helper()
	for _, a := range attrs {
		k, v, _ := strings.Cut(a, "=")
		f.write("sys/devices/"+path+"/"+k, v+"\n")
	}
}

func (f *fake) unplug(path string) {
	f.t.Helper()
	name := filepath.Base(path)
	entries, _ := os.ReadDir(f.path("sys/class/block"))
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), name) {
			f.remove("sys/class/block/" + e.Name())
		}
	}
	f.remove("sys/devices/" + path)
}

// plugStick adds a stick with one partition, sdb1, 8:17.
func (f *fake) plugStick(attrs ...string) {
	f.block(stick, "8:16", append([]string{"removable=1", "device/vendor=SanDisk ", "device/model=Ultra           "}, attrs...)...)
	f.block(stick+"/sdb1", "8:17")
}

func (f *fake) mounts(lines ...string) {
	f.t.Helper()
	f.write("proc/self/mountinfo", rootMount+strings.Join(lines, ""))
}

// options look at the fake without udev.
func (f *fake) options() Options { return Options{Root: f.dir, NoUdev: true} }

func (f *fake) list(opt Options) []Drive {
	f.t.Helper()
	list, err := List(opt)
	if err != nil {
		f.t.Fatal(err)
	}
	return list
}

// short is all that most tests ask about drives: device, bus and mount point.
func short(drives []Drive) string {
	var b strings.Builder
	for _, d := range drives {
		fmt.Fprintf(&b, "%s %s %s", d.Device, d.Bus, d.MountPoint)
		if d.ReadOnly {
			b.WriteString(" ro")
		}
		if d.Part {
			b.WriteString(" part")
		}
		b.WriteByte('\n')
	}
	return b.String()
}
