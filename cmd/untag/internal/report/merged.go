package report

import (
	"fmt"
	"slices"
	"strings"

	"untag/cmd/untag/internal/text"
	"untag/platform/lang"
)

// Merged is what is said beside the totals where reports were put together.
type Merged struct {
	Reports  int      `json:"reports"` // that were read
	Left     int      `json:"reports_not_counted"`
	Broken   int      `json:"broken_lines"`
	Jobs     []Job    `json:"jobs"`
	Versions []Number `json:"versions"`
	Policies []Number `json:"policies"`
}

// Job is work that was divided into shards. Lists of shards are written as Slurm's
// --array takes them: "3,5-7".
type Job struct {
	Verb        Verb     `json:"verb"`
	DryRun      bool     `json:"dry_run"`
	Paths       []string `json:"paths"`
	Shards      int      `json:"shards"`
	Whole       int      `json:"whole"`
	Missing     string   `json:"missing"`     // without a report
	Died        string   `json:"died"`        // whose report has no end
	Interrupted string   `json:"interrupted"` // which reached not all of their files
	Again       string   `json:"again"`       // all of these
	Repeated    string   `json:"repeated"`    // with more than one report, one of which is counted
	Doubled     string   `json:"doubled"`     // with more than one whole report, the worst of which is counted
	Policies    []Under  `json:"policies"`    // of the reports that count
}

// Under is which shards were run under a policy.
type Under struct {
	Text   string `json:"text"`
	Shards string `json:"shards"`
}

// Number is in how many reports something is so.
type Number struct {
	Text    string `json:"text"`
	Reports int    `json:"reports"`
}

const mostJobs = 5 // that have a line in the totals

// rows are those of the totals.
func (m *Merged) rows() (rows [][]string) {
	reports := fmt.Sprint(m.Reports)
	if m.Left > 0 {
		reports += "; " + lang.N("%d of a shard that has another is not counted", "%d of shards that have others are not counted", m.Left)
	}
	rows = append(rows, []string{lang.T("reports"), reports})
	for i, j := range m.Jobs {
		if i == mostJobs {
			rows = append(rows, []string{"", lang.N("and %d more", "and %d more", len(m.Jobs)-i)})
			break
		}
		rows = append(rows, []string{lang.T("shards"), j.words()})
	}
	rows = append(rows, differing(lang.T("versions"), m.Versions)...)
	return append(rows, differing(lang.T("policies"), m.Policies)...)
}

// differing is a row for what should be the same in all reports, and is not.
func differing(name string, numbers []Number) [][]string {
	if len(numbers) < 2 {
		return nil
	}
	var all []string
	for _, n := range numbers {
		all = append(all, lang.T("%s in %d", text.Quote(n.Text), n.Reports))
	}
	return [][]string{{name, lang.T("not the same: %s", text.List(all, mostJobs, "; "))}}
}

// Of names the paths of a job.
func (j Job) Of() string {
	var all []string
	for _, p := range j.Paths {
		all = append(all, text.Name(p))
	}
	return text.List(all, mostJobs, " ")
}

// Differs says that policies differ, "" if there is but one: what is clean under one may not
// be so under another.
func (j Job) Differs() string {
	if len(j.Policies) < 2 {
		return ""
	}
	var all []string
	for _, u := range j.Policies {
		all = append(all, lang.T("%s (shards %s)", text.Quote(u.Text), u.Shards))
	}
	return lang.T("the shards of %s were run under different policies: %s", j.Of(), text.List(all, mostJobs, "; "))
}

func (j Job) words() string {
	s := lang.T("%d of %d of %s are whole", j.Whole, j.Shards, j.Of())
	for _, p := range []struct{ format, shards string }{
		{lang.T("missing: %s", j.Missing), j.Missing},
		{lang.T("died: %s", j.Died), j.Died},
		{lang.T("interrupted: %s", j.Interrupted), j.Interrupted},
		{lang.T("tried more than once: %s", j.Repeated), j.Repeated},
		{lang.T("whole more than once, of which the worst counts: %s", j.Doubled), j.Doubled},
	} {
		if p.shards != "" {
			s += "; " + p.format
		}
	}
	return s
}

// String says a policy in the words of the options.
func (p Policy) String() string {
	words := []string{"--profile " + p.Profile, "--depth " + p.Depth}
	for _, list := range []struct {
		option string
		kinds  []string
	}{{"--keep", p.Keep}, {"--remove", p.Remove}} {
		if len(list.kinds) > 0 {
			words = append(words, list.option+" "+strings.Join(slices.Sorted(slices.Values(list.kinds)), ","))
		}
	}
	if p.Cut {
		words = append(words, "--cut")
	}
	if p.LeaveSigned {
		words = append(words, "--leave-signed")
	}
	words = append(words, p.LeftOut...)
	return strings.Join(words, " ")
}
