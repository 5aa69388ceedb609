package station

import (
	"reflect"
	"time"

	"untag/platform/config"
	"untag/platform/drive"
	"untag/scrub"
)

// policy is how one drive is treated.
type policy struct {
	action config.Action
	rule   string
	scrub  scrub.Options
	settle time.Duration
}

func policyFor(c config.Config, d drive.Drive) policy {
	p := policy{settle: c.Settle}
	p.action, p.scrub, p.rule = c.For(config.Facts{
		Label: d.Label, UUID: d.UUID, Vendor: d.Vendor, Model: d.Model, FS: d.FS, Size: d.Size,
	})
	if d.ReadOnly && p.action == config.Scrub {
		p.action = config.Report
	}
	return p
}

func (p policy) same(other policy) bool { return reflect.DeepEqual(p, other) }
