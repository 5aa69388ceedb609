package apply

import (
	"context"
	"sync"
)

// busy keeps a run from working on one file under two names at a time: each
// opening would take the other for another program's. It also keeps whoever
// waits for a file from waiting for ever, by having the batch performed in
// which the file lies, and by refusing to wait for who waits in turn.
type busy struct {
	mu      sync.Mutex
	changed *sync.Cond
	files   map[inode]inode // being worked on, each with what whoever does so waits for; zero for nothing
	waiting int
	hurry   chan struct{} // has a value when somebody began to wait
}

func newBusy() *busy {
	b := &busy{files: map[inode]inode{}, hurry: make(chan struct{}, 1)}
	b.changed = sync.NewCond(&b.mu)
	return b
}

// enter waits until nobody works on the file. It returns why ctx ended, if that came first,
// errHeld if the file is the one that the caller works on already, and ErrInUse if whoever
// works on it waits for that one: names can change hands while they are followed.
func (b *busy) enter(ctx context.Context, file, held inode) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, taken := b.files[file]; !taken {
		b.files[file] = inode{}
		return nil
	}
	defer context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.changed.Broadcast()
	})()
	b.waiting++
	defer func() { b.waiting-- }()
	if held != (inode{}) {
		if err := b.ends(file, held); err != nil {
			return err
		}
		b.files[held] = file
		defer func() { b.files[held] = inode{} }()
	}
	for {
		_, taken := b.files[file]
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case !taken:
			b.files[file] = inode{}
			return nil
		}
		b.rush()
		b.changed.Wait()
	}
}

// ends returns an error if to wait for the file would be to wait for who holds held.
func (b *busy) ends(file, held inode) error {
	if file == held {
		return errHeld
	}
	for next := b.files[file]; next != (inode{}); next = b.files[next] {
		if next == held {
			return ErrInUse
		}
	}
	return nil
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
