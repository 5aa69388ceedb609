package apply

import (
	"context"
	"sync"
)

// busy keeps a run from working on one file under two names at a time: each
// opening would take the other for another program's. It also keeps whoever
// waits for a file from waiting for ever, by having the batch performed in
// which the file lies.
type busy struct {
	mu      sync.Mutex
	changed *sync.Cond
	files   map[inode]bool
	waiting int
	hurry   chan struct{} // has a value when somebody began to wait
}

func newBusy() *busy {
	b := &busy{files: map[inode]bool{}, hurry: make(chan struct{}, 1)}
	b.changed = sync.NewCond(&b.mu)
	return b
}

// enter waits until nobody works on the file. It returns false if ctx ended first.
func (b *busy) enter(ctx context.Context, file inode) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.files[file] {
		b.files[file] = true
		return true
	}
	defer context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.changed.Broadcast()
	})()
	b.waiting++
	defer func() { b.waiting-- }()
	for b.files[file] && ctx.Err() == nil {
		b.rush()
		b.changed.Wait()
	}
	if ctx.Err() != nil {
		return false
	}
	b.files[file] = true
	return true
}

// rush has the batch performed that is being gathered.
func (b *busy) rush() {
	select {
	case b.hurry <- struct{}{}:
	default:
	}
}

func (b *busy) leave(file inode) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.files, file)
	b.changed.Broadcast()
}

// wanted tells whether somebody waits.
func (b *busy) wanted() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.waiting > 0
}
