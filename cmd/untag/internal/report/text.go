package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"untag/cmd/untag/internal/exit"
	"untag/cmd/untag/internal/text"
	"untag/platform/apply"
	"untag/platform/lang"
	"untag/scrub"
)

// This file obeys these rules:
//
//   - What was asked for goes to standard output: a line a file, a table where
//     there is more to say, a summary.
//   - What went wrong beyond a single file goes to standard error, as
//     "untag: error: ..." and then "untag: hint: ...". No capitalised initials
//     and no periods at the end.
//   - Only inspect shows values.

// Text prints for people.
type Text struct {
	w, errs io.Writer
	opt     Options

	lines    int       // how many files were shown
	gathered attention // to be shown at the end
}

// File prints a line for a file, and a table of what is in it for inspect and
// where the report is verbose. Files of a folder are gathered for the end instead.
func (p *Text) File(o apply.Outcome) error {
	if !p.shown(o) {
		return nil
	}
	line := p.label(status(o)) + "  " + text.Name(o.Path)
	if s := summary(o); s != "" {
		line += ": " + s
	}
	if p.gathers(o) {
		p.gathered.add(o, line+"\n")
		return nil
	}
	p.lines++
	if _, err := fmt.Fprintln(p.w, line); err != nil {
		return err
	}
	if p.opt.Verb == Inspect && p.opt.Page == "" || p.opt.Verbose {
		return p.table(o)
	}
	return nil
}

// shown tells whether a word is to be said about the file itself.
func (p *Text) shown(o apply.Outcome) bool {
	clean := o.Status == apply.Clean || o.Status == apply.Cleaned
	switch {
	case p.opt.Verbose:
		return true
	case Other(o):
		return false
	case p.opt.Quiet:
		return !clean
	case p.opt.Single:
		return true
	case p.opt.Verb == Inspect:
		return !clean || len(o.Findings) > 0 || p.opt.Named[o.Path]
	case p.opt.Named[o.Path]:
		return o.Status != apply.Clean || len(o.Reasons) > 0
	}
	return !clean || len(notes(o)) > 0
}

// gathers tells whether the file is one of many: not named by itself, and without
// a table of its own.
func (p *Text) gathers(o apply.Outcome) bool {
	table := p.opt.Verb == Inspect && p.opt.Page == "" && (len(o.Findings) > 0 || o.Unlisted > 0)
	return !p.opt.Verbose && !p.opt.Named[o.Path] && !table
}

var colours = map[apply.Status]string{
	apply.Failed: "31", apply.Partly: "33", apply.Unsupported: "33", apply.Dirty: "33", apply.Cleaned: "32", apply.Clean: "32",
}

// label is the first column: a status.
func (p *Text) label(status string) string {
	s := fmt.Sprintf("%-11s", status)
	if c := colours[apply.Status(status)]; c != "" {
		return p.colour(c, s)
	}
	return s
}

func (p *Text) colour(code, s string) string {
	if !p.opt.Colour {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[m"
}

func status(o apply.Outcome) string {
	if Other(o) {
		return "other"
	}
	return string(o.Status)
}

// summary says in a few words what goes and what is in the way.
func summary(o apply.Outcome) string {
	if Other(o) {
		return "of no format that untag knows, not looked at"
	}
	var parts []string
	if o.Status != apply.Failed {
		parts = append(tagWords(o), cutWords(o)...)
	}
	return strings.Join(append(parts, notes(o)...), "; ")
}

// notes say what is in the way, and what is to be known beside it.
func notes(o apply.Outcome) (parts []string) {
	if o.Err != nil {
		parts = append(parts, text.Quote(o.Err.Error()))
	}
	for _, r := range o.Reasons {
		parts = append(parts, text.Quote(r))
	}
	if len(parts) > mostNotes {
		parts = append(parts[:mostNotes], fmt.Sprintf("and %d more", len(parts)-mostNotes))
	}
	if o.Links > 1 && (o.Status == apply.Dirty || o.Mode != "") {
		parts = append(parts, fmt.Sprintf("has %d names (hard links), which all lead to it", o.Links))
	}
	return parts
}

const mostNotes = 3 // of a file

// tagWords says "3 tags: device, place, time".
func tagWords(o apply.Outcome) []string {
	n, kinds := o.Unlisted, []string{}
	for _, k := range scrub.Kinds() {
		of := 0
		for _, f := range o.Findings {
			if f.Goes && f.Kind == k {
				of++
			}
		}
		if of > 0 {
			kinds = append(kinds, string(k))
		}
		n += of
	}
	if n == 0 {
		return nil
	}
	words := text.Count(n, "tag")
	if len(kinds) > 0 {
		words += ": " + strings.Join(kinds, ", ")
	}
	return []string{words}
}

// cutWords says "31 bytes cut off the end".
func cutWords(o apply.Outcome) []string {
	switch {
	case o.Cut == 0:
		return nil
	case o.Mode == "": // not yet
		return []string{text.Count(int(o.Cut), "byte") + " to be cut off the end"}
	}
	return []string{text.Count(int(o.Cut), "byte") + " cut off the end"}
}

// End prints the summary.
func (p *Text) End(t *Totals, code exit.Code) error {
	shown, err := p.showGathered()
	if err != nil || p.opt.Quiet || p.opt.Single && !p.opt.Verbose {
		return err
	}
	if t.Files == 0 && t.Other == 0 && !t.Interrupted {
		_, err := fmt.Fprintln(p.w, "no files")
		return err
	}
	w := tabwriter.NewWriter(p.w, 0, 8, 2, ' ', 0)
	if p.lines > 0 || shown {
		fmt.Fprintln(w)
	}
	for _, row := range p.rows(t) {
		fmt.Fprintf(w, "%s\t%s\n", row[0], row[1])
	}
	return w.Flush()
}

func (p *Text) rows(t *Totals) [][2]string {
	rows := [][2]string{{"files", p.files(t)}}
	if s := formats(t); s != "" {
		rows = append(rows, [2]string{"formats", s})
	}
	for _, r := range []struct {
		n           int
		name, words string
	}{
		{t.Cleaned, "cleaned", ""},
		{t.Clean, "clean", p.clean()},
		{t.Dirty, "dirty", p.dirty()},
		{t.Partly, "partly", p.partly()},
		{t.Unsupported, "unsupported", ", can't be cleaned"},
		{t.Failed, "failed", ""},
	} {
		if r.n > 0 {
			rows = append(rows, [2]string{r.name, fmt.Sprint(r.n) + r.words})
		}
	}
	if s := kinds(t); s != "" {
		rows = append(rows, [2]string{"tags", s})
	}
	if t.Index > 0 {
		rows = append(rows, [2]string{"depth", text.Count(t.Index, "file") + p.depth()})
	}
	if t.Links > 0 {
		rows = append(rows, [2]string{"links", fmt.Sprint(t.Links) + " not followed"})
	}
	if s := beware(t); s != "" {
		rows = append(rows, [2]string{"beware", p.colour("31", s)})
	}
	if p.opt.Page != "" {
		rows = append(rows, [2]string{"page", text.Quote(p.opt.Page) + ", which only you can read"})
	}
	return append(rows,
		[2]string{"bytes", fmt.Sprintf("%s in files, %s read, %s written", text.Bytes(t.Size), text.Bytes(t.Read), text.Bytes(t.Written))},
		[2]string{"time", text.Duration(t.Took)})
}

func (p *Text) depth() string {
	if p.opt.Deep {
		return " of a coding that nothing looks into"
	}
	return " not frame by frame; --depth deep looks into all coded data that can be read"
}

func (p *Text) files(t *Totals) string {
	s := fmt.Sprint(t.Files)
	if t.Other == 0 {
		return s
	}
	var all []string
	for _, kind := range slices.Sorted(maps.Keys(t.Others)) {
		all = append(all, fmt.Sprintf("%s %d", text.Quote(kind), t.Others[kind]))
	}
	return fmt.Sprintf("%s, and %s (%s)", s, text.Others(t.Other), strings.Join(all, ", "))
}

func (p *Text) changes() bool { return p.opt.Verb == Scrub && !p.opt.DryRun }

func (p *Text) clean() string {
	if p.opt.Verb == Scrub {
		return " already"
	}
	return ""
}

func (p *Text) dirty() string {
	if p.changes() {
		return ", not changed"
	}
	return ", would be cleaned"
}

func (p *Text) partly() string {
	if p.changes() {
		return " cleaned, the rest is not certain"
	}
	return ", could only be cleaned in part"
}

func beware(t *Totals) string {
	switch n := t.Partly + t.Unsupported + t.Failed; n {
	case 0:
		return ""
	case 1:
		return "1 file is not proven clean: take it for unclean"
	default:
		return fmt.Sprintf("%d files are not proven clean: take them for unclean", n)
	}
}

// formats says how many files there are of each, the most frequent first.
func formats(t *Totals) string {
	names := slices.SortedFunc(maps.Keys(t.Formats), func(a, b string) int {
		return cmp.Or(cmp.Compare(t.Formats[b], t.Formats[a]), strings.Compare(a, b))
	})
	for i, name := range names {
		names[i] = fmt.Sprintf("%s %d", text.Quote(name), t.Formats[name])
	}
	return strings.Join(names, ", ")
}

func kinds(t *Totals) string {
	var out []string
	for _, k := range scrub.Kinds() {
		if n := t.Tags[k]; n > 0 {
			out = append(out, fmt.Sprintf("%s %d", k, n))
		}
	}
	if t.Unlisted > 0 {
		out = append(out, fmt.Sprintf("not listed %d", t.Unlisted))
	}
	return strings.Join(out, ", ")
}

// Error prints an error and a hint.
func (p *Text) Error(msg, hint string) error {
	return Complain(p.errs, msg, hint)
}

// Complain writes an error and a hint, if there is one, for people.
func Complain(w io.Writer, msg, hint string) error {
	if _, err := fmt.Fprintln(w, lang.T("untag: error: %s", text.Quote(msg))); err != nil {
		return err
	}
	if hint == "" {
		return nil
	}
	_, err := fmt.Fprintln(w, lang.T("untag: hint: %s", text.Quote(hint)))
	return err
}

// Hint writes a hint alone.
func Hint(w io.Writer, hint string) error {
	_, err := fmt.Fprintln(w, lang.T("untag: hint: %s", text.Quote(hint)))
	return err
}
