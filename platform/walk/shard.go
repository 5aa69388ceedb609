package walk

import (
	"fmt"
	"hash/fnv"
)

// Shard is one of N parts of the files beneath a root, I counting from 0. The
// zero value is all of them.
type Shard struct{ I, N int }

// Check returns an error if there is no such part.
func (s Shard) Check() error {
	if s.N < 0 || s.I < 0 || s.N == 0 && s.I != 0 || s.N > 0 && s.I >= s.N {
		return fmt.Errorf("no shard %d of %d: the first is 0, the last %d", s.I, s.N, max(s.N-1, 0))
	}
	return nil
}

// Has tells whether the file at rel, its path beneath the root, is in the part.
// That depends on the path alone: whoever walks, and whenever.
func (s Shard) Has(rel string) bool {
	if s.N <= 1 {
		return true
	}
	h := fnv.New64a()
	h.Write([]byte(rel))
	// The low bits of FNV follow the last byte, which in the names of cameras
	// is a G most of the time.
	x := h.Sum64()
	x ^= x >> 32
	x *= 0x9e3779b97f4a7c15
	return int((x>>32)%uint64(s.N)) == s.I
}
