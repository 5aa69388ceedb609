package walk

import (
	"bytes"
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// readSize is how much of a folder is read at once: some hundred names.
const readSize = 16 << 10

// direntHead is the length of struct linux_dirent64 (getdents64(2)) before the name.
const direntHead = 19

// listing reads a folder piece by piece. os.File.ReadDir is no help here: where
// a file system doesn't tell the types of its entries, it asks for them by path.
type listing struct {
	fd   int
	buf  []byte // what was read and not yet looked at
	page []byte
}

// dirent is what a folder says of a name in it.
type dirent struct {
	name []byte // good until the next one is read
	kind byte   // one of unix.DT_*
	ino  uint64 // of the file, most of the time: that of a mount point is the one below
}

// next returns the next name. ok is false at the end.
func (l *listing) next() (e dirent, ok bool, err error) {
	for {
		if len(l.buf) == 0 {
			if l.page == nil {
				l.page = make([]byte, readSize)
			}
			n, err := again(func() (int, error) { return unix.Getdents(l.fd, l.page) })
			if err != nil || n <= 0 {
				return e, false, err
			}
			l.buf = l.page[:n]
		}
		if e, err = l.entry(); err != nil {
			return e, false, err
		}
		if s := string(e.name); s != "." && s != ".." {
			return e, true, nil
		}
	}
}

// entry takes one struct linux_dirent64 off the buffer.
func (l *listing) entry() (dirent, error) {
	if len(l.buf) < direntHead {
		return dirent{}, unix.EIO
	}
	length := int(binary.NativeEndian.Uint16(l.buf[16:]))
	if length <= direntHead || length > len(l.buf) {
		return dirent{}, unix.EIO
	}
	e := dirent{l.buf[direntHead:length], l.buf[18], binary.NativeEndian.Uint64(l.buf)}
	if end := bytes.IndexByte(e.name, 0); end >= 0 {
		e.name = e.name[:end]
	}
	l.buf = l.buf[length:]
	if len(e.name) == 0 || bytes.IndexByte(e.name, '/') >= 0 {
		return dirent{}, unix.EIO
	}
	return e, nil
}
