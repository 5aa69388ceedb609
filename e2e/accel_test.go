//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"untag/e2e/vm"
)

// accelerator returns hardware virtualisation if a machine that has it boots, and
// emulation otherwise; UNTAG_E2E_ACCEL=kvm or tcg decides without a try.
func accelerator() (vm.Accel, error) {
	switch forced := vm.Accel(os.Getenv("UNTAG_E2E_ACCEL")); forced {
	case vm.KVM, vm.TCG:
		fmt.Printf("the machine runs with %s: UNTAG_E2E_ACCEL says so\n", forced)
		return forced, nil
	case "":
	default:
		return "", fmt.Errorf("UNTAG_E2E_ACCEL is %q, want %s or %s", forced, vm.KVM, vm.TCG)
	}
	if !vm.MayKVM() {
		fmt.Printf("the machine runs with %s: /dev/kvm can't be opened\n", vm.TCG)
		return vm.TCG, nil
	}
	began := time.Now()
	if err := speaks(vm.KVM, silence); err != nil {
		fmt.Printf("the machine runs with %s: with %s it did not boot in %v (%v)\n", vm.TCG, vm.KVM, silence, err)
		return vm.TCG, nil
	}
	fmt.Printf("the machine runs with %s, and booted in %.1f s\n", vm.KVM, time.Since(began).Seconds())
	return vm.KVM, nil
}

// speaks returns nil if a machine boots in time.
func speaks(accel vm.Accel, in time.Duration) error {
	dir := filepath.Join(world.dir, "try")
	disk := filepath.Join(world.dir, "try.qcow2")
	if err := overlay(disk); err != nil {
		return err
	}
	defer os.Remove(disk)
	c := configure(dir, disk)
	c.Accel = accel
	machine, err := vm.Start(c)
	if err != nil {
		return err
	}
	defer machine.Kill()
	return machine.Await(in)
}
