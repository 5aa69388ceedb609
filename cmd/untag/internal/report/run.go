package report

import (
	"slices"

	"untag/platform/apply"
	"untag/platform/walk"
)

// Run is what a report is a report of, as its JSON has it: reports of parts are put
// together by that.
type Run struct {
	Verb    Verb     `json:"verb"`
	DryRun  bool     `json:"dry_run"`
	Version string   `json:"version"`
	Policy  Policy   `json:"policy"`
	Paths   []string `json:"paths"` // as they were given
	Shard   *Shard   `json:"shard,omitempty"`
}

// Policy is under what the files were looked at. Whether files are clean can only be
// compared where it is the same.
type Policy struct {
	Profile     string   `json:"profile"`
	Keep        []string `json:"keep"`
	Remove      []string `json:"remove"`
	Depth       string   `json:"depth"`
	Cut         bool     `json:"cut"`
	LeaveSigned bool     `json:"leave_signed"`
	LeftOut     []string `json:"left_out,omitempty"` // options by which files were left out, as they were given
}

// Shard is part I of N, I counting from 0.
type Shard struct {
	I int `json:"i"`
	N int `json:"n"`
}

// NewRun says what work under the options is.
func NewRun(verb Verb, version string, paths []string, opt apply.Options) *Run {
	p := opt.Scrub.Policy
	r := &Run{
		Verb: verb, DryRun: verb == Scrub && opt.DryRun, Version: version, Paths: make([]string, 0, len(paths)), Shard: shardOf(opt.Choice.Shard),
		Policy: Policy{string(p.Profile), words(p.Keep), words(p.Remove), string(opt.Scrub.Depth), opt.Scrub.Cut, p.LeaveSigned, nil},
	}
	for _, path := range paths {
		r.Paths = append(r.Paths, valid(path))
	}
	return r
}

func shardOf(s walk.Shard) *Shard {
	if s.N == 0 {
		return nil
	}
	return &Shard{s.I, s.N}
}

// words of a policy, in an order of their own: that in which they were given says nothing.
func words[T ~string](kinds []T) []string {
	all := make([]string, 0, len(kinds))
	for _, k := range kinds {
		all = append(all, string(k))
	}
	slices.Sort(all)
	return slices.Compact(all)
}
