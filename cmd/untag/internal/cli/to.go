package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"untag/cmd/untag/internal/exit"
	"untag/cmd/untag/internal/text"
	"untag/platform/apply"
	"untag/platform/lang"
	"untag/platform/walk"
)

const toText = `--to DIR leaves all files as they are and writes clean copies into DIR: of a folder
PATH, DIR/NAME with the same tree, of a file DIR/NAME. No byte of a tag is written
there, not even for a moment, and a copy gets its name only once it was read back
and proven clean. What can't be cleaned is not copied, and the report says so;
--partly copies what can be cleaned in part as well. Copies have the names of the
files and folders; permissions, owners and times, which tell a lot, are not copied
(--mtime keep copies the time of last change). A second run passes over copies that
are there, and finishes what was interrupted; nothing else in DIR is ever replaced.`

// wordsOfTo checks the flags that go with --to, or not.
func (f *flags) wordsOfTo(paths []string) error {
	switch {
	case f.to == "" && f.partly:
		return usage(lang.T("--partly goes with --to only"), lang.T("without it, files are changed in place"))
	case f.to == "":
		return nil
	case f.compact:
		return usage(lang.T("--to and --compact exclude each other"), lang.T("clean the copies with --compact afterwards"))
	case paths[0] == "-":
		return usage(lang.T("--to goes with files and folders only"), "untag scrub - < in.jpg > out.jpg")
	}
	return nil
}

// copies opens the folder of --to, which it makes if need be, and sees to it that
// the copies will find room there.
func (a *app) copies(ctx context.Context, f flags, roots []*walk.Root, choice walk.Choice) (c *apply.Copies, err error) {
	switch err := os.Mkdir(f.to, 0o777); {
	case err == nil:
		defer func() {
			if c == nil {
				_ = os.Remove(f.to) // who fails like that says that nothing was touched
			}
		}()
	case !errors.Is(err, fs.ErrExist):
		return nil, cantCopyTo(f.to, err)
	}
	root, err := walk.Open(f.to)
	switch {
	case err != nil:
		return nil, cantCopyTo(f.to, err)
	case root.IsFile():
		root.Close()
		return nil, usage(lang.T("--to %s is a file", text.Name(f.to)), lang.T("it takes a folder"))
	}
	to := &apply.Copies{Root: root, Partly: f.partly}
	if to.Place, err = places(roots); err == nil {
		err = apart(root, f.to, roots)
	}
	if err == nil {
		err = a.roomFor(ctx, to, f.to, roots, choice)
	}
	if err != nil {
		root.Close()
		return nil, err
	}
	return to, nil
}

func cantCopyTo(dir string, err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	h := hint(err)
	if errors.Is(err, fs.ErrNotExist) {
		h = lang.T("the folder above it has to be there: check the spelling, and that the drive is mounted")
	}
	return &failure{exit.Failed, "--to " + text.Name(dir) + ": " + err.Error(), h}
}

// places tells where in the folder the copy of an entry goes: below the name of the
// path that was given, as with cp.
func places(roots []*walk.Root) (func(*walk.Entry) string, error) {
	base := func(path string) string {
		switch b := filepath.Base(path); b {
		case ".", "..", "/":
			return "" // without a name of its own
		default:
			return b
		}
	}
	paths := map[string]string{}
	for _, r := range roots {
		b := base(r.Path())
		if other, twice := paths[b]; twice {
			return nil, usage(lang.T("%s and %s would go to the same place", text.Name(other), text.Name(r.Path())), lang.T("give them one after the other, with a DIR for each"))
		}
		paths[b] = r.Path()
	}
	return func(e *walk.Entry) string {
		if e.Named {
			return base(e.Path)
		}
		return filepath.Join(base(e.Top()), e.Rel)
	}, nil
}

// apart sees to it that copies don't go where files are looked for.
func apart(dir *walk.Root, name string, roots []*walk.Root) error {
	for _, r := range roots {
		inside, err := r.Within(dir)
		switch {
		case err != nil:
			return cantCopyTo(name, err)
		case inside:
			return usage(lang.T("--to %s is inside %s", text.Name(name), text.Name(r.Path())), lang.T("choose a folder elsewhere: what is in a PATH is to stay as it is"))
		}
	}
	return nil
}

func (a *app) roomFor(ctx context.Context, c *apply.Copies, name string, roots []*walk.Root, choice walk.Choice) error {
	need, free, err := c.Room(ctx, roots, a.Planner, choice)
	switch {
	case ctx.Err() != nil:
		return &failure{exit.Interrupted, lang.T("interrupted; nothing was copied"), ""}
	case err != nil:
		return cantCopyTo(name, err)
	case need > free:
		return &failure{exit.Failed, lang.T("%s has room for %s, the copies may take %s", text.Name(name), text.Bytes(free), text.Bytes(need)),
			lang.T("free some space, take another drive, or name fewer paths")}
	}
	return nil
}
