package station

import (
	"golang.org/x/sys/unix"

	"untag/platform/lease"
	"untag/platform/walk"
)

// beingWritten tells whether somebody has the file open for writing, or mapped
// into memory, through which it changes without a word from inotify. What such a
// file holds now says nothing about what it will hold.
//
// A lease for reading is granted unless there is a writer. Where leases can't be
// asked for, apply does what else can be done.
func beingWritten(e *walk.Entry) bool {
	f, _, err := e.Open(unix.O_RDONLY | unix.O_NOATIME)
	if err != nil {
		return false // apply meets the same error, and reports it
	}
	defer f.Close() // and with it the lease
	return lease.Take(f, lease.Writing) == unix.EAGAIN
}
