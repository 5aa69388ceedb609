package image

import "testing"

const pulled = `fsck.fat 4.2 (2021-01-31)
There are differences between boot sector and its backup.
This is mostly harmless. Differences: (offset:original/backup)
  65:01/00
  Not automatically fixing this.
Dirty bit is set. Fs was not properly unmounted and some data may be corrupt.
 Automatically removing dirty bit.

Leaving filesystem unchanged.
/dev/loop0: 62 files, 1042/127006 clusters
`

func TestDirtyOnly(t *testing.T) {
	if !dirtyOnly(pulled) {
		t.Error("what a stick looks like that was pulled is taken for damage")
	}
	if dirtyOnly(pulled + "Reclaimed 3 unused clusters (1536 bytes).\n") {
		t.Error("damage is not seen")
	}
}
