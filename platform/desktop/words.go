package desktop

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"untag/platform/config"
	"untag/platform/drive"
	"untag/platform/lang"
	"untag/platform/station"
)

// Note is one notification.
type Note struct {
	Summary  string // plain text, as Body is; it says what matters where no body is shown
	Body     string
	Problem  bool // whether something could not be cleaned
	Question bool // whether it waits for an answer
	Working  bool // whether another note will take its place before long
	Percent  int  // of the work; 0 if nobody knows
	Buttons  []Button
}

func working(s station.DriveState) Note {
	name := nameOf(s.Drive)
	n := Note{Summary: lang.T("%s is being cleaned", name), Body: lang.T("Leave it plugged in until it is done."), Working: true, Buttons: []Button{buttonPause}}
	if s.State == station.Checking {
		n.Summary = lang.T("%s is being looked through", name)
	}
	if s.Done > 0 && !s.Listing {
		n.Percent = int(100 * s.Done / max(s.Total, s.Done))
		n.Body = lang.T("%d of %d files are done.", s.Done, s.Total) + " " + n.Body
	}
	return n
}

// question asks whether a drive is to be cleaned. What can't be undone is said where
// nobody can miss it.
func question(s station.DriveState) Note {
	found := lang.T("There are files on it that tell who made them, with what, where or when.")
	if s.State != station.Checking {
		found = sentence(capital(leftovers(s)), "")
	}
	return Note{
		Summary: lang.T("%s: clean it? That can't be undone", nameOf(s.Drive)), Question: true,
		Body:    found + " " + lang.T("untag removes from the files themselves what identifies people, devices, places and times. Copy the originals elsewhere first. Without an answer nothing is changed."),
		Buttons: []Button{buttonAlways, buttonOnce, buttonLeave, buttonLook},
	}
}

// result tells what became of a drive; cleaned and tags are what is new.
func result(s station.DriveState, cleaned, tags int64) Note {
	name, others := nameOf(s.Drive), others(s.Counts.Other)
	done := lang.T("Nothing had to be removed")
	if cleaned > 0 {
		done = lang.T("%s cleaned, %s removed", lang.N("%d file", "%d files", cleaned), lang.N("%d tag", "%d tags", tags))
	}
	switch left := leftovers(s); {
	case s.Counts.Found > 0 && onlyReported(s):
		return Note{Summary: lang.T("%s holds what identifies", name), Body: sentence(capital(left), others) + " " + unchanged(s), Buttons: []Button{buttonShow, buttonEject}}
	case left != "":
		body := sentence(capital(left), others)
		if cleaned > 0 {
			body = done + ". " + body
		}
		return Note{Summary: lang.T("%s is not entirely clean", name), Body: body, Problem: true, Buttons: []Button{buttonShow, buttonEject}}
	}
	done = sentence(done, others)
	switch {
	case s.Problem == station.NoWatches:
		return Note{Summary: lang.T("%s was looked through", name), Body: done + " " + lang.T("What is copied to it from now on is noticed only now and then."), Buttons: []Button{buttonEject}}
	case s.Counts.Other > 0:
		name = lang.T("All that untag knows on %s is clean", name)
	default:
		name = lang.T("%s is clean", name)
	}
	return Note{Summary: name, Body: done + " " + lang.T("Eject it before you unplug it."), Buttons: []Button{buttonEject}}
}

// unchanged says that a drive was left as it is, and how to have it cleaned where
// nobody could be asked.
func unchanged(s station.DriveState) string {
	if s.Action == config.Ask {
		return lang.T("Nothing was changed. The command “untag action scrub” has drives cleaned, which can't be undone.")
	}
	return lang.T("Nothing was changed.")
}

// sentence makes one of what was done and of what was left out, "" if nothing was.
func sentence(done, others string) string {
	if others == "" {
		return done + "."
	}
	return lang.T("%s, and %s.", done, others)
}

// others says of n files what else they are, "" if there are none. A drive is clean
// only if every file on it was looked at.
func others(n int64) string {
	if n == 0 {
		return ""
	}
	return lang.N("%d other file, which untag does not know, was not looked at", "%d other files, which untag does not know, were not looked at", n)
}

// onlyReported tells whether a rule has it that the drive stays as it is, which
// is no problem.
func onlyReported(s station.DriveState) bool {
	c := s.Counts
	return (s.Action == config.Report || s.Action == config.Ask) && s.Problem == station.NoProblem && c.Partly+c.Unsupported+c.Failed+c.Waiting == 0
}

// leftovers says what stands between a drive and being clean, "" if nothing.
func leftovers(s station.DriveState) string {
	c := s.Counts
	var all []string
	say := func(n int64, words string) {
		if n > 0 {
			all = append(all, words)
		}
	}
	say(c.Found, lang.N("%d file with tags", "%d files with tags", c.Found))
	say(c.Partly, lang.N("%d file only partly clean", "%d files only partly clean", c.Partly))
	say(c.Unsupported, lang.N("%d file of a kind that can't be cleaned", "%d files of a kind that can't be cleaned", c.Unsupported))
	say(c.Failed, lang.N("%d file not read or not written", "%d files not read or not written", c.Failed))
	say(c.Waiting, lang.N("%d file in use, to be looked at later", "%d files in use, to be looked at later", c.Waiting))
	if (s.Passes == 0 || s.Listing) && (s.State == station.Watching || s.State == station.Done) {
		all = append(all, lang.T("not all of it was looked at"))
	}
	if s.Problem == station.ReadOnly && s.State != station.Stuck && len(all) == 0 {
		return "" // there was nothing to change
	}
	if p := problemWords(s.Problem); p != "" {
		all = append(all, p)
	}
	return strings.Join(all, ", ")
}

// problemWords are "" for what keeps nothing from being cleaned.
func problemWords(p station.Problem) string {
	switch p {
	case station.NoProblem, station.NoWatches:
		return ""
	case station.ReadOnly:
		return lang.T("the drive is read-only")
	case station.NoAnswer:
		return lang.T("the drive does not answer well")
	case station.NoSandbox:
		return lang.T("the parsers can't be confined")
	case station.NoAccess:
		return lang.T("the drive can't be opened")
	case station.PartMounted:
		return lang.T("only a part of it is mounted")
	case station.TooManyFolders:
		return lang.T("it has more folders than are kept track of")
	case station.Taken:
		return lang.T("another untagd is at work on it")
	case station.NotThere:
		return lang.T("something else is where it was mounted")
	}
	return string(p)
}

func pulled(s station.DriveState) Note {
	return Note{
		Summary: lang.T("%s was removed before it was clean", nameOf(s.Drive)), Problem: true,
		Body: lang.T("Its files are whole. Plug it in again to have the rest cleaned."),
	}
}

func stuck(s station.DriveState) Note {
	if s.Problem == station.Taken {
		return Note{Summary: lang.T("%s is another untagd's", nameOf(s.Drive)), Body: lang.T("It may only look: ask it with “untag status”."), Problem: true}
	}
	return Note{Summary: lang.T("%s can't be cleaned", nameOf(s.Drive)), Body: capital(leftovers(s)) + ".", Problem: true}
}

// longestName is what fits a bubble.
const longestName = 32

// nameOf is what people call a drive. Labels are written by strangers: what
// doesn't print, or turns the direction of writing, is left out.
func nameOf(d drive.Drive) string {
	for _, name := range []string{d.Label, strings.TrimSpace(d.Vendor + " " + d.Model)} {
		name = strings.Map(func(r rune) rune {
			if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
				return -1
			}
			return r
		}, name)
		if r := []rune(name); len(r) > longestName {
			name = string(r[:longestName-1]) + "…"
		}
		if name = strings.TrimSpace(name); name != "" {
			return name
		}
	}
	return lang.T("The drive")
}

func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}
