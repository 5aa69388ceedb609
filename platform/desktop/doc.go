// Package desktop is where the daemon is seen from outside: a D-Bus service by
// which people and programs see and steer it, notifications on the desktop, and
// what the service manager is told.
//
// The daemon opens a [Desk]; all of it is optional, and what isn't there is
// said once and done without. [Dial] is the other end: the [Client] of untag
// status and its like. [Notify] shows on the desktop what either of them tells.
//
// The service shows drives to whoever may talk to it: their labels and where
// they are mounted, as the mount table does, and counts. It never has names of
// files or what was in them, and nothing of it is logged.
package desktop
