package drive

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// block is a block device as /sys shows it.
type block struct {
	name         string // in /sys/class/block, where "!" stands for "/"
	node         string // below /dev
	major, minor uint32
	dir          string // its folder in /sys
	disk         string // name of the disk that it is a partition of; its own if it is none
	seq          string // grows with each disk and each medium; "" before Linux 5.15
	size         int64  // bytes; 0 without a medium
	readOnly     bool
}

// blocks are the block devices by name.
type blocks map[string]*block

// readBlocks reads /sys/class/block below root. What vanishes meanwhile is left
// out.
func readBlocks(root string) (blocks, error) {
	class := filepath.Join(root, "sys/class/block")
	entries, err := os.ReadDir(class)
	if err != nil {
		return nil, err
	}
	all := blocks{}
	for _, e := range entries {
		link, err := os.Readlink(filepath.Join(class, e.Name()))
		if err != nil {
			continue
		}
		if b, ok := readBlock(e.Name(), filepath.Join(class, link)); ok {
			all[b.name] = b
		}
	}
	return all, nil
}

func readBlock(name, dir string) (*block, bool) {
	b := &block{name: name, dir: dir, disk: name, node: strings.ReplaceAll(name, "!", "/")}
	var ok bool
	if b.major, b.minor, ok = parseNumber(b.attr("dev")); !ok {
		return nil, false
	}
	sectors, err := strconv.ParseInt(b.attr("size"), 10, 54) // of 512 bytes, whatever those of the device
	if err != nil {
		return nil, false
	}
	b.size, b.readOnly = sectors*512, b.attr("ro") == "1"
	b.seq = b.attr("diskseq")
	if b.attr("partition") != "" {
		b.disk = filepath.Base(filepath.Dir(dir))
		b.seq = attr(filepath.Dir(dir), "diskseq")
	}
	return b, true
}

// attr is the text of an attribute, "" if there is none.
func (b *block) attr(name string) string { return attr(b.dir, name) }

func attr(dir, name string) string {
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

func (b *block) isLoop() bool { return strings.HasPrefix(b.disk, "loop") }

// names lists what is in a folder of the device, as "slaves" or "holders".
func (b *block) names(folder string) (list []string) {
	entries, _ := os.ReadDir(filepath.Join(b.dir, folder))
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// hasPartitions tells whether the device is a disk that is divided.
func (all blocks) hasPartitions(disk *block) bool {
	for _, b := range all {
		if b.disk == disk.name && b != disk {
			return true
		}
	}
	return false
}

// maxStack bounds encryption on volumes on arrays on ...
const maxStack = 16

// disks are the disks that a device is made of in the end: its own, or those
// below what is encrypted, joined or mapped.
func (all blocks) disks(b *block) (list []*block) {
	seen := map[string]bool{}
	var down func(b *block, depth int)
	down = func(b *block, depth int) {
		disk := all[b.disk]
		if disk == nil || seen[b.name] || depth > maxStack {
			return
		}
		seen[b.name] = true
		slaves := disk.names("slaves")
		if len(slaves) == 0 {
			list = append(list, disk)
		}
		for _, name := range slaves {
			if s := all[name]; s != nil {
				down(s, depth+1)
			}
		}
	}
	down(b, 0)
	return list
}

// byNode finds the device of a path like /dev/sdb1, /dev/mapper/stick or
// /dev/disk/by-uuid/1234-ABCD. The node itself need not be there: a hardened
// service sees an empty /dev.
func (all blocks) byNode(root, path string) *block {
	for range maxStack {
		if b := all.find(path); b != nil || !strings.HasPrefix(path, "/dev/") {
			return b
		}
		target, err := os.Readlink(filepath.Join(root, path))
		if err != nil {
			return nil
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		path = target
	}
	return nil
}

func (all blocks) find(path string) *block {
	node, ok := strings.CutPrefix(path, "/dev/")
	if !ok {
		return nil
	}
	for _, b := range all {
		if b.node == node || strings.HasPrefix(b.name, "dm-") && "mapper/"+b.attr("dm/name") == node {
			return b
		}
	}
	return nil
}

// usbRoot is the folder in /sys of a USB bus: all its devices are below it.
var usbRoot = regexp.MustCompile(`/usb[0-9]+/`)

// removable tells how a disk is attached, if it is one that people carry around.
//
// The attribute "removable" alone says little: it is 0 for SD cards in a slot of
// the computer and for disks that speak UAS, and udev sets ID_BUS for neither
// (seen with Linux 6.1 and systemd 252). So one of these is enough:
//
//   - a USB bus among the parents in /sys
//   - an SD card: a soldered one says its type is MMC
//   - the attribute "removable", of other buses
//   - what udev says: ID_BUS=usb, or ID_DRIVE_FLASH_SD=1 of udisks' rules
func removable(disk *block, props properties) (bus string, ok bool) {
	switch {
	case usbRoot.MatchString(disk.dir), props["ID_BUS"] == "usb":
		return "usb", true
	case disk.attr("device/type") == "SD", props["ID_DRIVE_FLASH_SD"] == "1":
		return "mmc", true
	case disk.attr("removable") == "1":
		return props["ID_BUS"], true
	}
	return "", false
}

// maker is what the disk says of itself: SCSI's INQUIRY, an SD card's name, or
// what is written in the USB descriptor.
func maker(disk *block) (vendor, model string) {
	vendor, model = disk.attr("device/vendor"), disk.attr("device/model")
	if model == "" {
		model = disk.attr("device/name")
	}
	if model != "" {
		return text(vendor), text(model)
	}
	for dir := disk.dir; usbRoot.MatchString(dir + "/"); dir = filepath.Dir(dir) {
		if attr(dir, "idVendor") != "" {
			return text(attr(dir, "manufacturer")), text(attr(dir, "product"))
		}
	}
	return "", ""
}

// text makes what a device says of itself UTF-8.
func text(s string) string { return strings.ToValidUTF8(s, "?") }
