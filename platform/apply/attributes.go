package apply

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// copyAttributes gives the copy the owner, mode and extended attributes of the
// original, as far as the file system and the user's rights go: on FAT there is
// no owner to set, and a mode is taken without effect.
func copyAttributes(from, to *os.File, st *unix.Stat_t) {
	unix.Fchown(int(to.Fd()), int(st.Uid), int(st.Gid))
	unix.Fchmod(int(to.Fd()), st.Mode&0o7777)
	list := make([]byte, 64<<10) // XATTR_LIST_MAX
	n, err := unix.Flistxattr(int(from.Fd()), list)
	if err != nil {
		return
	}
	value := make([]byte, 64<<10) // XATTR_SIZE_MAX
	for name := range strings.SplitSeq(strings.TrimSuffix(string(list[:n]), "\x00"), "\x00") {
		if name == "" {
			continue
		}
		if n, err := unix.Fgetxattr(int(from.Fd()), name, value); err == nil {
			unix.Fsetxattr(int(to.Fd()), name, value[:n], 0)
		}
	}
}
