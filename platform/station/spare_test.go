package station

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"untag/platform/apply"
	"untag/platform/config"
	"untag/platform/drive"
)

// tender counts the planners that were asked for, got ready and dismissed.
type tender struct {
	apply.Planner
	started, ready, dismissed int
}

func (n *tender) Warm(context.Context, int) { n.ready++ }

func (n *tender) planners() (apply.Planner, func(), error) {
	n.started++
	return n, func() { n.dismissed++ }, nil
}

func TestSpare(t *testing.T) {
	plugged := drive.Event{Kind: drive.Attached, Drive: drive.Drive{ID: 1, Label: "STICK"}}
	ignored := config.Config{Rules: []config.Rule{{Match: config.Match{Label: "STICK"}, Action: config.Ignore}}}
	for name, c := range map[string]struct {
		config config.Config
		then   func(s *Station)
		want   tender
	}{
		"taken by the drive":         {then: func(s *Station) { taken(s) }, want: tender{started: 1, ready: 1}},
		"for two drives":             {then: func(s *Station) { s.handle(context.Background(), plugged) }, want: tender{started: 1, ready: 1}},
		"pulled before it is served": {then: func(s *Station) { s.handle(context.Background(), drive.Event{Kind: drive.Gone, Drive: plugged.Drive}) }, want: tender{started: 1, ready: 1, dismissed: 1}},
		"never mounted":              {then: func(*Station) { time.Sleep(spareFor) }, want: tender{started: 1, ready: 1, dismissed: 1}},
		"taken in time":              {then: func(s *Station) { taken(s); time.Sleep(2 * spareFor) }, want: tender{started: 1, ready: 1}},
		"a new policy":               {then: func(s *Station) { s.SetConfig(config.Config{}) }, want: tender{started: 1, ready: 1, dismissed: 1}},
		"the end":                    {then: (*Station).stop, want: tender{started: 1, ready: 1, dismissed: 1}},
		"ignored":                    {config: ignored, then: func(*Station) {}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var n tender
				s := New(Options{Planners: n.planners, Config: c.config})
				s.handle(t.Context(), plugged)
				synctest.Wait()
				c.then(s)
				synctest.Wait()
				if n != c.want {
					t.Errorf("%+v, want %+v", n, c.want)
				}
			})
		})
	}
}

// taken has a drive want a planner.
func taken(s *Station) {
	q := newQueue(context.Background(), s, drive.Drive{}, policy{})
	q.plan()
}
