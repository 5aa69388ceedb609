// Package page makes a report to look at: one HTML file that fetches nothing, runs no
// script but its own, and works without that script too. Fill a [Page], [Page.Add] the
// files as they come, and [Page.Write] it, or [Page.Keep] it in a file that [Create] makes.
//
// Everything about a file is hostile text: html/template escapes it, and what does not
// print, or turns the direction of writing, is shown quoted.
package page

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"io"
	"slices"

	"untag/platform/lang"
	"untag/scrub"
)

// Page is a report. Its texts are for people, in their language.
type Page struct {
	Title   string  // says what was done
	Warning string  // what to mind, "" if nothing
	Totals  []Total // of all files, whether they are listed or not
	Maker   string  // the program and its version
	// Values has decoded values, and the places that they name, stand in the page. They
	// are what was to be removed.
	Values bool
	// Keeps tells whether somebody said that a kind is to stay; nil: of none.
	Keeps func(scrub.Kind) bool

	list   list
	places places
}

// Total is a line of the totals.
type Total struct{ Name, Text string }

// File is a line of the list. Only Name and Status have to be there.
type File struct {
	Name    string   // path
	Status  string   // one of those that JSON reports; others count as failed
	Reasons []string // why it is not clean, or what else there is to say
	Remedy  string   // what can be done about it

	Format        string
	Size, NewSize int64 // bytes before and after
	Cut           int64 // bytes that are cut off the end, or would be
	Findings      []scrub.Finding
	Unlisted      int            // how many more findings go
	Before, After []scrub.Stroke // of [scrub.Plan.Picture]; After nil if nothing was changed
}

// Add puts a file on the page. Memory is bounded: of a million files those are listed
// that need attention, and as many others as there is room for.
func (p *Page) Add(f File) {
	v := p.view(f)
	if p.Values {
		p.places.add(v.Name, f.Findings)
	}
	p.list.add(v)
}

//go:embed page.html
var source string

//go:embed page.css
var style string

//go:embed page.js
var script string

var pages = template.Must(template.New("page").Parse(source))

// sum is what a Content-Security-Policy knows a script or style by.
func sum(s string) string {
	h := sha256.Sum256([]byte(s))
	return base64.StdEncoding.EncodeToString(h[:])
}

// content is what the template sees.
type content struct {
	Page
	Say                 map[string]string
	Style               template.CSS
	Script              template.JS
	StyleSum, ScriptSum string

	Roles  []string // classes of the legend
	Places []place
	More   int // places beyond those

	First      []view // shown until the script shows others
	Bare       bool   // nothing is known of the files but what became of them
	Rows       []json.RawMessage
	Words      []string // what rows refer to
	All        int      // files
	NoFindings int      // listed files whose findings are left out
}

// Write writes the page.
func (p *Page) Write(w io.Writer) error {
	c := content{
		Page: *p, Say: said(), Roles: roles,
		Style: template.CSS(style), Script: template.JS(script), StyleSum: sum(style), ScriptSum: sum(script),
		First: p.list.first(), Bare: p.list.bare(), Rows: p.list.rows(), Words: p.list.words.all,
		All: p.list.files, NoFindings: p.list.without,
	}
	c.Title, c.Totals = quote(p.Title), nil
	for _, t := range p.Totals {
		c.Totals = append(c.Totals, Total{quote(t.Name), quote(t.Text)})
	}
	c.Places, c.More = p.places.most()
	return pages.Execute(w, c)
}

// Language is for the page's own tag.
func (c content) Language() string { return lang.Name() }

// Statuses are what rows refer to.
func (c content) Statuses() []string { return statuses }

// Left is how many files are not listed.
func (c content) Left() int { return c.All - len(c.Rows) }

// statuses are those that JSON knows, what needs attention first.
var statuses = []string{"failed", "waiting", "partly", "unsupported", "dirty", "other", "cleaned", "clean"}

// rank orders statuses; one that is not known counts as failed.
func rank(status string) int { return max(0, slices.Index(statuses, status)) }

// fine tells whether nobody has to do anything about the file.
func fine(status string) bool { return rank(status) >= slices.Index(statuses, "cleaned") }
