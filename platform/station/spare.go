package station

import (
	"context"
	"sync"
	"time"

	"untag/platform/apply"
)

// spareFor is how long a planner is kept ready for a drive that was plugged in:
// desktops mount one within a second or two, and others may never.
const spareFor = 10 * time.Second

// spare is a planner that gets ready while a drive is being mounted, which takes
// as long as a worker needs to start.
type spare struct {
	mu      sync.Mutex
	planner apply.Planner // nil if there is none
	dismiss func()
	expiry  *time.Timer
}

// ready sees to it that there is a planner, for n files at a time. What fails is
// found by the drive that needs one.
func (s *spare) ready(ctx context.Context, planners Planners, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.planner != nil {
		s.expiry.Reset(spareFor)
		return
	}
	p, dismiss, err := planners()
	if err != nil {
		return
	}
	s.planner, s.dismiss = p, dismiss
	s.expiry = time.AfterFunc(spareFor, s.drop)
	go warm(ctx, p, n)
}

// take hands the planner over, nil if there is none.
func (s *spare) take() (p apply.Planner, dismiss func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.planner == nil {
		return nil, nil
	}
	s.expiry.Stop()
	p, dismiss = s.planner, s.dismiss
	s.planner, s.dismiss = nil, nil
	return p, dismiss
}

func (s *spare) drop() {
	if p, dismiss := s.take(); p != nil {
		dismiss()
	}
}

// warm has a planner get ready for n files at a time, if it has to.
func warm(ctx context.Context, p apply.Planner, n int) {
	if p, ok := p.(interface{ Warm(context.Context, int) }); ok {
		p.Warm(ctx, n)
	}
}
