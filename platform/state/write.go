package state

import (
	"bytes"
	"encoding/binary"
	"slices"
	"time"

	"go.etcd.io/bbolt"
	"golang.org/x/sys/unix"

	"untag/platform/walk"
)

// add is an entry that waits to be written, or dropped if it has no value.
type add struct {
	t     *table
	name  name
	value value
}

const (
	// most entries that are written at once, and longest that one waits: what is lost
	// if the program is killed.
	most    = 8192
	longest = time.Second
)

// Add remembers what was found of the file e beneath root, whose attributes are st, and
// have been since before it was read. It may wait for entries before it to be written.
func (s *State) Add(e *walk.Entry, root string, st *unix.Stat_t, fact string) {
	if s == nil || s.broken.Load() {
		return
	}
	t := s.table(root)
	no, ok := s.number(fact)
	if t == nil || !ok {
		return
	}
	s.mount(e, st.Dev)
	a := add{t: t, name: t.name(e.Rel)}
	mac := t.seal(e.Rel, st, fact)
	copy(a.value[:], mac[:])
	binary.BigEndian.PutUint16(a.value[macLen:], no)
	s.adds <- a
}

// Forget drops what is remembered of the file e beneath root, if it was read although
// the state may know it ([Terms.Unread]), and is not what it was said to be.
func (s *State) Forget(e *walk.Entry, root string) {
	if s == nil || !s.terms.Unread || s.broken.Load() {
		return
	}
	if t := s.table(root); t != nil {
		s.adds <- add{t: t, name: t.name(e.Rel)}
	}
}

// mount keeps a way to sync the device on which the entry lies.
func (s *State) mount(e *walk.Entry, dev uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mounts[dev] == nil {
		e.Hold()
		s.mounts[dev] = e
	}
}

// write writes what is added, in batches, until there is no more.
func (s *State) write() {
	defer close(s.wrote)
	var batch []add
	late := time.NewTicker(longest)
	defer late.Stop()
	for {
		select {
		case a, ok := <-s.adds:
			if !ok {
				s.commit(batch)
				return
			}
			if batch = append(batch, a); len(batch) < most {
				continue
			}
		case <-late.C:
		}
		s.commit(batch)
		batch = batch[:0]
	}
}

// commit writes a batch. Before, all that was read is on its drive: a program may have changed
// a file in place a moment ago, and if the power went now, the time of that change
// could be on the drive and what was changed not.
func (s *State) commit(batch []add) {
	if len(batch) == 0 || s.broken.Load() || s.Err() != nil {
		return
	}
	slices.SortFunc(batch, func(a, b add) int { return bytes.Compare(a.name[:], b.name[:]) })
	err := s.sync()
	if err == nil {
		err = guard(func() error { return s.db.Update(func(tx *bbolt.Tx) error { return s.put(tx, batch) }) })
	}
	if err != nil {
		s.failed(err)
		return
	}
	for _, a := range batch {
		if a.value != (value{}) {
			a.t.keep(a.name)
		}
	}
	s.shrink()
}

// sync waits until what was read is on the drives.
func (s *State) sync() error {
	s.mu.Lock()
	all := make([]*walk.Entry, 0, len(s.mounts))
	for _, e := range s.mounts {
		all = append(all, e)
	}
	s.mu.Unlock()
	for _, e := range all {
		if err := e.Folder().SyncAll(); err != nil {
			return err
		}
	}
	return nil
}

func (s *State) put(tx *bbolt.Tx, batch []add) error {
	words, tables, heads := tx.Bucket(inWords), tx.Bucket(inTables), tx.Bucket(inHeads)
	facts := *s.facts.Load()
	for no := words.Stats().KeyN; no < len(facts); no++ {
		if err := words.Put(binary.BigEndian.AppendUint16(nil, uint16(no)), []byte(facts[no])); err != nil {
			return err
		}
	}
	more := map[*table]int64{}
	for _, a := range batch {
		n, err := a.put(tables.Bucket(a.t.id))
		if err != nil {
			return err
		}
		more[a.t] += n
	}
	for t, n := range more {
		h := t.head
		h.entries = uint64(max(int64(h.entries)+n, 0))
		if err := heads.Put(t.id, h.bytes()); err != nil {
			return err
		}
		tx.OnCommit(func() { t.head = h })
	}
	return nil
}

// put brings one entry into its table, and returns how many more there are then.
func (a *add) put(b *bbolt.Bucket) (more int64, err error) {
	there := b.Get(a.name[:]) != nil
	switch gone := a.value == (value{}); {
	case gone && there:
		return -1, b.Delete(a.name[:])
	case gone:
		return 0, nil
	case !there:
		more = 1
	}
	return more, b.Put(a.name[:], a.value[:])
}

// shrink gives back the memory through which the database was read: it stays in the
// system's cache, and counts as the program's else, up to all of the file.
func (s *State) shrink() {
	guard(func() error {
		return s.db.View(func(tx *bbolt.Tx) error { // nobody moves it meanwhile
			_, _, errno := unix.Syscall(unix.SYS_MADVISE, s.db.Info().Data, uintptr(tx.Size()), unix.MADV_DONTNEED)
			if errno != 0 {
				return errno
			}
			return nil
		})
	})
}

// Close writes what is left. If the run came to its end, whole, entries of files that did
// not come by are forgotten. What went wrong is told by [State.Use] and [State.Err].
func (s *State) Close(whole bool) {
	if s == nil {
		return
	}
	close(s.adds)
	<-s.wrote
	if whole && !s.broken.Load() && s.Err() == nil {
		if err := s.sweep(); err != nil {
			s.failed(err)
		}
	}
	for _, e := range s.mounts {
		e.Release()
	}
	if !s.broken.Load() {
		if err := guard(s.db.Close); err != nil {
			s.failed(err)
		}
	}
	if s.broken.Load() { // its locks may be held, and go with the process
		setAside(s.path)
	}
}
