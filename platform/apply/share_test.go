package apply

import (
	"errors"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// share is a kernel for which every file lies on an SMB share.
type share struct{ linux }

func (share) fromServer(*os.File) bool { return true }

// Nothing is renamed over a file on a share: it would be lost.
func TestNothingIsReplacedOnAShare(t *testing.T) {
	dir := t.TempDir()
	content := makeToy(data(1, 500), free(100))
	path := put(t, dir, "a.toy", content)
	o := cleanOne(t, Options{Compact: true, kernel: share{}}, path)
	if after := get(t, path); string(after) != string(content) || o.Status != Clean || o.Mode == rewritten {
		t.Errorf("%d bytes of %d, %+v", len(after), len(content), o)
	}
	if !strings.Contains(strings.Join(o.Reasons, "; "), ErrShare.Error()) {
		t.Errorf("reasons %q", o.Reasons)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("%v, %v", left, err)
	}
}

// locked is a share on which another program has locked a part of the file.
type locked struct{ share }

func (locked) writeAt(*os.File, []byte, int64) (int, error) { return 0, unix.EACCES }

// A share refuses what is locked as if it were not allowed. Whoever reads that has the file
// is not told to become its owner.
func TestLockedOnAShare(t *testing.T) {
	path := put(t, t.TempDir(), "a.toy", makeToy(data(1, 500), name("secret")))
	if o := cleanOne(t, Options{kernel: locked{}}, path); !errors.Is(o.Err, ErrInUse) || errors.Is(o.Err, ErrDenied) {
		t.Errorf("while it is written: %v", o.Err)
	}
	for k, want := range map[kernel]error{linux{}: ErrDenied, share{}: ErrInUse} {
		if err := explainOf(k, nil, "reading", unix.EACCES); !errors.Is(err, want) {
			t.Errorf("%T: %v", k, err)
		}
	}
}
