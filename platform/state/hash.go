package state

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

const (
	keyLen  = 16 // of the name of an entry: of its folder, and of its path, half each
	macLen  = 16
	factLen = 2 // number of what is known of the file: see words
	valLen  = macLen + factLen
)

type (
	name  [keyLen]byte
	value [valLen]byte
)

// hasher makes keyed hashes. Each has a purpose, so that none can stand for another.
type hasher struct{ pool sync.Pool }

func newHasher(key []byte) *hasher {
	return &hasher{sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}}
}

// sum is HMAC-SHA-256 of the purpose and the parts, each with its length before it.
func (h *hasher) sum(purpose byte, parts ...string) (out [sha256.Size]byte) {
	m := h.pool.Get().(hash.Hash)
	m.Reset()
	buf := append(make([]byte, 0, 512), purpose)
	for _, p := range parts {
		buf = binary.BigEndian.AppendUint64(buf, uint64(len(p)))
		buf = append(buf, p...)
	}
	m.Write(buf)
	m.Sum(out[:0])
	h.pool.Put(m)
	return out
}

const (
	forTable   = 't'
	forRoot    = 'r'
	forVersion = 'v'
	forFolder  = 'f'
	forPath    = 'p'
	forFile    = 's'
)

// folder is the last folder that was hashed: files come folder by folder.
type folder struct {
	path string
	sum  [keyLen / 2]byte
}

// name is what the file at rel, a path beneath the table's root, goes by. Files of a
// folder lie together: what a run looks for and adds is then in few pages.
func (t *table) name(rel string) (n name) {
	dir := rel[:strings.LastIndexByte(rel, '/')+1]
	last := t.last.Load()
	if last == nil || last.path != dir {
		sum := t.hash.sum(forFolder, dir)
		last = &folder{path: strings.Clone(dir)}
		copy(last.sum[:], sum[:])
		t.last.Store(last)
	}
	sum := t.hash.sum(forPath, rel)
	copy(n[:], last.sum[:])
	copy(n[keyLen/2:], sum[:])
	return n
}

// seal is what proves an entry: it depends on the path, on what the file is, and on what is
// said of it.
func (t *table) seal(rel string, st *unix.Stat_t, fact string) (mac [macLen]byte) {
	sum := t.hash.sum(forFile, rel, string(stamp(st)), fact)
	copy(mac[:], sum[:])
	return mac
}

// stamp is all that changes when a file does.
func stamp(st *unix.Stat_t) []byte {
	ms, mn := st.Mtim.Unix()
	cs, cn := st.Ctim.Unix()
	b := make([]byte, 0, 7*8)
	for _, v := range []uint64{uint64(st.Dev), uint64(st.Ino), uint64(st.Size), uint64(ms), uint64(mn), uint64(cs), uint64(cn)} {
		b = binary.BigEndian.AppendUint64(b, v)
	}
	return b
}
