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

// next returns the next name and its type, one of unix.DT_*. ok is false at the end.
func (l *listing) next() (name string, kind byte, ok bool, err error) {
	for {
		if len(l.buf) == 0 {
			if l.page == nil {
				l.page = make([]byte, readSize)
			}
			n, err := again(func() (int, error) { return unix.Getdents(l.fd, l.page) })
			if err != nil || n <= 0 {
				return "", 0, false, err
			}
			l.buf = l.page[:n]
		}
		name, kind, err = l.entry()
		if err != nil {
			return "", 0, false, err
		}
		if name != "." && name != ".." {
			return name, kind, true, nil
		}
	}
}

// entry takes one struct linux_dirent64 off the buffer.
func (l *listing) entry() (string, byte, error) {
	if len(l.buf) < direntHead {
		return "", 0, unix.EIO
	}
	length := int(binary.NativeEndian.Uint16(l.buf[16:]))
	if length <= direntHead || length > len(l.buf) {
		return "", 0, unix.EIO
	}
	kind, name := l.buf[18], l.buf[direntHead:length]
	if end := bytes.IndexByte(name, 0); end >= 0 {
		name = name[:end]
	}
	l.buf = l.buf[length:]
	if len(name) == 0 || bytes.IndexByte(name, '/') >= 0 {
		return "", 0, unix.EIO
	}
	return string(name), kind, nil
}
