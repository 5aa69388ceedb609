package marks

import (
	"errors"
	"io"
)

// OOXML recognises the record that Red Star OS writes over 31 bytes of a Word,
// Excel or PowerPoint file: at 0x50, which in files from Microsoft Office is
// padding of the first ZIP entry (extra field 0xA220). No checksum covers these
// bytes, and zeros put back what was there. Only the last machine is named.
func OOXML(src Source, size int64) (Mark, bool, error) {
	const off, n = 0x50, recordLen + recordFoot
	if size < off+n {
		return Mark{}, false, nil
	}
	b := make([]byte, off+n)
	if k, err := src.ReadAt(b, 0); k < len(b) {
		if errors.Is(err, io.EOF) {
			return Mark{}, false, nil
		}
		return Mark{}, false, err
	}
	tag := b[off:]
	if string(b[:4]) != "PK\x03\x04" || string(tag[recordLen+4:]) != "EOF" {
		return Mark{}, false, nil
	}
	r, ok := openRecord(tag[:recordLen])
	if !ok {
		return Mark{}, false, nil
	}
	return Mark{Name: "red-star", Off: off, Len: n, Value: describeChain([]record{r}), Proven: true}, true, nil
}
