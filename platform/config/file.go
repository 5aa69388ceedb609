package config

import (
	"fmt"
	"path/filepath"
	"time"

	"untag/scrub"
)

// file is what a TOML file may say; nil is what it doesn't say. Values are
// plain texts, since go-toml v2.4.3 loses the place of some errors that
// UnmarshalText returns, and doesn't ask it for each element of an array.
type file struct {
	Action         *string `toml:"action"`
	Settle         *string `toml:"settle"`
	RequireSandbox *bool   `toml:"require_sandbox"`
	Notify         *string `toml:"notify"`
	policy
	Rules []rule `toml:"rule"`

	from    string
	settle  time.Duration // checked, as are matches
	matches []Match
}

type policy struct {
	Profile *string   `toml:"profile"`
	Keep    *[]string `toml:"keep"`
	Remove  *[]string `toml:"remove"`
	Depth   *string   `toml:"depth"`
	Signed  *bool     `toml:"leave_signed"`
}

type rule struct {
	Name   *string `toml:"name"`
	Action *string `toml:"action"`
	Match  *match  `toml:"match"`
	policy
}

type match struct {
	Label   *string `toml:"label"`
	UUID    *string `toml:"uuid"`
	Vendor  *string `toml:"vendor"`
	Model   *string `toml:"model"`
	FS      *string `toml:"fs"`
	Folder  *string `toml:"folder"`
	MinSize *string `toml:"min_size"`
	MaxSize *string `toml:"max_size"`
}

func parse(path string, text []byte) (*file, error) {
	f := &file{from: path}
	if err := decode(path, text, f); err != nil {
		return nil, err
	}
	c := checker{file: f, text: text, places: locate(text)}
	c.check()
	return f, c.err()
}

// override sets in c what the file says.
func (f *file) override(c *Config) {
	setWord(&c.Action, f.Action)
	if f.Settle != nil {
		c.Settle = f.settle
	}
	set(&c.RequireSandbox, f.RequireSandbox)
	setWord(&c.Notify, f.Notify)
	setWord(&c.Profile, f.Profile)
	setWord(&c.Depth, f.Depth)
	set(&c.LeaveSigned, f.Signed)
	setKinds(&c.Keep, f.Keep)
	setKinds(&c.Remove, f.Remove)
	var rules []Rule
	for i := range f.Rules {
		rules = append(rules, f.rule(i))
	}
	c.Rules = append(rules, c.Rules...)
}

func (f *file) rule(i int) Rule {
	from := f.Rules[i]
	r := Rule{Name: f.name(i), Match: f.matches[i], LeaveSigned: from.Signed}
	setWord(&r.Action, from.Action)
	if from.Profile != nil {
		r.Profile = (*scrub.Profile)(from.Profile)
	}
	if from.Depth != nil {
		r.Depth = (*scrub.Depth)(from.Depth)
	}
	setKinds(&r.Keep, from.Keep)
	setKinds(&r.Remove, from.Remove)
	return r
}

// name is what the rule is called, or else where it stands.
func (f *file) name(i int) string {
	if n := f.Rules[i].Name; n != nil {
		return *n
	}
	return fmt.Sprintf("rule %d of %s", i+1, filepath.Base(f.from))
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

func setWord[T ~string](to *T, from *string) {
	if from != nil {
		*to = T(*from)
	}
}

func setKinds(to *[]scrub.Kind, from *[]string) {
	if from == nil {
		return
	}
	*to = []scrub.Kind{}
	for _, k := range *from {
		*to = append(*to, scrub.Kind(k))
	}
}
