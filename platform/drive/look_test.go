package drive

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDrive(t *testing.T) {
	f := newFake(t)
	f.plugStick()
	f.link("dev/disk/by-label/MY\\x20CAMERA", "../../sdb1")
	f.link("dev/disk/by-uuid/E89B-6D34", "../../sdb1")
	f.mounts(vfat(144, 26, "8:17", `/media/u/MY\040CAMERA`, "/dev/sdb1"))
	want := []Drive{{
		Device: "/dev/sdb1", Major: 8, Minor: 17, MountPoint: "/media/u/MY CAMERA", FS: "vfat", Label: "MY CAMERA", UUID: "E89B-6D34",
		Vendor: "SanDisk", Model: "Ultra", Bus: "usb", Size: 8e9,
	}}
	if d := cmp.Diff(want, f.list(f.options())); d != "" {
		t.Error(d)
	}
}

// Which devices are drives, by what /sys shows of them.
func TestRemovable(t *testing.T) {
	for _, tt := range []struct {
		name string
		add  func(f *fake)
		want string
	}{
		{"nothing but the computer's own", func(*fake) {}, ""},
		{"a USB stick says removable 1", func(f *fake) { f.plugStick() }, "/dev/sdb1 usb \n"},
		{"a UAS disk says removable 0", func(f *fake) {
			f.block(uasDisk, "8:32")
			f.block(uasDisk+"/sdc1", "8:33")
		}, "/dev/sdc1 usb \n"},
		{"an SD card says removable 0", func(f *fake) {
			f.block(card, "179:0", "device/type=SD", "device/name=SD16G")
			f.block(card+"/mmcblk0p1", "179:1")
		}, "/dev/mmcblk0p1 mmc \n"},
		{"a soldered card is none", func(f *fake) {
			f.block(card, "179:0", "device/type=MMC", "device/name=DF4064")
			f.block(card+"/mmcblk0p1", "179:1")
			f.block(card+"/mmcblk0boot0", "179:8", "ro=1")
		}, ""},
		{"a bay says removable 1", func(f *fake) { f.block(sata, "8:0", "removable=1") }, "/dev/sda  \n"},
		{"a disk inside", func(f *fake) {
			f.block(sata, "8:0")
			f.block(sata+"/sda1", "8:1")
		}, ""},
		{"a stick without partitions", func(f *fake) { f.block(stick, "8:16", "removable=1") }, "/dev/sdb usb \n"},
		{"a reader without a card", func(f *fake) { f.block(stick, "8:16", "removable=1", "size=0") }, ""},
		{"two partitions, and the one that holds others", func(f *fake) {
			f.plugStick()
			f.block(stick+"/sdb2", "8:18", "size=2")
			f.block(stick+"/sdb5", "8:21")
		}, "/dev/sdb1 usb \n/dev/sdb5 usb \n"},
		{"a write-protected stick", func(f *fake) { f.block(stick, "8:16", "ro=1") }, "/dev/sdb usb  ro\n"},
		{"encrypted: what is in it counts", func(f *fake) {
			f.plugStick()
			f.mkdir("sys/devices/" + stick + "/sdb1/holders/dm-0")
			f.block("virtual/block/dm-0", "253:0", "dm/name=luks-1")
			f.mkdir("sys/devices/virtual/block/dm-0/slaves/sdb1")
		}, "/dev/dm-0 usb \n"},
		{"joined from a stick and a disk inside", func(f *fake) {
			f.plugStick()
			f.block("virtual/block/md0", "9:0")
			f.mkdir("sys/devices/virtual/block/md0/slaves/sdb1")
			f.mkdir("sys/devices/virtual/block/md0/slaves/nvme0n1p1")
			f.mkdir("sys/devices/" + stick + "/sdb1/holders/md0")
		}, ""},
		{"below itself", func(f *fake) {
			f.block("virtual/block/dm-0", "253:0")
			f.mkdir("sys/devices/virtual/block/dm-0/slaves/dm-0")
		}, ""},
		{"below nothing that is there", func(f *fake) {
			f.block("virtual/block/dm-0", "253:0")
			f.mkdir("sys/devices/virtual/block/dm-0/slaves/sdz")
		}, ""},
		{"no number, no size, gone", func(f *fake) {
			f.block(stick, "x")
			f.block(uasDisk, "8:32", "size=many")
			f.link("sys/class/block/sdz", "../../devices/none")
		}, ""},
		{"a name with a slash", func(f *fake) {
			f.block("pci0000:00/usb1/1-1/block/cciss!c0d0", "104:0")
		}, "/dev/cciss/c0d0 usb \n"},
		{"a loop device", func(f *fake) { f.block("virtual/block/loop0", "7:0") }, ""},
		{"memory", func(f *fake) { f.block("virtual/block/zram0", "251:0") }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t)
			tt.add(f)
			if d := cmp.Diff(tt.want, short(f.list(f.options()))); d != "" {
				t.Error(d)
			}
		})
	}
}

// What is told of the maker of a device.
func TestMaker(t *testing.T) {
	for _, tt := range []struct {
		name string
		add  func(f *fake)
		want string
	}{
		{"of a stick", func(f *fake) { f.plugStick() }, "SanDisk|Ultra"},
		{"of an SD card", func(f *fake) { f.block(card, "179:0", "device/type=SD", "device/name=SD16G") }, "|SD16G"},
		{"that says nothing but as a USB device", func(f *fake) {
			f.block(stick, "8:16", "device/vendor=", "device/model=        ")
			f.set("pci0000:00/0000:00:14.0/usb2/2-1", "idVendor=0781", "manufacturer=SanDisk Corp.", "product=Cruzer")
			f.set("pci0000:00/0000:00:14.0/usb2", "idVendor=1d6b", "manufacturer=Linux", "product=xHCI Host Controller")
		}, "SanDisk Corp.|Cruzer"},
		{"that says nothing", func(f *fake) { f.block(stick, "8:16") }, "|"},
		{"that is no UTF-8", func(f *fake) { f.block(stick, "8:16", "device/vendor=\xff\xfe", "device/model=a\x80b") }, "?|a?b"},
	} {
		f := newFake(t)
		tt.add(f)
		for _, d := range f.list(f.options()) {
			if got := d.Vendor + "|" + d.Model; got != tt.want {
				t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
			}
		}
	}
}

// Where a drive is mounted.
func TestMountPoint(t *testing.T) {
	const udisks = "rw,nosuid,nodev,relatime shared:90"
	for _, tt := range []struct {
		name   string
		mounts []string
		want   string
	}{
		{"nowhere", nil, "/dev/sdb1 usb \n"},
		{"by udisks", []string{vfat(144, 26, "8:17", "/media/u/A", "/dev/sdb1")}, "/dev/sdb1 usb /media/u/A\n"},
		{"under another name of the device", []string{vfat(144, 26, "8:17", "/media/u/A", "/dev/disk/by-uuid/X")}, "/dev/sdb1 usb /media/u/A\n"},
		{"by ntfs-3g, a fuseblk", []string{"144 26 8:17 / /media/u/A " + udisks + " - fuseblk /dev/sdb1 rw,user_id=0,group_id=0,default_permissions,allow_other,blksize=4096\n"}, "/dev/sdb1 usb /media/u/A\n"},
		{"by a FUSE file system that says it is the stick", []string{"144 26 0:50 / /home/u/x " + udisks + " - fuse /dev/sdb1 rw,user_id=1000\n"}, "/dev/sdb1 usb \n"},
		{"in a network whose path is called like it", []string{"144 26 0:50 / /mnt " + udisks + " - nfs4 server:/dev/sdb1 rw\n"}, "/dev/sdb1 usb \n"},
		{"btrfs, under a number of its own", []string{"144 26 0:50 / /media/u/A " + udisks + " - btrfs /dev/sdb1 rw\n"}, "/dev/sdb1 usb /media/u/A\n"},
		{"btrfs, one volume before all", []string{"144 26 0:50 /@home /media/u/A " + udisks + " - btrfs /dev/sdb1 rw\n", "145 26 0:50 / /media/u/B " + udisks + " - btrfs /dev/sdb1 rw\n"}, "/dev/sdb1 usb /media/u/B\n"},
		{"twice: the first counts", []string{vfat(144, 26, "8:17", "/media/u/A", "/dev/sdb1"), vfat(145, 26, "8:17", "/mnt", "/dev/sdb1")}, "/dev/sdb1 usb /media/u/A\n"},
		{"twice, first read-only: where it can be written to counts", []string{strings.Replace(vfat(144, 26, "8:17", "/media/u/A", "/dev/sdb1"), "rw,", "ro,", 1), vfat(145, 26, "8:17", "/mnt", "/dev/sdb1"), vfat(146, 26, "8:17", "/srv/x", "/dev/sdb1")}, "/dev/sdb1 usb /mnt\n"},
		{"a folder of it that can be written to, and the whole that can't", []string{"143 26 8:17 /DCIM /home/u/x/pictures " + udisks + " - vfat /dev/sdb1 rw\n", strings.Replace(vfat(144, 26, "8:17", "/media/u/A", "/dev/sdb1"), "rw,", "ro,", 1)}, "/dev/sdb1 usb /media/u/A ro\n"},
		{"a folder of it bound before the whole", []string{"143 26 8:17 /DCIM /home/u/x/pictures " + udisks + " - vfat /dev/sdb1 rw\n", vfat(144, 26, "8:17", "/media/u/A", "/dev/sdb1")}, "/dev/sdb1 usb /media/u/A\n"},
		{"a folder of it alone", []string{"143 26 8:17 /DCIM /home/u/x/pictures " + udisks + " - vfat /dev/sdb1 rw\n"}, "/dev/sdb1 usb /home/u/x/pictures part\n"},
		{"a volume of btrfs alone", []string{"144 26 0:50 /@home /media/u/A " + udisks + " - btrfs /dev/sdb1 rw\n"}, "/dev/sdb1 usb /media/u/A part\n"},
		{"bound over itself", []string{vfat(144, 26, "8:17", "/media/u/A", "/dev/sdb1"), vfat(145, 144, "8:17", "/media/u/A", "/dev/sdb1")}, "/dev/sdb1 usb /media/u/A\n"},
		{"doubled by ReadWritePaths=/media", []string{
			vfat(144, 26, "8:17", "/media/u/A", "/dev/sdb1"), "150 26 259:2 /media /media rw,relatime - ext4 /dev/nvme0n1p2 rw\n", vfat(151, 150, "8:17", "/media/u/A", "/dev/sdb1"),
		}, "/dev/sdb1 usb /media/u/A\n"},
		{"doubled, and what lies below read-only by ProtectSystem=strict", []string{
			strings.Replace(vfat(144, 26, "8:17", "/media/u/A", "/dev/sdb1"), "rw,", "ro,", 1), "150 26 259:2 /media /media rw,relatime - ext4 /dev/nvme0n1p2 rw\n", vfat(151, 150, "8:17", "/media/u/A", "/dev/sdb1"),
		}, "/dev/sdb1 usb /media/u/A\n"},
		{"read-only by ProtectSystem=strict", []string{strings.Replace(vfat(144, 26, "8:17", "/media/u/A", "/dev/sdb1"), "rw,", "ro,", 1)}, "/dev/sdb1 usb /media/u/A ro\n"},
		{"read-only after an error", []string{strings.Replace(vfat(144, 26, "8:17", "/media/u/A", "/dev/sdb1"), "/dev/sdb1 rw,", "/dev/sdb1 ro,", 1)}, "/dev/sdb1 usb /media/u/A ro\n"},
		{"behind TemporaryFileSystem=/media", []string{vfat(144, 26, "8:17", "/media/u/A", "/dev/sdb1"), "150 26 0:60 / /media rw - tmpfs tmpfs rw\n"}, "/dev/sdb1 usb \n"},
		{"behind another drive at the same place", []string{vfat(144, 26, "8:17", "/mnt", "/dev/sdb1"), vfat(145, 144, "8:33", "/mnt", "/dev/sdc1")}, "/dev/sdb1 usb \n"},
		{"as a whole, although it has partitions", []string{vfat(144, 26, "8:16", "/media/u/A", "/dev/sdb")}, "/dev/sdb usb /media/u/A\n/dev/sdb1 usb \n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t)
			f.plugStick()
			f.mounts(tt.mounts...)
			if d := cmp.Diff(tt.want, short(f.list(f.options()))); d != "" {
				t.Error(d)
			}
		})
	}
}

// What file systems are called, wherever that is known from.
func TestFileSystemNames(t *testing.T) {
	for driver, want := range map[string]string{"vfat": "vfat", "msdos": "vfat", "exfat": "exfat", "ntfs3": "ntfs", "fuseblk": "fuseblk", "ext4": "ext4"} {
		f := newFake(t)
		f.plugStick()
		f.mounts(strings.Replace(vfat(144, 26, "8:17", "/media/u/A", "/dev/sdb1"), "- vfat", "- "+driver, 1))
		if l := f.list(f.options()); len(l) != 1 || l[0].FS != want {
			t.Errorf("%s: %+v", driver, l)
		}
	}
}

// The system's own disks are never offered, whatever they look like.
func TestSystem(t *testing.T) {
	// A stick with three partitions and a second stick, both mounted by udisks.
	base := func(f *fake) {
		f.plugStick()
		f.block(stick+"/sdb2", "8:18")
		f.block(stick+"/sdb3", "8:19")
		f.block(uasDisk, "8:32")
		f.block(uasDisk+"/sdc1", "8:33")
		f.link("dev/disk/by-uuid/1111-1111", "../../sdb2")
		f.link("dev/disk/by-label/DATA", "../../sdb2")
		f.link("dev/disk/by-partuuid/abcd-02", "../../sdb2")
		f.link("dev/disk/by-partlabel/my\\x20data", "../../sdb2")
	}
	both := []string{vfat(144, 26, "8:17", "/media/u/A", "/dev/sdb1"), vfat(145, 26, "8:33", "/media/u/C", "/dev/sdc1")}
	onlyC := "/dev/sdc1 usb /media/u/C\n"
	all := "/dev/sdb1 usb /media/u/A\n/dev/sdb2 usb \n/dev/sdb3 usb \n" + onlyC
	mount := func(point string) func(f *fake) {
		return func(f *fake) { f.mounts(append(both, "150 26 8:18 / "+point+" rw - ext4 /dev/sdb2 rw\n")...) }
	}
	fstab := func(line string) func(f *fake) {
		return func(f *fake) { f.write("etc/fstab", "# a comment\n\nUUID=9999 / ext4 defaults 0 1\n"+line+"\n") }
	}
	for _, tt := range []struct {
		name string
		add  func(f *fake)
		want string
	}{
		{"nothing", func(*fake) {}, all},
		{"/boot", mount("/boot"), onlyC}, {"/boot/efi", mount("/boot/efi"), onlyC}, {"/efi", mount("/efi"), onlyC}, {"/usr", mount("/usr"), onlyC}, {"/usr/local", mount("/usr/local"), onlyC},
		{"/var", mount("/var"), onlyC}, {"/home", mount("/home"), onlyC}, {"a home folder", mount("/home/alice"), onlyC}, {"/root", mount("/root"), onlyC},
		{"Tails' medium", mount("/lib/live/mount/medium"), onlyC}, {"Debian Live's medium", mount("/run/live/medium"), onlyC}, {"Ubuntu's medium", mount("/cdrom"), onlyC}, {"Arch's medium", mount("/run/archiso/bootmnt"), onlyC},
		{"openSUSE's medium", mount("/run/overlay/live"), onlyC}, {"MX's medium", mount("/live/boot-dev"), onlyC}, {"NixOS's medium", mount("/iso"), onlyC},
		{"somebody's home elsewhere", func(f *fake) {
			f.write("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nmail:x:8:8:mail:/media/u/C:/usr/sbin/nologin\nbob:x:1001:1001:,,,:/mnt/people/bob/:/bin/sh\nshort:x:1002\n")
			mount("/mnt/people")(f)
		}, onlyC},
		{"in a home folder", mount("/home/alice/stick"), strings.Replace(all, "sdb2 usb ", "sdb2 usb /home/alice/stick", 1)},
		{"/mnt", mount("/mnt"), strings.Replace(all, "sdb2 usb ", "sdb2 usb /mnt", 1)},
		{"/bootleg", mount("/bootleg"), strings.Replace(all, "sdb2 usb ", "sdb2 usb /bootleg", 1)},
		{"/var/mnt/x, where ostree has /mnt", mount("/var/mnt/x"), strings.Replace(all, "sdb2 usb ", "sdb2 usb /var/mnt/x", 1)},
		{"the root", func(f *fake) {
			f.write("proc/self/mountinfo", "26 1 8:18 / / rw - ext4 /dev/sdb2 rw\n"+strings.Join(both, ""))
		}, onlyC},
		{"a root of btrfs", func(f *fake) {
			f.write("proc/self/mountinfo", "26 1 0:22 /@ / rw - btrfs /dev/sdb2 rw\n"+strings.Join(both, ""))
		}, onlyC},
		{"an encrypted root", func(f *fake) {
			f.block("virtual/block/dm-0", "253:0", "dm/name=root")
			f.mkdir("sys/devices/virtual/block/dm-0/slaves/dm-1")
			f.block("virtual/block/dm-1", "253:1", "dm/name=crypt")
			f.mkdir("sys/devices/virtual/block/dm-1/slaves/sdb2")
			f.write("proc/self/mountinfo", "26 1 253:0 / / rw - ext4 /dev/mapper/root rw\n"+strings.Join(both, ""))
		}, onlyC},
		{"a root of btrfs on /dev/mapper", func(f *fake) {
			f.block("virtual/block/dm-0", "253:0", "dm/name=root")
			f.mkdir("sys/devices/virtual/block/dm-0/slaves/sdb2")
			f.write("proc/self/mountinfo", "26 1 0:22 /@ / rw - btrfs /dev/mapper/root rw\n"+strings.Join(both, ""))
		}, onlyC},
		{"a root that is covered by another", func(f *fake) {
			f.write("proc/self/mountinfo", "26 1 8:18 / / rw - ext4 /dev/sdb2 rw\n27 26 259:2 / / rw - ext4 /dev/nvme0n1p2 rw\n"+strings.ReplaceAll(strings.Join(both, ""), " 26 ", " 27 "))
		}, onlyC},
		{"a live system: overlay over an image on the stick", func(f *fake) {
			f.block("virtual/block/loop0", "7:0", "loop/backing_file=/media/u/A/live/filesystem.squashfs")
			f.write("proc/self/mountinfo", "26 1 0:22 / / rw - overlay overlay rw\n27 26 7:0 / /rofs ro - squashfs /dev/loop0 ro\n"+strings.Join(both, ""))
		}, onlyC},
		{"an image on the stick that isn't the system", func(f *fake) {
			f.block("virtual/block/loop0", "7:0", "loop/backing_file=/media/u/A/game.squashfs")
			f.mounts(append(both, "150 26 7:0 / /opt/game ro - squashfs /dev/loop0 ro\n")...)
		}, all},
		{"a root in an image on the stick", func(f *fake) {
			f.block("virtual/block/loop0", "7:0", "loop/backing_file=/media/u/A/root.img")
			f.write("proc/self/mountinfo", "26 1 7:0 / / rw - ext4 /dev/loop0 rw\n"+strings.Join(both, ""))
		}, onlyC},
		{"swap", func(f *fake) {
			f.write("proc/swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/dev/sdb3                               partition\t1\t0\t-2\n")
		}, onlyC},
		{"swap on encryption", func(f *fake) {
			f.block("virtual/block/dm-0", "253:0", "dm/name=swap")
			f.mkdir("sys/devices/virtual/block/dm-0/slaves/sdb3")
			f.write("proc/swaps", "Filename Type Size Used Priority\n/dev/dm-0 partition 1 0 -2\n")
		}, onlyC},
		{"a swap file", func(f *fake) {
			f.write("proc/swaps", "Filename Type Size Used Priority\n/media/u/A/swap\\040file file 1 0 -2\n")
		}, onlyC},
		{"fstab by device", fstab("/dev/sdb2 /data ext4 defaults 0 2"), onlyC},
		{"fstab by link", fstab("/dev/disk/by-uuid/1111-1111 /data ext4 defaults 0 2"), onlyC},
		{"fstab by UUID", fstab("UUID=1111-1111 /data ext4 defaults"), onlyC},
		{"fstab by UUID in quotes", fstab(`UUID="1111-1111" /data ext4`), onlyC},
		{"fstab by label", fstab("LABEL=DATA /data ext4 rw,noatime 0 2"), onlyC},
		{"fstab by PARTUUID", fstab("PARTUUID=abcd-02 /data ext4 defaults 0 2"), onlyC},
		{"fstab by PARTLABEL", fstab(`PARTLABEL=my\040data /data ext4 defaults 0 2`), onlyC},
		{"fstab, swap", fstab("UUID=1111-1111 none swap sw 0 0"), onlyC},
		{"fstab by place", fstab("/dev/something /media/u/A ext4 defaults 0 2"), onlyC},
		{"fstab, nofail", fstab("UUID=1111-1111 /data ext4 defaults,nofail 0 2"), all},
		{"fstab, noauto", fstab("/dev/sdb2 /media/usb0 auto rw,user,noauto 0 0"), all},
		{"fstab, users", fstab("/dev/sdb2 /media/usb0 auto rw,users 0 0"), all},
		{"fstab, another", fstab("UUID=2222-2222 /data ext4 defaults 0 2"), all},
		{"fstab, networks and nonsense", fstab("server:/x /y nfs defaults 0 0\n//server/x /z cifs defaults 0 0\ntmpfs /tmp tmpfs defaults 0 0\nUUID= / ext4\nFOO=DATA /data ext4\n/dev/sdb2"), all},
		{"fstab, no option is taken for a part of another", fstab("UUID=1111-1111 /data ext4 x-user=1,usernot,nofail2 0 2"), onlyC},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t)
			base(f)
			f.mounts(both...)
			tt.add(f)
			if d := cmp.Diff(tt.want, short(f.list(f.options()))); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	for _, tt := range []struct {
		name string
		opt  Options
		want string
	}{
		{"none", Options{}, "/dev/sdb1 usb /media/u/A\n/dev/sdc1 usb \n"},
		{"loop devices, without the images of programs", Options{Loop: true}, "/dev/loop0 loop /mnt/demo\n/dev/sdb1 usb /media/u/A\n/dev/sdc1 usb \n"},
		{"without a device", Options{Exclude: []string{"/dev/sdb1"}}, "/dev/sdc1 usb \n"},
		{"without a mount point", Options{Exclude: []string{"/media/u/A"}}, "/dev/sdc1 usb \n"},
		{"without a UUID", Options{Exclude: []string{"aaaa-bbbb"}}, "/dev/sdb1 usb /media/u/A\n"},
		{"without nothing", Options{Exclude: []string{""}}, "/dev/sdb1 usb /media/u/A\n/dev/sdc1 usb \n"},
		{"without what isn't there", Options{Exclude: []string{"/dev/sdb", "/media/u", "AAAA"}}, "/dev/sdb1 usb /media/u/A\n/dev/sdc1 usb \n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t)
			f.plugStick()
			f.block(uasDisk, "8:32")
			f.block(uasDisk+"/sdc1", "8:33")
			f.link("dev/disk/by-uuid/AAAA-BBBB", "../../sdc1")
			f.block("virtual/block/loop0", "7:0", "loop/backing_file=/home/u/demo.img")
			f.block("virtual/block/loop1", "7:1", "loop/backing_file=/var/lib/snapd/x.snap")
			f.block("virtual/block/loop2", "7:2", "size=0")
			f.mounts(vfat(144, 26, "8:17", "/media/u/A", "/dev/sdb1"), vfat(145, 26, "7:0", "/mnt/demo", "/dev/loop0"), "146 26 7:1 / /snap/x/1 ro - squashfs /dev/loop1 ro\n")
			tt.opt.Root, tt.opt.NoUdev = f.dir, true
			if d := cmp.Diff(tt.want, short(f.list(tt.opt))); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestListWithoutProcOrSys(t *testing.T) {
	f := newFake(t)
	f.remove("sys")
	if l, err := List(f.options()); err == nil {
		t.Errorf("without /sys: %v", l)
	}
	f = newFake(t)
	f.remove("proc")
	if l, err := List(f.options()); err == nil {
		t.Errorf("without /proc: %v", l)
	}
}

func TestNamesOfLinks(t *testing.T) {
	for enc, want := range map[string]string{"": "", "A": "A", `MY\x20CAMERA`: "MY CAMERA", `\x2fa\x2f`: "/a/", `\x5cx20`: `\x20`, "日本": "日本", "a#+-.:=@_b": "a#+-.:=@_b"} {
		if got := decode(enc); got != want {
			t.Errorf("%q decodes to %q, want %q", enc, got, want)
		}
		if got := encode(want); got != enc {
			t.Errorf("%q encodes to %q, want %q", want, got, enc)
		}
	}
	for _, s := range []string{`\`, `\x`, `\x2`, `\xzz`, `a\xg0b`} {
		if got := decode(s); got != s {
			t.Errorf("%q decodes to %q", s, got)
		}
	}
}

// A service with PrivateDevices=yes sees neither nodes nor links.
func TestFstabWithoutLinks(t *testing.T) {
	for _, tt := range []struct {
		spec  string
		props properties
	}{
		{"UUID=1111-1111", properties{"ID_FS_UUID": "1111-1111"}}, {"LABEL=my\\040data", properties{"ID_FS_LABEL_ENC": `my\x20data`}},
		{"PARTUUID=ABCD-02", properties{"ID_PART_ENTRY_UUID": "abcd-02"}}, {"PARTLABEL=my\\040data", properties{"ID_PART_ENTRY_NAME": `my\x20data`}},
	} {
		f := newFake(t)
		f.plugStick()
		f.write("etc/fstab", tt.spec+" /data ext4 defaults 0 2\n")
		for _, said := range []properties{tt.props, nil} {
			l, err := newLook(f.options(), func(b *block) properties {
				if b.node == "sdb1" {
					return said
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if l.system["sdb"] != (said != nil) {
				t.Errorf("%s with %v: system %v", tt.spec, said, l.system)
			}
		}
	}
}

// What udev says of a device goes before what links say, and only it says what
// is no file system.
func TestWhatUdevSays(t *testing.T) {
	for _, tt := range []struct {
		name  string
		props map[string]properties // by node
		want  string
	}{
		{"nothing", nil, "/dev/sda |||/dev/sdb1 usb|||"},
		{"a file system", map[string]properties{"sdb1": {"ID_FS_USAGE": "filesystem", "ID_FS_TYPE": "ntfs", "ID_FS_LABEL": "A_B", "ID_FS_LABEL_ENC": `A\x20B`, "ID_FS_UUID": "01"}}, "/dev/sda |||/dev/sdb1 usb|ntfs|A B|01"},
		{"none", map[string]properties{"sdb1": {}}, "/dev/sda |||"},
		{"an encrypted one", map[string]properties{"sdb1": {"ID_FS_USAGE": "crypto", "ID_FS_TYPE": "crypto_LUKS"}}, "/dev/sda |||"},
		{"a whole stick that is a boot image: its partition counts", map[string]properties{"sdb": {"ID_FS_USAGE": "filesystem", "ID_FS_TYPE": "iso9660"}}, "/dev/sda |||/dev/sdb1 usb|||"},
		{"ID_BUS=usb of a disk whose parents say nothing", map[string]properties{"sda": {"ID_BUS": "usb", "ID_FS_USAGE": "filesystem"}}, "/dev/sda usb|||/dev/sdb1 usb|||"},
		{"ID_DRIVE_FLASH_SD", map[string]properties{"sda": {"ID_DRIVE_FLASH_SD": "1", "ID_FS_USAGE": "filesystem"}}, "/dev/sda mmc|||/dev/sdb1 usb|||"},
		{"another bus", map[string]properties{"sda": {"ID_BUS": "ieee1394", "ID_FS_USAGE": "filesystem"}}, "/dev/sda ieee1394|||/dev/sdb1 usb|||"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t)
			f.plugStick()
			f.block(sata, "8:0", "removable=1")
			l, err := newLook(f.options(), func(b *block) properties { return tt.props[b.node] })
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			for _, d := range l.drives() {
				got.WriteString(d.Device + " " + d.Bus + "|" + d.FS + "|" + d.Label + "|" + d.UUID)
			}
			if d := cmp.Diff(tt.want, got.String()); d != "" {
				t.Error(d)
			}
		})
	}
}
