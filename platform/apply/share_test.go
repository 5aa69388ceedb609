package apply

import (
	"os"
	"strings"
	"testing"
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
