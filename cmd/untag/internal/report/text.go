package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"untag/cmd/untag/internal/exit"
	"untag/cmd/untag/internal/text"
	"untag/platform/apply"
	"untag/platform/lang"
	"untag/platform/state"
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

// Begin says nothing.
func (p *Text) Begin() error { return nil }

// File prints a line for a file, and a table of what is in it for inspect and
// where the report is verbose. Files of a folder are gathered for the end instead.
func (p *Text) File(o apply.Outcome) error {
	if !p.shown(o) {
		return nil
	}
	line := p.label(status(o)) + "  "
	if s := summary(o); s != "" {
		line += text.Then(text.Name(o.Path), ": ") + s
	} else {
		line += text.Name(o.Path)
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
	s := text.Pad(lang.Known(status), 11)
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
		return lang.T("of no format that untag knows, not looked at")
	}
	var parts []string
	if o.Status != apply.Failed {
		parts = append(tagWords(o), cutWords(o)...)
	}
	if o.Unchanged {
		parts = append(parts, unchangedWords())
	}
	if o.Mode == "copied" {
		parts = append(parts, lang.T("copied to %s", text.Name(o.Copy)))
	}
	return strings.Join(append(parts, notes(o)...), "; ")
}

// notes say what is in the way, and what is to be known beside it.
func notes(o apply.Outcome) (parts []string) {
	if o.Err != nil {
		parts = append(parts, text.Quote(ErrorWords(o.Err)))
	}
	for _, r := range o.Reasons {
		parts = append(parts, text.Quote(lang.Known(r)))
	}
	if len(parts) > mostNotes {
		parts = append(parts[:mostNotes], lang.N("and %d more", "and %d more", len(parts)-mostNotes))
	}
	if o.Links > 1 && o.Copy == "" && (o.Status == apply.Dirty || o.Mode != "") {
		parts = append(parts, lang.T("has %d names (hard links), which all lead to it", o.Links))
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
			kinds = append(kinds, lang.Known(string(k)))
		}
		n += of
	}
	if n == 0 {
		return nil
	}
	words := lang.N("%d tag", "%d tags", n)
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
		return []string{lang.N("%d byte to be cut off the end", "%d bytes to be cut off the end", o.Cut)}
	}
	return []string{lang.N("%d byte cut off the end", "%d bytes cut off the end", o.Cut)}
}

// End prints the summary.
func (p *Text) End(t *Totals, code exit.Code) error {
	shown, err := p.showGathered()
	said := p.opt.Single && (t.Files+t.Other > 0 || t.Interrupted) // else it was left out, and nobody would know
	if err != nil || p.opt.Quiet || said && !p.opt.Verbose {
		return err
	}
	if t.Files == 0 && t.Other == 0 && !t.Interrupted && t.Merged == nil && leftOut(t) == "" {
		_, err := fmt.Fprintln(p.w, lang.T("no files"))
		return err
	}
	if p.lines > 0 || shown {
		if _, err := fmt.Fprintln(p.w); err != nil {
			return err
		}
	}
	return text.Table(p.w, "", p.rows(t))
}

func (p *Text) rows(t *Totals) (rows [][]string) {
	took := text.Duration(t.Took)
	if t.Merged != nil {
		rows, took = t.Merged.rows(), lang.T("%s, all reports added up", took)
	}
	rows = append(rows, []string{lang.T("files"), p.files(t)})
	if s := formats(t); s != "" {
		rows = append(rows, []string{lang.T("formats"), s})
	}
	for _, r := range []struct {
		n           int
		name, words string
	}{
		{t.Cleaned, "cleaned", fmt.Sprint(t.Cleaned)},
		{t.Clean, "clean", p.clean(t.Clean)},
		{t.Dirty, "dirty", p.dirty(t.Dirty)},
		{t.Partly, "partly", p.partly(t.Partly)},
		{t.Unsupported, "unsupported", lang.T("%d, can't be cleaned", t.Unsupported)},
		{t.Failed, "failed", fmt.Sprint(t.Failed)},
	} {
		if r.n > 0 {
			rows = append(rows, []string{lang.Known(r.name), r.words})
		}
	}
	if s := kinds(t); s != "" {
		rows = append(rows, []string{lang.T("tags"), s})
	}
	if t.Index > 0 {
		rows = append(rows, []string{lang.T("depth"), p.depth(t.Index)})
	}
	if p.opt.To != "" && !p.opt.DryRun {
		rows = append(rows, []string{lang.T("copied"), p.copies(t)})
	}
	if s := unchanged(t); s != "" {
		rows = append(rows, []string{lang.T("unchanged"), s})
	}
	if s := leftOut(t); s != "" {
		rows = append(rows, []string{lang.T("left out"), s})
	}
	if t.Links > 0 {
		rows = append(rows, []string{lang.T("links"), lang.T("%d not followed", t.Links)})
	}
	if s := beware(t); s != "" {
		rows = append(rows, []string{lang.T("beware"), p.colour("31", s)})
	}
	for _, s := range p.storage(t) {
		rows = append(rows, []string{lang.T("storage"), s})
	}
	if p.opt.Page != "" {
		rows = append(rows, []string{lang.T("page"), lang.T("%s, which only you can read", text.Quote(p.opt.Page))})
	}
	return append(rows,
		[]string{lang.T("bytes"), lang.T("%s in files, %s read, %s written", text.Bytes(t.Size), text.Bytes(t.Read), text.Bytes(t.Written))},
		[]string{lang.T("time"), took})
}

func (p *Text) depth(n int) string {
	if p.opt.Deep {
		return lang.N("%d file of a coding that nothing looks into", "%d files of a coding that nothing looks into", n)
	}
	return lang.N("%d file not frame by frame; --depth deep looks into all coded data that can be read", "%d files not frame by frame; --depth deep looks into all coded data that can be read", n)
}

func (p *Text) files(t *Totals) string {
	s := fmt.Sprint(t.Files)
	if t.Other == 0 {
		return s
	}
	var all []string
	for _, kind := range slices.Sorted(maps.Keys(t.Others)) {
		all = append(all, fmt.Sprintf("%s %d", text.Quote(lang.Known(kind)), t.Others[kind]))
	}
	return lang.T("%s, and %s (%s)", s, text.Others(t.Other), strings.Join(all, ", "))
}

func (p *Text) changes() bool { return p.opt.Verb == Scrub && !p.opt.DryRun }

func (p *Text) clean(n int) string {
	if p.opt.Verb == Scrub {
		return lang.T("%d already", n)
	}
	return fmt.Sprint(n)
}

func (p *Text) dirty(n int) string {
	if p.changes() {
		return lang.T("%d, not changed", n)
	}
	return lang.T("%d, would be cleaned", n)
}

func (p *Text) partly(n int) string {
	if p.changes() && p.opt.To == "" {
		return lang.T("%d, in which something may be left", n)
	}
	return lang.T("%d, could only be cleaned in part", n)
}

// unchangedWords say of a file why it was not read.
func unchangedWords() string { return lang.T("unchanged since an earlier run, not read") }

// unchanged says how many files were not read, or why all were.
func unchanged(t *Totals) string {
	switch t.State {
	case "": // no state, or reports that were put together
		if t.Unchanged == 0 {
			return ""
		}
		fallthrough
	case state.Used:
		return lang.N("%d file since an earlier run, not read", "%d files since an earlier run, not read", t.Unchanged)
	case state.New:
		return lang.T("not known: the state is new, all files were read")
	case state.OtherVersion:
		return lang.T("not known: the state was made by another version of untag, all files were read")
	case state.OtherOptions:
		return lang.T("not known: the state was made with other options, all files were read")
	case state.NotAsked:
		return lang.T("not asked: all files were read; --trust-state passes over those that the state knows")
	case state.Damaged:
		return lang.T("%d not read; the state is damaged, and was set aside", t.Unchanged)
	}
	return lang.T("%d not read; the state could not be written", t.Unchanged)
}

// leftOut says what nobody looked at because it was not asked for.
func leftOut(t *Totals) string {
	var parts []string
	if t.Excluded > 0 {
		parts = append(parts, lang.N("%d excluded file", "%d excluded files", t.Excluded))
	}
	if t.ExcludedFolders > 0 {
		parts = append(parts, lang.N("%d excluded folder with all that is in it", "%d excluded folders with all that is in them", t.ExcludedFolders))
	}
	if t.Older > 0 {
		parts = append(parts, lang.N("%d file that has not changed since", "%d files that have not changed since", t.Older))
	}
	if len(parts) == 0 {
		return ""
	}
	return lang.T("%s: not looked at", strings.Join(parts, ", "))
}

func beware(t *Totals) string {
	n := t.Partly + t.Unsupported + t.Failed
	if n == 0 {
		return ""
	}
	return lang.N("%d file is not proven clean: take it for unclean", "%d files are not proven clean: take them for unclean", n)
}

// copies says how many copies there are, and of how many files there are none.
func (p *Text) copies(t *Totals) string {
	s := lang.T("%d to %s", t.Copied, text.Name(p.opt.To))
	if t.There > 0 {
		s += lang.N(", %d was there already", ", %d were there already", t.There)
	}
	if left := t.Files + t.Other - t.Copied - t.There; left > 0 {
		s += lang.N("; %d was not copied", "; %d were not copied", left)
	}
	return s
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
			out = append(out, fmt.Sprintf("%s %d", lang.Known(string(k)), n))
		}
	}
	if t.Unlisted > 0 {
		out = append(out, lang.T("not listed %d", t.Unlisted))
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
