package c2pa

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

type memory []byte

func (m memory) Size() int64 { return int64(len(m)) }

func (m memory) Bytes(off int64, n int) ([]byte, error) {
	if off < 0 || n < 0 || off > int64(len(m)) || n > len(m)-int(off) {
		return nil, io.ErrUnexpectedEOF
	}
	return bytes.Clone(m[off : off+int64(n)]), nil
}

func TestGenerator(t *testing.T) {
	long := strings.Repeat("n", 300)
	for _, c := range []struct{ name, store, want string }{
		{"short", "jumb\x6fclaim_generator\x68Camera 1more", "Camera 1"},
		{"one byte of length", "\x6fclaim_generator\x78\x1a" + strings.Repeat("a", 26) + "more", strings.Repeat("a", 26)},
		{"two bytes of length", "\x6fclaim_generator\x79\x01\x2c" + long + "more", long[:256]},
		{"only the info", "\x74claim_generator_info\x81\xa1dname\x65Phone", "Phone"},
		{"info first", "\x74claim_generator_info\xf6\x6fclaim_generator\x64Tool", "Tool"},
		{"no text", "\x6fclaim_generator\x01", ""},
		{"cut off", "\x6fclaim_generator\x68Came", ""},
		{"control characters", "\x6fclaim_generator\x62a\x01", ""},
		{"nothing", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := Generator(memory(c.store)); got != c.want || err != nil {
				t.Errorf("%q, %v; not %q", got, err, c.want)
			}
		})
	}
}

type failing struct{ memory }

func (failing) Bytes(int64, int) ([]byte, error) { return nil, errors.New("bad sector") }

func TestReadingFails(t *testing.T) {
	if _, err := Generator(failing{}); err == nil || err.Error() != "bad sector" {
		t.Errorf("%v, not the error of reading", err)
	}
}
