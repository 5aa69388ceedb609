package walk

import "golang.org/x/sys/unix"

// StatNow is [Folder.Stat], and has a network file system ask its server.
func (f *Folder) StatNow(name string) (st unix.Stat_t, err error) {
	var x unix.Statx_t
	_, err = again(func() (int, error) {
		return 0, unix.Statx(f.fd, name, unix.AT_SYMLINK_NOFOLLOW|unix.AT_STATX_FORCE_SYNC, unix.STATX_BASIC_STATS, &x)
	})
	if err != nil {
		return st, err
	}
	// What fstatat(2) then says is what was just fetched.
	if st, err = f.Stat(name); err == nil && (st.Ino != x.Ino || uint64(st.Size) != x.Size) {
		err = unix.ESTALE
	}
	return st, err
}

// FileSystem is the magic number of the file system that the folder lies on, 0 if it
// can't be told.
func (f *Folder) FileSystem() int64 {
	var st unix.Statfs_t
	if _, err := again(func() (int, error) { return 0, unix.Fstatfs(f.fd, &st) }); err != nil {
		return 0
	}
	return int64(st.Type)
}

// SyncAll waits until all that was written to the folder's file system is on its drive.
func (f *Folder) SyncAll() error {
	_, err := again(func() (int, error) { return 0, unix.Syncfs(f.fd) })
	return err
}
