// Package systemd holds what is installed for systemd and D-Bus: units for the
// whole machine and for one user, and who may do what on the system bus. Its
// tests hold them to what the programs and scripts of this project say.
package systemd
