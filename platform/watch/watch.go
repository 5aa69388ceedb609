package watch

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fsnotify/fsnotify"
	"golang.org/x/sys/unix"

	"untag/platform/walk"
)

// ErrNoWatches means that no more folders can be watched: the drive has to be
// looked through now and then instead.
var ErrNoWatches = errors.New("the limit on watched folders is reached (fs.inotify.max_user_watches)")

// maxFolders are watched for one drive, so that it can't take the watches away
// from all other programs of the user.
const maxFolders = 1 << 16

// Options are what a folder is watched under.
type Options struct {
	// Settle is for how long a file must not have changed.
	Settle time.Duration
	// Folders is how many are watched at most; 0 chooses.
	Folders int
}

// Changes is what has happened.
type Changes struct {
	Files   []File   // changed, created, moved or removed, and quiet since
	Folders []string // that are new: watch each, then list it
	Lost    bool     // more happened than could be noted: look through everything
}

// Watcher watches folders beneath a root.
type Watcher struct {
	root  string
	most  int
	fs    *fsnotify.Watcher
	ready chan struct{}
	ended sync.WaitGroup // of those who listen
	*settling

	mu      sync.Mutex
	watched map[string]struct{} // folders, by path beneath the root
	folders []string            // new ones
	lost    atomic.Bool
}

// New begins to watch nothing yet. The root is a clean path.
func New(root string, opt Options) (*Watcher, error) {
	fs, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoWatches, err)
	}
	w := &Watcher{root: root, most: opt.Folders, fs: fs, ready: make(chan struct{}, 1), watched: map[string]struct{}{}}
	if w.most <= 0 {
		w.most = maxFolders
	}
	w.settling = newSettling(opt.Settle, w.wakeUp)
	w.ended.Go(w.listen)
	w.ended.Go(w.hearErrors)
	return w, nil
}

// Close ends the watching.
func (w *Watcher) Close() error {
	err := w.fs.Close()
	w.ended.Wait()
	w.settling.close()
	return err
}

// Ready has a value when there is something to take, and when there is more to
// wait for than was said.
func (w *Watcher) Ready() <-chan struct{} { return w.ready }

func (w *Watcher) wakeUp() {
	select {
	case w.ready <- struct{}{}:
	default:
	}
}

// Take hands out what has happened since the last call.
func (w *Watcher) Take() Changes {
	files, full := w.take()
	w.mu.Lock()
	defer w.mu.Unlock()
	c := Changes{Files: files, Folders: w.folders, Lost: w.lost.Swap(false) || full}
	w.folders = nil
	return c
}

// Watch listens to the folder at rel, "" being the root.
func (w *Watcher) Watch(rel string) error {
	w.mu.Lock() // so that what moves meanwhile is handled afterwards
	defer w.mu.Unlock()
	if _, known := w.watched[rel]; !known && len(w.watched) >= w.most {
		return ErrNoWatches
	}
	// Always anew: another folder may have taken the name.
	err := w.fs.Add(w.path(rel))
	if errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.ENOMEM) {
		return ErrNoWatches
	}
	if err == nil {
		w.watched[rel] = struct{}{}
	}
	return err
}

// Touch has the file at rel wait as if it had changed now.
func (w *Watcher) Touch(rel string) { w.touch(rel) }

// Expect says that we have changed the file at rel, and what it looked like
// when we left it. It will be handed out with that, once.
func (w *Watcher) Expect(rel string, known Stamp) { w.expect(rel, known) }

// Later has a file that was in use handed out again, after a pause that doubles
// each time.
func (w *Watcher) Later(f File) { w.later(f) }

// Waiting lists the files that are not quiet yet, but for those that are only
// tried again later.
func (w *Watcher) Waiting() []File { return w.unsettled() }

// Unsettled counts the files that wait, or are to be taken, because somebody else has
// changed them.
func (w *Watcher) Unsettled() int {
	w.settling.mu.Lock()
	defer w.settling.mu.Unlock()
	n := w.changed
	for _, f := range w.ripe {
		if f.Known == (Stamp{}) {
			n++
		}
	}
	return n
}

// SetSettle changes for how long a file must not have changed.
func (w *Watcher) SetSettle(d time.Duration) { w.set(d) }

func (w *Watcher) path(rel string) string {
	if rel == "" {
		return w.root
	}
	return path.Join(w.root, rel)
}

// rel returns the path beneath the root, and false for the root itself.
func (w *Watcher) rel(name string) (string, bool) {
	rest, ok := strings.CutPrefix(name, w.root)
	rest = strings.TrimPrefix(rest, "/")
	return strings.Clone(rest), ok && rest != ""
}

func (w *Watcher) listen() {
	for e := range w.fs.Events {
		w.handle(e)
	}
}

// hearErrors takes note of an overflow, or that reading failed: events are missing. It
// waits for no lock, and goes on while an event is handled: fsnotify holds a lock of its
// own until some errors are taken, and whoever adds or removes a watch waits for that.
func (w *Watcher) hearErrors() {
	for range w.fs.Errors {
		w.lost.Store(true)
		w.wakeUp()
	}
}

func (w *Watcher) handle(e fsnotify.Event) {
	rel, ok := w.rel(e.Name)
	if !ok {
		return // the root itself, or an event without a name
	}
	if _, temp := walk.ParseTemp(path.Base(rel)); temp {
		return // our own
	}
	if e.Has(fsnotify.Rename) || e.Has(fsnotify.Remove) {
		w.forget(rel, e.Has(fsnotify.Rename))
	} else if !e.Has(fsnotify.Create) {
		w.touch(rel)
		return
	}
	// What is told of may be older than the folder that has the name by now, and
	// forgetting the one ended the watching of the other.
	if isFolder(e.Name) {
		w.arrived(rel)
		return
	}
	w.touch(rel)
}

func isFolder(name string) bool {
	var st unix.Stat_t
	return unix.Lstat(name, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFDIR
}

// arrived notes a new folder.
func (w *Watcher) arrived(rel string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.folders) >= maxFolders {
		w.folders = nil
		w.lost.Store(true)
	}
	w.folders = append(w.folders, rel)
	w.wakeUp()
}

// forget ends the watching of a folder that is not at rel any more, and of all
// beneath if it was moved: inotify goes on telling what happens in folders that
// were moved along with one above them, and fsnotify under the names that they
// had before, even if they are added under the new ones.
func (w *Watcher) forget(rel string, moved bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, folder := w.watched[rel]; !folder {
		return
	}
	w.end(rel)
	if !moved {
		return
	}
	for f := range w.watched {
		if strings.HasPrefix(f, rel+"/") {
			w.end(f)
		}
	}
}

func (w *Watcher) end(rel string) {
	w.fs.Remove(w.path(rel)) // it may have ended by itself
	delete(w.watched, rel)
}
