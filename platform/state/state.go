package state

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"go.etcd.io/bbolt"
	"golang.org/x/sys/unix"

	"untag/platform/walk"
)

// Terms are what a file was found clean under. What was found under others says nothing.
type Terms struct {
	Version string // of the program
	Policy  string // all else that decides what is clean
	// Unread has nothing that the state knows be believed; it is still brought up to date.
	Unread bool
}

// Use says what a state was good for.
type Use string

const (
	Used         Use = "used"
	New          Use = "new"              // there was none, or none of these folders
	OtherVersion Use = "other version"    // it was made by another version of untag
	OtherOptions Use = "other options"    // it was made with other options
	Damaged      Use = "damaged"          // it was set aside, or will be
	NotAsked     Use = "not asked"        // [Terms.Unread]
	NotWritten   Use = "can't be written" // what this run found is not remembered; see [State.Err]
)

// State is an open state. A nil State knows nothing, and remembers nothing.
type State struct {
	path  string
	terms Terms
	db    *bbolt.DB
	hash  *hasher
	run   uint64 // number of this run

	mu     sync.Mutex
	tables map[string]*table // by root as it is given; guarded by mu
	use    Use
	err    error                  // the first failure to write
	mounts map[uint64]*walk.Entry // where what is added lies, by device; held
	words  map[string]uint16      // facts in the database, and those to come

	facts  atomic.Pointer[[]string] // the same by number
	broken atomic.Bool              // the database is damaged
	looks  atomic.Int64             // how often the database was asked
	adds   chan add
	wrote  chan struct{} // closed when the writer has ended
}

// table is what is known of the files beneath one root, under one policy.
type table struct {
	id    []byte
	hash  *hasher
	last  atomic.Pointer[folder]
	head  head
	kept  atomic.Int64 // entries that stand for files of this run
	seen  *filter      // their names; nil if there were none before
	whole bool         // whether all of them come by; guarded by State.mu
	stale bool         // whether another version made what is in it
}

var (
	inMeta   = []byte("untag-state")
	inHeads  = []byte("heads")
	inTables = []byte("tables")
	inWords  = []byte("words")

	atFormat = []byte("format")
	atKey    = []byte("key")
	atRun    = []byte("run")
)

// format is that of the database.
const format = "1"

// Open opens the state at path, or makes it. It must be a file of this user that no other
// user may write to, and no link, or there is an error: one of the Err
// variables, or the system's. A state that is damaged, or of another version of
// the database, is set aside as path.damaged, and begun anew.
func Open(path string, terms Terms) (*State, error) {
	s := &State{path: path, terms: terms, use: New, tables: map[string]*table{}, mounts: map[uint64]*walk.Entry{}, words: map[string]uint16{}}
	s.facts.Store(&[]string{})
	err := s.open()
	if errors.Is(err, errDamaged) {
		if err = setAside(path); err == nil {
			s.use = Damaged
			err = s.open()
		}
	}
	if err != nil {
		return nil, err
	}
	s.adds, s.wrote = make(chan add, 256), make(chan struct{})
	go s.write()
	return s, nil
}

func (s *State) open() (err error) {
	if s.db, err = openDB(s.path); err == nil {
		err = guard(func() error { return s.db.Update(s.begin) })
	}
	if err == nil {
		err = s.expire()
	}
	if err != nil && s.db != nil {
		guard(s.db.Close)
	}
	return err
}

// begin reads what the run needs to know, and makes it where it is not there.
func (s *State) begin(tx *bbolt.Tx) error {
	meta := tx.Bucket(inMeta)
	if meta == nil {
		if k, _ := tx.Cursor().First(); k != nil {
			return ErrForeign
		}
		return s.make(tx)
	}
	if string(meta.Get(atFormat)) != format {
		return fmt.Errorf("%w: of another format", errDamaged)
	}
	key, run := meta.Get(atKey), meta.Get(atRun)
	heads, tables, words := tx.Bucket(inHeads), tx.Bucket(inTables), tx.Bucket(inWords)
	if len(key) != 32 || len(run) != 8 || heads == nil || tables == nil || words == nil {
		return fmt.Errorf("%w: a part is missing", errDamaged)
	}
	s.hash = newHasher(bytes.Clone(key))
	s.run = binary.BigEndian.Uint64(run) + 1
	if s.use == New { // until a folder is asked for that it does not know
		s.use = Used
	}
	return cmp.Or(s.learn(words), meta.Put(atRun, binary.BigEndian.AppendUint64(nil, s.run)))
}

func (s *State) make(tx *bbolt.Tx) error {
	key := make([]byte, 32)
	rand.Read(key)
	s.hash, s.run = newHasher(key), 1
	for _, b := range [][]byte{inMeta, inHeads, inTables, inWords} {
		if _, err := tx.CreateBucket(b); err != nil {
			return err
		}
	}
	meta := tx.Bucket(inMeta)
	return cmp.Or(meta.Put(atFormat, []byte(format)), meta.Put(atKey, key), meta.Put(atRun, binary.BigEndian.AppendUint64(nil, 1)))
}

// maxFacts are told apart; there are a few dozen.
const maxFacts = 4096

// learn reads the facts that entries refer to.
func (s *State) learn(words *bbolt.Bucket) error {
	var facts []string
	err := words.ForEach(func(k, v []byte) error {
		if len(k) != factLen || int(binary.BigEndian.Uint16(k)) != len(facts) || len(facts) == maxFacts {
			return fmt.Errorf("%w: facts out of order", errDamaged)
		}
		s.words[string(v)] = uint16(len(facts))
		facts = append(facts, string(v))
		return nil
	})
	s.facts.Store(&facts)
	return err
}

// lifetime is for how many runs a table is kept that none of them asked for.
const lifetime = 50

// expire drops tables of which there was no use for long.
func (s *State) expire() error {
	var old []*table
	err := guard(func() error {
		return s.db.View(func(tx *bbolt.Tx) error {
			return tx.Bucket(inHeads).ForEach(func(id, v []byte) error {
				if h, ok := parseHead(v); !ok || h.run+lifetime < s.run {
					old = append(old, &table{id: bytes.Clone(id), head: h})
				}
				return nil
			})
		})
	})
	for _, t := range old {
		if err == nil {
			err = s.dropTable(t)
		}
	}
	return err
}

// dropTable empties a table, a piece at a time, before it goes: bbolt reads all of it into memory.
func (s *State) dropTable(t *table) error {
	if err := s.sweepTable(t); err != nil {
		return err
	}
	return guard(func() error {
		return s.db.Update(func(tx *bbolt.Tx) error {
			return cmp.Or(tx.Bucket(inHeads).Delete(t.id), tx.Bucket(inTables).DeleteBucket(t.id))
		})
	})
}

// head is what is known of a table.
type head struct {
	version [macLen]byte // keyed hash of the version that made it
	root    [macLen]byte // and of the folder
	run     uint64       // that used it last
	entries uint64
}

func (h head) bytes() []byte {
	b := append(h.version[:], h.root[:]...)
	b = binary.BigEndian.AppendUint64(b, h.run)
	return binary.BigEndian.AppendUint64(b, h.entries)
}

func parseHead(b []byte) (h head, ok bool) {
	if len(b) != 2*macLen+16 {
		return h, false
	}
	copy(h.version[:], b)
	copy(h.root[:], b[macLen:])
	h.run = binary.BigEndian.Uint64(b[2*macLen:])
	h.entries = binary.BigEndian.Uint64(b[2*macLen+8:])
	return h, true
}

// table returns the table of a root, given as a path; nil if there is none, since the state
// is damaged.
func (s *State) table(root string) *table {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, ok := s.tables[root]; ok {
		return t
	}
	if s.broken.Load() { // its locks may be held for ever
		return nil
	}
	abs, err := filepath.Abs(root)
	if err != nil {
		s.tables[root] = nil
		return nil
	}
	t := &table{whole: true}
	id := s.hash.sum(forTable, abs, s.terms.Policy)
	t.id = id[:macLen]
	key := s.hash.sum(forTable, string(id[:]), s.terms.Version)
	t.hash = newHasher(key[:])
	err = guard(func() error { return s.db.Update(func(tx *bbolt.Tx) error { return s.enter(tx, t, abs) }) })
	if err == nil && t.stale {
		err = s.sweepTable(t)
	}
	if err != nil {
		s.note(err)
		t = nil
	}
	s.tables[root] = t
	return t
}

// enter reads or makes the table of the folder abs.
func (s *State) enter(tx *bbolt.Tx, t *table, abs string) error {
	heads := tx.Bucket(inHeads)
	h, known := parseHead(heads.Get(t.id))
	version, root := s.hash.sum(forVersion, s.terms.Version), s.hash.sum(forRoot, abs)
	copy(t.head.version[:], version[:])
	copy(t.head.root[:], root[:])
	t.head.run, t.head.entries = s.run, h.entries
	use := Used
	switch {
	case known && h.version != t.head.version:
		use, t.stale = OtherVersion, true
	case !known && s.knows(heads, t.head.root):
		use = OtherOptions
	case !known:
		use = New
	}
	if s.use == New || s.use == Used { // else it has been said that there is more to it
		s.use = use
	}
	if n := t.head.entries; n > 0 && !t.stale {
		t.seen = newFilter(n)
	}
	_, err := tx.Bucket(inTables).CreateBucketIfNotExists(t.id)
	return cmp.Or(err, heads.Put(t.id, t.head.bytes()))
}

// knows tells whether there is any table of a root.
func (s *State) knows(heads *bbolt.Bucket, root [macLen]byte) (yes bool) {
	heads.ForEach(func(_, v []byte) error {
		h, ok := parseHead(v)
		yes = yes || ok && h.root == root
		return nil
	})
	return yes
}

// looksAtOnce touch some 10 MB of a large database.
const looksAtOnce = 1 << 16

// Look returns what was remembered of the file at rel beneath root, if the file, whose
// attributes are st now, is what it was. Files that could not be remembered
// today are not known either.
func (s *State) Look(root, rel string, st *unix.Stat_t) (fact string, ok bool) {
	if s == nil || s.terms.Unread || s.broken.Load() {
		return "", false
	}
	t := s.table(root)
	if t == nil {
		return "", false
	}
	n := t.name(rel)
	var v value
	err := guard(func() error {
		return s.db.View(func(tx *bbolt.Tx) error {
			if got := tx.Bucket(inTables).Bucket(t.id).Get(n[:]); len(got) == valLen {
				copy(v[:], got)
				ok = true
			}
			return nil
		})
	})
	if err != nil {
		s.failed(err)
		return "", false
	}
	if s.looks.Add(1)%looksAtOnce == 0 {
		s.shrink()
	}
	no, facts := int(binary.BigEndian.Uint16(v[macLen:])), *s.facts.Load()
	if !ok || no >= len(facts) {
		return "", false
	}
	fact = facts[no]
	if t.seal(rel, st, fact) != [macLen]byte(v[:macLen]) {
		return "", false
	}
	t.keep(n)
	return fact, true
}

func (t *table) keep(n name) {
	t.kept.Add(1)
	t.seen.add(n)
}

// Partly says that not all files beneath the root come by in this run: none is forgotten.
func (s *State) Partly(root string) {
	if s == nil {
		return
	}
	if t := s.table(root); t != nil {
		s.mu.Lock()
		t.whole = false
		s.mu.Unlock()
	}
}

// failed takes note of an error of the database.
func (s *State) failed(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.note(err)
}

// note is failed for who holds mu.
func (s *State) note(err error) {
	if errors.Is(err, errDamaged) {
		s.broken.Store(true)
		return
	}
	if s.err == nil {
		s.err = err
	}
}

// Use tells what the state was good for.
func (s *State) Use() Use {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.broken.Load():
		return Damaged
	case s.err != nil:
		return NotWritten
	case s.terms.Unread:
		return NotAsked
	}
	return s.use
}

// Err is why the state could not be written, nil if it could.
func (s *State) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// maxFact is the longest fact, in bytes.
const maxFact = 200

// number returns the number of a fact, which it gives to those that are new; ok is false
// if there are too many.
func (s *State) number(fact string) (no uint16, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if no, ok = s.words[fact]; ok {
		return no, true
	}
	facts := *s.facts.Load()
	if len(facts) >= min(maxFacts, math.MaxUint16) || len(fact) > maxFact {
		return 0, false
	}
	fact = strings.Clone(fact)
	facts = append(facts[:len(facts):len(facts)], fact)
	s.words[fact] = uint16(len(facts) - 1)
	s.facts.Store(&facts)
	return s.words[fact], true
}
