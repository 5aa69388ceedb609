package state

import (
	"bytes"
	"hash/maphash"
	"math/bits"
	"sync/atomic"

	"go.etcd.io/bbolt"
)

// sweepAtOnce is how many entries are dropped in one transaction.
const sweepAtOnce = 1 << 14

// sweep forgets files that are gone: what stands in a table and did not come by.
func (s *State) sweep() error {
	for _, t := range s.tables {
		if t == nil || !t.whole || t.seen == nil || uint64(t.kept.Load()) >= t.head.entries {
			continue
		}
		if err := s.sweepTable(t); err != nil {
			return err
		}
	}
	return nil
}

func (s *State) sweepTable(t *table) error {
	var from []byte
	for {
		var gone [][]byte
		err := guard(func() error {
			return s.db.View(func(tx *bbolt.Tx) error {
				gone, from = t.gone(tx.Bucket(inTables).Bucket(t.id).Cursor(), from)
				return nil
			})
		})
		if err != nil {
			return err
		}
		err = guard(func() error { return s.db.Update(func(tx *bbolt.Tx) error { return t.drop(tx, gone) }) })
		if err != nil {
			return err
		}
		if s.shrink(); from == nil {
			return nil
		}
	}
}

// gone looks for entries that were not seen, and tells where to go on, nil at the end.
func (t *table) gone(c *bbolt.Cursor, from []byte) (gone [][]byte, next []byte) {
	k, _ := c.Seek(from)
	for n := 0; k != nil; k, _ = c.Next() {
		if len(k) != keyLen || !t.seen.has(name(k)) {
			gone = append(gone, bytes.Clone(k))
		}
		if n++; len(gone) == sweepAtOnce || n == 1<<17 {
			k, _ = c.Next()
			return gone, bytes.Clone(k)
		}
	}
	return gone, nil
}

func (t *table) drop(tx *bbolt.Tx, gone [][]byte) error {
	b := tx.Bucket(inTables).Bucket(t.id)
	for _, k := range gone {
		if err := b.Delete(k); err != nil {
			return err
		}
	}
	h := t.head
	h.entries -= min(h.entries, uint64(len(gone)))
	tx.OnCommit(func() { t.head = h })
	return tx.Bucket(inHeads).Put(t.id, h.bytes())
}

// filter is a set of names in two bytes for each, of which it knows a few too many (a
// Bloom filter; one in 400). Which ones is another matter in each run.
type filter struct {
	seed maphash.Seed
	bits []atomic.Uint32
	mask uint32
}

const probes = 4

func newFilter(n uint64) *filter {
	words := uint64(1) << bits.Len64(min(max(n, 1<<10)*16/32, 1<<26)-1)
	return &filter{maphash.MakeSeed(), make([]atomic.Uint32, words), uint32(words - 1)}
}

func (f *filter) each(n name, visit func(word *atomic.Uint32, bit uint32) bool) bool {
	h := maphash.Bytes(f.seed, n[:])
	a, b := uint32(h), uint32(h>>32)|1
	for range probes {
		if !visit(&f.bits[a>>5&f.mask], 1<<(a&31)) {
			return false
		}
		a += b
	}
	return true
}

func (f *filter) add(n name) {
	if f != nil {
		f.each(n, func(w *atomic.Uint32, bit uint32) bool { w.Or(bit); return true })
	}
}

func (f *filter) has(n name) bool {
	return f != nil && f.each(n, func(w *atomic.Uint32, bit uint32) bool { return w.Load()&bit != 0 })
}
