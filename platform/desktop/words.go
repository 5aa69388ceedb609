package desktop

import (
	"html"
	"strings"
	"unicode"

	"untag/platform/config"
	"untag/platform/drive"
	"untag/platform/station"
)

// Note is one notification.
type Note struct {
	Summary string // plain text
	Body    string // with the markup of notifications escaped
	Problem bool   // whether something could not be cleaned
}

func working(s station.DriveState) Note {
	body := "Leave it plugged in until it is done."
	if s.State == station.Checking {
		return Note{Summary: nameOf(s.Drive) + " is being looked through", Body: body}
	}
	return Note{Summary: nameOf(s.Drive) + " is being cleaned", Body: body}
}

// result tells what became of a drive; cleaned and tags are what is new.
func result(s station.DriveState, cleaned, tags int64) Note {
	name := nameOf(s.Drive)
	done := count(cleaned, "file") + " cleaned, " + count(tags, "tag") + " removed"
	if cleaned == 0 {
		done = "Nothing had to be removed"
	}
	others := others(s.Counts.Other) + "."
	switch left := leftovers(s); {
	case s.Counts.Found > 0 && onlyReported(s):
		return Note{Summary: name + " holds what identifies", Body: capital(left) + others + " Nothing was changed."}
	case left != "":
		if cleaned > 0 {
			left = done + ". " + capital(left)
		}
		return Note{Summary: name + " is not entirely clean", Body: capital(left) + others, Problem: true}
	}
	if s.Problem == station.NoWatches {
		return Note{Summary: name + " was looked through", Body: done + others + " What is copied to it from now on is noticed only now and then."}
	}
	if s.Counts.Other > 0 {
		name = "All that untag knows on " + name
	}
	return Note{Summary: name + " is clean", Body: done + others + " Eject it before you unplug it."}
}

// others says of n files what else they are, "" if there are none. A drive is clean
// only if every file on it was looked at.
func others(n int64) string {
	switch n {
	case 0:
		return ""
	case 1:
		return ", and 1 other file, which untag does not know, was not looked at"
	}
	return ", and " + count(n, "other file") + ", which untag does not know, were not looked at"
}

// onlyReported tells whether a rule has it that the drive stays as it is, which
// is no problem.
func onlyReported(s station.DriveState) bool {
	c := s.Counts
	return s.Action == config.Report && s.Problem == station.NoProblem && c.Partly+c.Unsupported+c.Failed+c.Waiting == 0
}

// leftovers says what stands between a drive and being clean, "" if nothing.
func leftovers(s station.DriveState) string {
	c := s.Counts
	var all []string
	for _, l := range []struct {
		n     int64
		words string
	}{
		{c.Found, "with tags"}, {c.Partly, "only partly clean"}, {c.Unsupported, "of a kind that can't be cleaned"},
		{c.Failed, "not read or not written"}, {c.Waiting, "in use, to be looked at later"},
	} {
		if l.n > 0 {
			all = append(all, count(l.n, "file")+" "+l.words)
		}
	}
	if (s.Passes == 0 || s.Listing) && (s.State == station.Watching || s.State == station.Done) {
		all = append(all, "not all of it was looked at")
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
		return "the drive is read-only"
	case station.NoAnswer:
		return "the drive does not answer well"
	case station.NoSandbox:
		return "the parsers can't be confined"
	case station.NoAccess:
		return "the drive can't be opened"
	case station.PartMounted:
		return "only a part of it is mounted"
	case station.TooManyFolders:
		return "it has more folders than are kept track of"
	case station.NotThere:
		return "something else is where it was mounted"
	}
	return html.EscapeString(string(p))
}

func pulled(s station.DriveState) Note {
	return Note{
		Summary: nameOf(s.Drive) + " was removed before it was clean", Problem: true,
		Body: "Its files are whole. Plug it in again to have the rest cleaned.",
	}
}

func stuck(s station.DriveState) Note {
	return Note{Summary: nameOf(s.Drive) + " can't be cleaned", Body: capital(leftovers(s)) + ".", Problem: true}
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
	return "The drive"
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
