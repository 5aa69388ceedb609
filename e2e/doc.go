// Package e2e tests the daemon as people use it: installed by the project's own
// scripts and run by systemd in a virtual machine with a Debian kernel, udev,
// D-Bus and udisks, with sticks and cards that are plugged in and pulled, and
// looked at afterwards by other programs from outside the machine.
//
// Its tests have the build tag e2e and are started by make e2e, which makes what
// they need: see docs/testing.md.
package e2e
