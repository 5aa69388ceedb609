//go:build e2e

package e2e

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"untag/e2e/vm"
)

// world is what the tests share.
var world struct {
	guest string // what guest/build.sh made
	dir   string // for everything that is made here
	disk  string // of a machine that has booted and runs the daemon
	accel vm.Accel
}

const (
	// saved is the name of the state in world.disk.
	saved = "ready"
	// memoryMB is that of the machine.
	memoryMB = 512
	// patience is for how long something may take that takes a second or two on a
	// machine of its own: without hardware virtualisation, on one that is busy.
	patience = 8 * time.Minute
	// silence is for how long a machine with hardware virtualisation may say nothing:
	// where it works, booting takes seconds.
	silence = time.Minute
	pause   = 500 * time.Millisecond
)

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintf(os.Stderr, "e2e: %v\n", err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	world.guest = os.Getenv("UNTAG_E2E_GUEST")
	installed := os.Getenv("UNTAG_E2E_INSTALLED")
	if world.guest == "" || installed == "" {
		return 1, fmt.Errorf("there is no guest: run make e2e")
	}
	if world.dir, err = os.MkdirTemp("", "untag-e2e-"); err != nil {
		return 1, err
	}
	defer os.RemoveAll(world.dir)
	if world.accel, err = accelerator(); err != nil {
		return 1, err
	}
	if err := prepare(installed); err != nil {
		return 1, err
	}
	return m.Run(), nil
}

// prepare sees to it that there is a machine for the tests to go on from: one
// that has booted, got what make install installed into a folder, and runs the
// daemon. It is kept beside the guest for as long as what is installed is the same.
func prepare(installed string) error {
	sum, err := sumOf(installed)
	if err != nil {
		return err
	}
	world.disk = filepath.Join(world.guest, fmt.Sprintf("ready-%s-%s.qcow2", world.accel, sum))
	if _, err := os.Stat(world.disk); err == nil {
		return nil
	}
	disk := filepath.Join(world.dir, "new.qcow2")
	if err := boot(disk, installed); err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(world.guest, fmt.Sprintf("ready-%s-*", world.accel)))
	if err != nil {
		return err
	}
	for _, path := range old {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return command("mv", disk, world.disk)
}

// sumOf is one of how things are installed, and of the names, modes and contents
// of all files that are.
func sumOf(dir string) (string, error) {
	h := sha256.New()
	fmt.Fprint(h, steps)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		b, err := os.ReadFile(path)
		fmt.Fprintf(h, "%q %v %d ", strings.TrimPrefix(path, dir), info.Mode(), len(b))
		h.Write(b)
		return err
	})
	return fmt.Sprintf("%.8x", h.Sum(nil)), err
}

// boot boots the machine, installs the programs, starts the daemon, and saves all
// that in the disk.
func boot(disk, installed string) error {
	if err := overlay(disk); err != nil {
		return err
	}
	began := time.Now()
	c := configure(filepath.Join(world.dir, "boot"), disk)
	c.Share = installed
	machine, err := vm.Start(c)
	if err != nil {
		return err
	}
	defer machine.Kill()
	if err := install(machine); err != nil {
		console, _ := os.ReadFile(filepath.Join(c.Dir, vm.Console))
		return fmt.Errorf("%w\n--- console ---\n%s", err, tail(console, 40))
	}
	fmt.Printf("booted, and untagd installed and started: %.1f s\n", time.Since(began).Seconds())
	return machine.Save(saved)
}

// overlay makes a disk that starts as the guest's.
func overlay(disk string) error {
	return command("qemu-img", "create", "-q", "-f", "qcow2", "-b", filepath.Join(world.guest, "root.ext4"), "-F", "raw", disk)
}

func command(name string, args ...string) error {
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s %q: %w: %s", name, args, err, out)
	}
	return err
}

func configure(dir, disk string) vm.Config {
	return vm.Config{
		Kernel: filepath.Join(world.guest, "vmlinuz"), Initrd: filepath.Join(world.guest, "initrd.gz"),
		Disk: disk, Share: dir, Dir: dir, MemoryMB: memoryMB, Accel: world.accel,
	}
}

// steps install what is in the share.
var steps = []string{
	"until systemctl is-system-running | grep -qE 'running|degraded'; do sleep 0.2; done; systemctl --failed --no-legend",
	"mkdir /share && mount -t 9p -o trans=virtio,ro share /share && cp -r /share/. / && umount /share",
	"untag action scrub", // of a station, which nobody asks
	"systemctl daemon-reload && systemctl reload dbus && systemctl enable --now untagd || { journalctl -o cat -u untagd; exit 1; }",
	"untag status && sync",
	// A card reader that goes on from a saved state is not heard any more.
	"modprobe -r sdhci_pci",
}

func install(machine *vm.VM) error {
	if err := machine.Await(patience); err != nil {
		return err
	}
	for _, step := range steps {
		out, err := machine.Shell(step, patience)
		if err != nil {
			return err
		}
		fmt.Printf("%s", out)
	}
	return nil
}
