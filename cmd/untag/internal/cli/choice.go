package cli

import (
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"untag/cmd/untag/internal/text"
	"untag/platform/config"
	"untag/platform/exclude"
	"untag/platform/lang"
	"untag/platform/walk"
)

const choiceText = `--exclude leaves out files and folders as gitignore does: *.tmp by name anywhere,
/inbox and a/b by the path below PATH, cache/ folders only, !keep.jpg what is not to
be left out after all; the last pattern that matches decides, those of files before
those of --exclude. An excluded folder is not entered.

--since 36h, 7d or 2026-11-30 leaves out what has not changed since, --newer-than FILE
what has not changed since FILE was written. The last of three times counts: of the
last write, of the last change of names, owner or permissions, and of the making. So
a file that was copied is new, whatever times it was given. But what came in a folder
that was moved there, on the same file system, has only old times: it is left out.

What is left out is counted in the report. It was not looked at, and says nothing
for or against the exit code.`

// choosing declares the flags that say which files are meant.
func (f *flags) choosing(s flagSet) {
	s.StringArrayVar(&f.exclude, "exclude", nil, lang.T("leave out files and folders that match `PATTERN`, as gitignore writes it; repeat it for more"))
	s.StringArrayVar(&f.excludeFrom, "exclude-from", nil, lang.T("leave out what matches a pattern in `FILE`, one a line"))
	s.StringVar(&f.since, "since", "", lang.T("leave out what has not changed since `WHEN`: 36h, 7d, 2w ago, or a date such as 2026-11-30"))
	s.StringVar(&f.newerThan, "newer-than", "", lang.T("leave out what has not changed since `FILE` was written"))
}

// chooses tells whether some files may be left out.
func (f *flags) chooses() bool {
	return len(f.exclude)+len(f.excludeFrom) > 0 || f.since != "" || f.newerThan != ""
}

// leftOut are the options that say so, for reports: parts of one work should have the same.
func (f *flags) leftOut() (options []string) {
	for _, name := range f.excludeFrom {
		options = append(options, "--exclude-from "+text.Name(name))
	}
	for _, p := range f.exclude {
		options = append(options, "--exclude "+text.Name(p))
	}
	if f.since != "" {
		options = append(options, "--since "+text.Name(f.since))
	}
	if f.newerThan != "" {
		options = append(options, "--newer-than "+text.Name(f.newerThan))
	}
	return options
}

type flagSet interface {
	StringArrayVar(p *[]string, name string, value []string, usage string)
	StringVar(p *string, name string, value string, usage string)
}

// choice turns flags into which files are meant.
func (f *flags) choice(now time.Time) (c walk.Choice, err error) {
	if c.Shard, err = parseShard(f.shard); err != nil {
		return c, err
	}
	list, err := f.excluded()
	if err != nil {
		return c, err
	}
	if !list.Empty() {
		c.Exclude = list.Has
	}
	c.Since, err = f.from(now)
	return c, err
}

// excluded are the patterns of what is left out.
func (f *flags) excluded() (*exclude.List, error) {
	list := new(exclude.List)
	for _, name := range f.excludeFrom {
		file, err := os.Open(name)
		if err != nil {
			return nil, cantRead("--exclude-from "+text.Name(name), err)
		}
		err = list.Read(file)
		file.Close()
		if at := (*fs.PathError)(nil); errors.As(err, &at) {
			return nil, cantRead("--exclude-from "+text.Name(name), err)
		}
		if err != nil {
			return nil, usage(lang.T("--exclude-from %s: %v", text.Name(name), err), lang.T("a pattern a line, as in .gitignore"))
		}
	}
	for _, p := range f.exclude {
		if err := list.Add(p); err != nil {
			return nil, usage(lang.T("--exclude %v", err), lang.T("a pattern such as '*.tmp', '/inbox' or 'cache/'"))
		}
	}
	return list, nil
}

func cantRead(what string, err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return usage(what+": "+lang.Known(err.Error()), hint(err))
}

// coarse is how far a time may be from when it was: FAT keeps every other second.
const coarse = 2 * time.Second

// from is since when files have to have changed, zero if that doesn't matter.
func (f *flags) from(now time.Time) (t time.Time, err error) {
	switch {
	case f.since != "" && f.newerThan != "":
		return t, usage(lang.T("--since and --newer-than exclude each other"), "")
	case f.since != "":
		if t, err = parseSince(f.since, now); err != nil {
			return t, err
		}
	case f.newerThan != "":
		st, err := os.Stat(f.newerThan)
		if err != nil {
			return t, cantRead("--newer-than "+text.Name(f.newerThan), err)
		}
		t = st.ModTime()
	default:
		return t, nil
	}
	if t.After(now) {
		return t, usage(lang.T("--since or --newer-than names a time to come, %s", t.Format(time.DateTime)), lang.T("check the clock; nothing could have changed since"))
	}
	return t.Add(-coarse), nil
}

// dates are how a date may be written, by the clock of this computer unless it says otherwise.
var dates = []string{time.DateOnly, "2006-01-02 15:04", "2006-01-02T15:04", time.DateTime, "2006-01-02T15:04:05", time.RFC3339}

// parseSince reads a duration up to now, or a date.
func parseSince(s string, now time.Time) (time.Time, error) {
	for _, layout := range dates {
		if t, err := time.ParseInLocation(layout, s, now.Location()); err == nil {
			return t, nil
		}
	}
	if d, err := parseDuration(s); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	return time.Time{}, usage(lang.T("--since %q is neither a duration nor a date", s), lang.T("such as 90m, 36h, 7d, 2w, 2026-11-30 or 2026-11-30T08:00"))
}

// parseDuration also knows days and weeks, of 24 hours each day.
func parseDuration(s string) (time.Duration, error) {
	for unit, hours := range map[string]int{"d": 24, "w": 7 * 24} {
		if number, ok := strings.CutSuffix(s, unit); ok {
			n, err := strconv.ParseUint(number, 10, 16)
			return time.Duration(n) * time.Duration(hours) * time.Hour, err
		}
	}
	return time.ParseDuration(s)
}

// bandwidth is how many bytes a second may be read, and as many written; 0 for any number.
func (f *flags) bandwidth() (int64, error) {
	if f.bwlimit == "" {
		return 0, nil
	}
	n, err := config.ParseSize(strings.TrimSuffix(f.bwlimit, "/s"))
	if err != nil || n < slowest {
		return 0, usage(lang.T("--bwlimit %q is not a number of bytes a second", f.bwlimit), lang.T("such as 20MB, 512KiB; at least %s", text.Bytes(slowest)))
	}
	return n, nil
}

const slowest = 10_000
