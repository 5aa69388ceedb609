package state

import (
	"context"
	"os"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"untag/platform/lease"
)

// A stamp that is the same proves the same bytes only where the time of change of
// status (ctime) moves with every write and can be set by nobody. FAT and exFAT
// have none, and number their files anew at each mount; through FUSE it is whatever the
// server makes up (sshfs shows the time of last change, which anybody can
// set), and through SMB what the server chooses to tell. In tmpfs, who has a file
// mapped and has only read it so far can write into it, and no time moves: nothing is ever
// written back there, so the kernel need not know. Through overlayfs, which keeps a file in
// tmpfs or on whatever lies below, a mapping outlives the opening that a lease knows of. F2FS keeps
// new times in memory for hours while the bytes are on the drive (it is always mounted with
// lazytime, see mount(8)): when the power goes, the bytes are new and the times are old.
var (
	honest = []int64{
		unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC,
	}
	// distant file systems take the time from the server's clock, which is none of ours,
	// and answer from memory unless they are told not to.
	distant = []int64{unix.NFS_SUPER_MAGIC}
)

// Distant tells whether a file system, named by its magic number, has to be asked
// for the attributes of a file as they are now.
func Distant(fs int64) bool { return slices.Contains(distant, fs) }

// Trusted tells whether files of a file system can be remembered at all.
func Trusted(fs int64) bool { return slices.Contains(honest, fs) || Distant(fs) }

// old is an age at which a change belongs to the past whatever the clock of a server
// says, and at which the kernel has written what a program changed through memory
// (30 s): the next change of that kind has a new time.
const old = 2 * time.Minute

// Probe tells, before the file f of attributes st is read, whether every change from now
// on will show in its attributes. If it does, and they are the same after the reading, they
// stand for what was read.
//
// Two things could hide a change. One made in the same tick of the clock as the last
// shows the same time: so the clock has to have moved on (git calls such files racily
// clean). And who has the file open, and mapped into memory, can write
// without any time being set: so nobody may have it open for writing, which a
// lease tells (F_SETLEASE in fcntl(2)), or the change has to be old.
func Probe(f *os.File, st *unix.Stat_t) bool {
	var fs unix.Statfs_t
	if err := unix.Fstatfs(int(f.Fd()), &fs); err != nil || !Trusted(int64(fs.Type)) {
		return false
	}
	changed := time.Unix(st.Ctim.Unix())
	age := time.Since(changed)
	if Distant(int64(fs.Type)) {
		return age > old
	}
	if !ticked(changed) {
		return false
	}
	switch err := alone(f); err {
	case nil:
		return lease.GiveBack(f) == nil
	case unix.EAGAIN:
		return false
	}
	return age > old // who does not own the file can't ask
}

// alone takes a lease. The kernel may be closing yet what we have closed open for writing.
func alone(f *os.File) (err error) {
	for wait := time.Millisecond; wait < 64*time.Millisecond; wait *= 2 {
		if err = lease.Take(f, lease.Writing); err != unix.EAGAIN {
			return err
		}
		time.Sleep(wait)
	}
	return err
}

// ticked tells whether the clock that local file systems take times from has left
// the moment t behind. Times without a fraction come from file systems that
// count seconds (ext3, ext4 with small inodes).
func ticked(t time.Time) bool {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_REALTIME_COARSE, &ts); err != nil {
		return false
	}
	now := time.Unix(ts.Unix())
	if t.Nanosecond() == 0 {
		return now.Sub(t) > 2*time.Second
	}
	return now.After(t)
}

// Tick waits until the clock has left behind the moment at which a file of
// attributes st was changed, if that was just now: a few milliseconds.
func Tick(ctx context.Context, st *unix.Stat_t) {
	const most = 500 * time.Millisecond // a tick has 10 at the most, but comes late where other machines have the processor
	changed := time.Unix(st.Ctim.Unix())
	for time.Since(changed).Abs() < most && !ticked(changed) && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
}
