package formats_test

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"untag/scrub"
	"untag/scrub/scrubtest"
)

// Real files, whole and damaged, before decoders. make test tries a few by lot;
// UNTAG_DAMAGES and UNTAG_SECONDS, numbers of damages and seconds, have it try more,
// and UNTAG_SEED others.
func TestDecodersOnCorpus(t *testing.T) {
	most, limit := number("UNTAG_DAMAGES", 250), time.Duration(number("UNTAG_SECONDS", 60))*time.Second
	if testing.Short() {
		most, limit = 20, 10*time.Second
	}
	dir := corpusDir(t)
	j := summon(t)
	trials := pick(j, dir, most, uint64(number("UNTAG_SEED", 1)))
	var ledger ledger
	until := time.Now().Add(limit)
	each(trials, until, func(x trial) { ledger.book(t, x, j.try(x)) })
	t.Logf("%s\n%s", j.count(), ledger.table())
}

func number(name string, usual int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return usual
}

// largest is the most bytes of a real file that is damaged.
const largest = 3 << 20

// trial is a real file and what is done to it: nothing, one bit flipped, or cut.
type trial struct {
	path, format string
	bit          scrubtest.Bit // with no Mask: none
	cut          int64         // or -1
}

func (x trial) String() string {
	switch {
	case x.cut >= 0:
		return fmt.Sprintf("%s cut at 0x%x", x.path, x.cut)
	case x.bit.Mask != 0:
		return fmt.Sprintf("%s: %v", x.path, x.bit)
	}
	return x.path
}

// kind is what the ledger counts under.
func (x trial) kind() string {
	switch {
	case x.cut >= 0:
		return x.format + ", cut"
	case x.bit.Place == "type":
		return x.format + ", a bit of a type"
	case x.bit.Mask != 0:
		return x.format + ", any bit"
	}
	return x.format + ", whole"
}

// pick returns trials by lot: of types for the most part, where a format has them.
func pick(j *jury, dir string, most int, seed uint64) (all []trial) {
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil || len(data) > largest || len(data) == 0 {
			return nil
		}
		if format := j.engine.Sniff(bytesOf(data)); format != "" {
			all = append(all, trialsOf(j, path, format, data, seed)...)
		}
		return nil
	})
	r := rand.New(rand.NewPCG(seed, 10))
	slices.SortFunc(all, func(a, b trial) int { return strings.Compare(a.String(), b.String()) })
	r.Shuffle(len(all), func(a, b int) { all[a], all[b] = all[b], all[a] })
	return all[:min(most, len(all))]
}

// perFile is how many trials of a kind one file is good for.
const perFile = 60

func trialsOf(j *jury, path, format string, data []byte, seed uint64) (all []trial) {
	h := fnv.New64a()
	h.Write([]byte(filepath.Base(path)))
	r := rand.New(rand.NewPCG(h.Sum64(), seed))
	all = append(all, trial{path: path, format: format, cut: -1})
	for range 3 {
		all = append(all, trial{path: path, format: format, cut: r.Int64N(int64(len(data)))})
	}
	types := scrubtest.Types(format, data)
	r.Shuffle(len(types), func(a, b int) { types[a], types[b] = types[b], types[a] })
	width := int64(4)
	if format == "jpeg" {
		width = 1
	}
	for _, off := range types[:min(perFile, len(types))] {
		off += r.Int64N(width)
		all = append(all, trial{path, format, scrubtest.Bit{Off: off, Mask: 1 << r.IntN(8), Place: "type"}, -1})
	}
	p, err := j.engine.Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{Depth: scrub.DepthIndex})
	if err != nil {
		return all
	}
	if p.Refused != "" || len(p.Map) < 4 { // nothing is known of it: its head is as good as any
		p = &scrub.Plan{Map: []scrub.Span{{Len: min(1024, p.Size), Role: scrub.Structure, Place: "head"}}}
	}
	for _, b := range scrubtest.PickBits(p, 12, r) {
		all = append(all, trial{path, format, b, -1})
	}
	return all
}

// each tries all trials, two at a time on two processors, until the time is up.
func each(all []trial, until time.Time, f func(trial)) {
	var wg sync.WaitGroup
	next := make(chan trial)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for x := range next {
				f(x)
			}
		})
	}
	for _, x := range all {
		if time.Now().After(until) {
			break
		}
		next <- x
	}
	close(next)
	wg.Wait()
}

// try returns what a trial breaks.
func (j *jury) try(x trial) (wrong []string) {
	sound, err := os.ReadFile(x.path)
	if err != nil {
		return []string{err.Error()}
	}
	data := sound
	switch {
	case x.cut >= 0:
		data = data[:min(x.cut, int64(len(data)))]
	case x.bit.Mask != 0:
		if x.bit.Place == "type" {
			wrong = j.costs(x, data)
		}
		data = x.bit.Flip(data)
	}
	lost, p, err := j.lost(filepath.Ext(x.path), data, sound)
	if err != nil {
		return []string{err.Error()}
	}
	for _, l := range lost {
		wrong = append(wrong, fmt.Sprintf("law 10: %s; %s %s %q", l, p.Status(), p.Refused, p.Doubts))
	}
	return wrong
}

// costs holds a bit of a type to law 9, for media that are parsed.
func (j *jury) costs(x trial, data []byte) (wrong []string) {
	h := scrubtest.Harness{Engine: j.engine}
	whole, err := j.engine.Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{})
	if err != nil || whole.Refused != "" {
		return nil
	}
	for _, b := range h.Bit(data, whole, x.bit) {
		wrong = append(wrong, b.String())
	}
	return wrong
}

// ledger counts what was tried and what was wrong, by format and damage.
type ledger struct {
	mu    sync.Mutex
	tried map[string]int
	wrong map[string]int
}

func (l *ledger) book(t *testing.T, x trial, wrong []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.tried == nil {
		l.tried, l.wrong = map[string]int{}, map[string]int{}
	}
	l.tried[x.kind()]++
	if len(wrong) > 0 {
		l.wrong[x.kind()]++
	}
	for _, w := range wrong {
		t.Errorf("%v: %s", x, w)
	}
}

func (l *ledger) table() string {
	var b strings.Builder
	all, bad := 0, 0
	for _, k := range slices.Sorted(maps.Keys(l.tried)) {
		fmt.Fprintf(&b, "%7d tried %5d wrong  %s\n", l.tried[k], l.wrong[k], k)
		all, bad = all+l.tried[k], bad+l.wrong[k]
	}
	fmt.Fprintf(&b, "%7d tried %5d wrong  in all", all, bad)
	return b.String()
}
