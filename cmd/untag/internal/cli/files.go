package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"untag/cmd/untag/internal/text"
	"untag/platform/desktop"
	"untag/platform/lang"
	"untag/platform/station"
)

// filesText explains --files.
const filesText = `--files lists the files that are not clean, with the reason and what can be done
about it. The daemon keeps their names in memory, of at most 20,000 files of a
drive, and nowhere else: they are forgotten when the drive is removed. They are
told to root and to the user whose drive it is.`

// advice is what can be done about a file that is not clean.
func advice(f station.File) string {
	if h := hint(station.ErrorOf(f.Class)); h != "" && f.Status == "failed" {
		return h
	}
	switch f.Status {
	case "failed":
		return lang.T("files that failed: untag scrub PATH tells more")
	case "partly":
		return lang.T("files that are partly clean: take them for unclean; untag inspect PATH shows what is in them")
	case "unsupported":
		return lang.T("files that can't be cleaned: take them for unclean, and save what is needed of them in another format")
	case "found":
		return lang.T("files with tags: untag scrub PATH removes the tags")
	case "waiting":
		return lang.T("files in use: close what has them open; untagd looks at them again by itself")
	}
	return lang.T("files that untag does not know: nobody looked at them; untag inspect PATH says what they are taken for")
}

// fileLine is a file in JSON that is not clean.
type fileLine struct {
	Drive     uint64 `json:"drive"`
	Path      string `json:"path"`
	PathBytes []byte `json:"path_bytes,omitempty"` // where the path is not UTF-8
	Status    string `json:"status"`
	Format    string `json:"format"`
	Class     string `json:"class"`
	Why       string `json:"why"`
	Advice    string `json:"advice"`
}

// pathOn is where the file of a drive is.
func pathOn(s station.DriveState, f station.File) string {
	if f.Path == "" {
		return s.Drive.MountPoint
	}
	return strings.TrimRight(s.Drive.MountPoint, "/") + "/" + f.Path
}

// filesJSON writes an object for each file, and one that says how many are left out.
func filesJSON(w io.Writer, s station.DriveState, files station.Files) error {
	enc := text.JSON(w)
	for _, f := range files.All {
		path := pathOn(s, f)
		line := fileLine{s.Drive.ID, strings.ToValidUTF8(path, "\ufffd"), nil, f.Status, f.Format, f.Class, f.Why, advice(f)}
		if !utf8.ValidString(path) {
			line.PathBytes = []byte(path)
		}
		if err := enc.Encode(line); err != nil {
			return err
		}
	}
	if files.Left == 0 {
		return nil
	}
	return enc.Encode(struct {
		Drive uint64 `json:"drive"`
		Left  int64  `json:"files_left_out"`
	}{s.Drive.ID, files.Left})
}

func filesList(w io.Writer, s station.DriveState, files station.Files) error {
	var b strings.Builder
	var todo []string
	for _, f := range files.All {
		fmt.Fprintf(&b, "   %-11s  %s", text.Quote(lang.Known(f.Status)), text.Name(pathOn(s, f)))
		if words := whyWords(f); words != "" {
			b.WriteString(": " + text.Quote(words))
		}
		b.WriteByte('\n')
		if a := advice(f); !slices.Contains(todo, a) {
			todo = append(todo, a)
		}
	}
	if files.Left > 0 {
		fmt.Fprintf(&b, "   %s\n", lang.N("and %d more, whose name was not kept", "and %d more, whose names were not kept", files.Left))
	}
	for _, a := range todo {
		fmt.Fprintf(&b, "   %s\n", lang.T("hint: %s", a))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func whyWords(f station.File) string {
	switch {
	case f.Why != "":
		return lang.Known(f.Why)
	case f.Status == "other" && f.Format == "":
		return lang.T("of no format that untag knows")
	}
	return f.Format
}

// filesOf asks for what is not clean on drives. Those of other users are left out;
// if there are no others, that is the error.
func filesOf(ctx context.Context, d *desktop.Client, drives []station.DriveState, show func(station.DriveState, station.Files) error) error {
	others := 0
	for _, s := range drives {
		files, err := d.Files(ctx, s.Drive.ID)
		switch {
		case errors.Is(err, desktop.ErrDenied):
			if others++; others == len(drives) {
				return err
			}
			continue
		case errors.Is(err, station.ErrNoDrive): // was pulled meanwhile
			continue
		case err != nil:
			return err
		}
		if err := show(s, files); err != nil {
			return failed(err)
		}
	}
	return nil
}

// filesView shows changes, and the files that are not clean when a drive comes to rest.
type filesView struct {
	view
	ctx  context.Context
	d    *desktop.Client
	w    io.Writer
	list func(io.Writer, station.DriveState, station.Files) error
	told map[uint64]map[station.File]bool // by drive
}

func (v *filesView) show(c station.Change) error {
	if err := v.view.show(c); err != nil {
		return err
	}
	switch c.State {
	case station.Watching, station.Done, station.Stuck:
		err := filesOf(v.ctx, v.d, []station.DriveState{c.DriveState}, v.news)
		if !errors.Is(err, desktop.ErrDenied) { // another user's drive
			return err
		}
	case station.Gone:
		delete(v.told, c.Drive.ID)
	}
	return nil
}

// news lists what was not listed before, or was for another reason.
func (v *filesView) news(s station.DriveState, files station.Files) error {
	before, now := v.told[s.Drive.ID], make(map[station.File]bool, len(files.All))
	for _, f := range files.All {
		now[f] = true
	}
	v.told[s.Drive.ID] = now
	files.All = slices.DeleteFunc(files.All, func(f station.File) bool { return before[f] })
	if len(files.All) == 0 {
		return nil
	}
	return v.list(v.w, s, files)
}
