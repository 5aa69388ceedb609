package station

import (
	"reflect"
	"sync"
	"time"

	"untag/platform/config"
	"untag/platform/drive"
	"untag/platform/walk"
	"untag/scrub"
)

// policy is how one drive is treated.
type policy struct {
	action config.Action
	rule   string
	scrub  scrub.Options
	settle time.Duration
	unmet  bool // rules ask for folders, and nobody has looked: it is looked at until then
}

// policyFor says how a drive is treated with these folders in its root, nil if they
// are not known, and this answer if it was asked about.
func policyFor(c config.Config, d drive.Drive, folders []string, answer config.Action) policy {
	p := policy{settle: c.Settle}
	facts := config.Facts{
		Label: d.Label, UUID: d.UUID, Vendor: d.Vendor, Model: d.Model, FS: d.FS, Size: d.Size, Folders: folders,
	}
	p.action, p.scrub, p.rule = c.For(facts)
	if p.action == config.Ask && answer != "" {
		p.action = answer
	}
	if p.unmet = c.MustLook(facts); p.unmet || d.ReadOnly && (p.action == config.Scrub || p.action == config.Ask) {
		p.action = config.Report
	}
	return p
}

// treatment is what a policy is made of, besides the configuration.
type treatment struct {
	mu      sync.Mutex // held while a policy is made, so that the last one knows all
	folders []string
	answer  config.Action
}

// treat has the drive treated by what is known now, after a change.
func (q *queue) treat(change func(*treatment)) {
	t := &q.treatment
	t.mu.Lock()
	defer t.mu.Unlock()
	change(t)
	q.station.mu.Lock()
	c := q.station.config
	q.station.mu.Unlock()
	q.setPolicy(policyFor(c, q.drive, t.folders, t.answer))
}

// maxRoot is how many folders of a root the rules are asked about.
const maxRoot = 10_000

// meet looks which folders are in the root, for rules that ask. Those of folders
// that come later are for the next time that it is mounted.
func (q *queue) meet() bool {
	_, root, end, ok := q.begin()
	if !ok {
		return false
	}
	defer end()
	folders := []string{}
	err := root.List("", func(e *walk.Entry, isFolder bool) {
		if isFolder && len(folders) < maxRoot {
			folders = append(folders, e.Rel)
		}
	})
	if err != nil {
		q.cantOpen(err)
		return false
	}
	q.treat(func(t *treatment) { t.folders = folders })
	return true
}

// Decide says what is done with a drive for which the configuration has it that
// somebody is asked, for as long as it is mounted.
func (s *Station) Decide(id uint64, a config.Action) error {
	q, err := s.queue(id)
	if err == nil {
		q.treat(func(t *treatment) { t.answer = a })
	}
	return err
}

func (p policy) same(other policy) bool { return reflect.DeepEqual(p, other) }
