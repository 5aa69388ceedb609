package config

import (
	"cmp"
	"slices"
	"strings"

	"untag/scrub"
)

// For says what to do with a drive, under which options, and by which rule; ""
// is the rule if none matches.
func (c Config) For(f Facts) (Action, scrub.Options, string) {
	opt := scrub.Options{Policy: scrub.Policy{Profile: c.Profile, Keep: c.Keep, Remove: c.Remove, LeaveSigned: c.LeaveSigned}, Depth: c.Depth}
	for _, r := range c.Rules {
		if r.Match.holds(f) {
			return cmp.Or(r.Action, c.Action), r.override(opt), r.Name
		}
	}
	return c.Action, opt, ""
}

// MustLook tells whether what is to be done with a drive depends on the folders
// in its root, and nobody has looked yet.
func (c Config) MustLook(f Facts) bool {
	for _, r := range c.Rules {
		folder := r.Match.Folder
		if r.Match.Folder = ""; r.Match.holds(f) {
			return folder != "" && f.Folders == nil
		}
	}
	return false
}

func (r Rule) override(opt scrub.Options) scrub.Options {
	set(&opt.Policy.Profile, r.Profile)
	set(&opt.Depth, r.Depth)
	set(&opt.Policy.LeaveSigned, r.LeaveSigned)
	if r.Keep != nil {
		opt.Policy.Keep = r.Keep
	}
	if r.Remove != nil {
		opt.Policy.Remove = r.Remove
	}
	return opt
}

func (m Match) holds(f Facts) bool {
	for _, t := range [][2]string{{m.Label, f.Label}, {m.UUID, f.UUID}, {m.Vendor, f.Vendor}, {m.Model, f.Model}, {m.FS, f.FS}} {
		if t[0] != "" && !like(t[0], t[1]) {
			return false
		}
	}
	if m.Folder != "" && !slices.ContainsFunc(f.Folders, func(name string) bool { return like(m.Folder, name) }) {
		return false
	}
	return f.Size >= m.MinSize && (m.MaxSize == 0 || f.Size <= m.MaxSize)
}

// like tells whether s is what the pattern says. After a mismatch only the last
// "*" can take one character more, so the time is at most that of all pairs.
func like(pattern, s string) bool {
	p, t := []rune(strings.ToLower(pattern)), []rune(strings.ToLower(s))
	star, from := -1, 0
	i, j := 0, 0
	for j < len(t) {
		switch {
		case i < len(p) && p[i] == '*':
			star, from = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == t[j]):
			i, j = i+1, j+1
		case star >= 0:
			from++
			i, j = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(string(p[i:]), "*") == ""
}
