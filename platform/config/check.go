package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"untag/scrub"
)

// maxSettle: who waits longer has written something else than was meant.
const maxSettle = 24 * time.Hour

// checker looks for what is TOML and yet makes no sense.
type checker struct {
	*file
	text   []byte
	places *places
	errs   []error
}

// err is all that was found, in the order of the file.
func (c *checker) err() error {
	slices.SortStableFunc(c.errs, func(a, b error) int { return a.(*Error).off - b.(*Error).off })
	return errors.Join(c.errs...)
}

// fail notes what is wrong with the value at key.
func (c *checker) fail(key, format string, args ...any) {
	c.errs = append(c.errs, newError(c.from, c.text, c.places.of[key], fmt.Sprintf(format, args...)))
}

func (c *checker) check() {
	for _, w := range c.places.wrong {
		c.errs = append(c.errs, newError(c.from, c.text, w.place, w.why))
	}
	if len(c.errs) > 0 {
		return
	}
	c.oneOf("action", c.Action, string(Scrub), string(Report), string(Ask))
	c.checkPolicy("", c.policy)
	if c.Settle != nil {
		c.settle = c.duration("settle", *c.Settle)
	}
	c.oneOf("notify", c.Notify, string(NotifyAll), string(NotifyProblems), string(NotifyNone))
	for i, r := range c.Rules {
		c.checkRule(fmt.Sprintf("rule.%d", i), r)
	}
	c.checkReached()
}

func (c *checker) checkPolicy(at string, p policy) {
	c.oneOf(at+"profile", p.Profile, string(scrub.ProfileDevice), string(scrub.ProfileStrict))
	c.oneOf(at+"depth", p.Depth, string(scrub.DepthAuto), string(scrub.DepthIndex), string(scrub.DepthDeep))
	if p.Keep != nil {
		for i, k := range *p.Keep {
			c.sound(fmt.Sprintf("%skeep.%d", at, i), scrub.Policy{Keep: []scrub.Kind{scrub.Kind(k)}})
			if p.Remove != nil && slices.Contains(*p.Remove, k) {
				c.fail(fmt.Sprintf("%skeep.%d", at, i), "%q is to be kept and to be removed", k)
			}
		}
	}
	if p.Remove != nil {
		for i, k := range *p.Remove {
			c.sound(fmt.Sprintf("%sremove.%d", at, i), scrub.Policy{Remove: []scrub.Kind{scrub.Kind(k)}})
		}
	}
}

func (c *checker) sound(key string, p scrub.Policy) {
	if err := p.Check(); err != nil {
		c.fail(key, "%s: %s", err, kinds(len(p.Keep) > 0))
	}
}

func kinds(keep bool) string {
	var words []string
	for _, k := range scrub.Kinds() {
		if !keep || k.Keepable() {
			words = append(words, string(k))
		}
	}
	return list(words)
}

func (c *checker) oneOf(key string, value *string, words ...string) {
	if value != nil && !slices.Contains(words, *value) {
		c.fail(key, "no %s %q: %s", lastName(key), *value, list(words))
	}
}

// list is "a, b or c".
func list(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

func (c *checker) duration(key, s string) time.Duration {
	d, err := time.ParseDuration(s)
	switch {
	case err != nil:
		c.fail(key, `no duration %q: a number and a unit, as in "2s", "500ms" or "1m"`, s)
	case d < 0:
		c.fail(key, "%s is negative", key)
	case d > maxSettle:
		c.fail(key, "%s is longer than a day", key)
	}
	return d
}

func (c *checker) checkRule(key string, r rule) {
	if r.Name != nil && *r.Name == "" {
		c.fail(key+".name", "name is empty")
	}
	c.oneOf(key+".action", r.Action, string(Scrub), string(Report), string(Ask), string(Ignore))
	c.checkPolicy(key+".", r.policy)
	var m Match
	if r.Match != nil {
		m = c.match(key+".match", *r.Match)
	}
	c.matches = append(c.matches, m)
}

func (c *checker) match(key string, m match) Match {
	return Match{
		Label: c.pattern(key+".label", m.Label), UUID: c.pattern(key+".uuid", m.UUID),
		Vendor: c.pattern(key+".vendor", m.Vendor), Model: c.pattern(key+".model", m.Model), FS: c.pattern(key+".fs", m.FS),
		Folder:  c.pattern(key+".folder", m.Folder),
		MinSize: c.size(key+".min_size", m.MinSize), MaxSize: c.maxSize(key, m),
	}
}

// pattern refuses the empty text, which may have been meant to match drives
// without a label or all drives.
func (c *checker) pattern(key string, s *string) string {
	if s == nil {
		return ""
	}
	if *s == "" {
		c.fail(key, `%s is empty: "*" matches anything, and so does leaving it out`, lastName(key))
	}
	return *s
}

func (c *checker) size(key string, s *string) int64 {
	if s == nil {
		return 0
	}
	n, err := ParseSize(*s)
	if err != nil {
		c.fail(key, "%s", err)
	}
	return n
}

func (c *checker) maxSize(key string, m match) int64 {
	n := c.size(key+".max_size", m.MaxSize)
	if n == 0 || m.MinSize == nil {
		return n
	}
	if least, err := ParseSize(*m.MinSize); err == nil && least > n {
		c.fail(key+".max_size", "max_size is less than min_size: no drive matches")
	}
	return n
}

// checkReached finds rules that stand after one for every drive.
func (c *checker) checkReached() {
	for i := range c.Rules {
		if c.matches[i] == (Match{}) && i+1 < len(c.Rules) {
			c.fail(fmt.Sprintf("rule.%d", i+1), "this rule is never reached: rule %d before it is for every drive", i+1)
			return
		}
	}
}
