package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"untag/platform/desktop"
)

const usage = `untagd cleans the media files on removable drives: all of them when a drive is
mounted, and then whatever is changed or copied to it.

Usage:
  untagd [flags]

`

// flags are what the command line says.
type flags struct {
	config      string
	log         string
	level       string
	once        bool
	drives      []string
	sandbox     bool
	sandboxSaid bool // whether sandbox was said at all
	loop        bool
	bus         string
	settle      time.Duration
	version     bool
}

// parse reads the command line. pflag.ErrHelp means that the usage was shown.
func (d *daemon) parse(args []string) error {
	f := &d.flags
	set := pflag.NewFlagSet("untagd", pflag.ContinueOnError)
	set.SortFlags = false
	set.SetOutput(d.Stdout)
	set.Usage = func() { fmt.Fprint(d.Stdout, usage, "Flags:\n", set.FlagUsages()) }
	set.StringVar(&f.config, "config", "", "read this `FILE` instead of /etc/untag/untagd.toml and ~/.config/untag/untagd.toml")
	set.StringVar(&f.log, "log", "console", "write the log as `FORMAT`: json or console")
	set.StringVar(&f.level, "log-level", "info", "log from this `LEVEL` on: debug, info, warn or error; debug names files")
	set.BoolVar(&f.once, "once", false, "clean what is mounted, without asking, and exit")
	set.StringArrayVar(&f.drives, "drive", nil, "treat this `FOLDER` as a drive, clean it without asking, and look for no others")
	set.BoolVar(&f.sandbox, "require-sandbox", true, "do nothing if the parsers can't be confined")
	set.StringVar(&f.bus, "bus", "auto", "be found on this `BUS`: session, system, auto or none")
	set.BoolVar(&f.loop, "loop", false, "take loop devices as drives")
	set.DurationVar(&f.settle, "settle", 0, "leave a file alone until it has not changed for this `DURATION`, such as 5s; overrides the configuration")
	set.BoolVar(&f.version, "version", false, "show the version, and exit")
	if err := set.Parse(args); err != nil {
		return plain(err)
	}
	f.sandboxSaid = set.Changed("require-sandbox")
	return f.check(set.Args())
}

// plain says what is wrong with a flag as untag does, without what strconv says.
func plain(err error) error {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		return fmt.Errorf("--%s can't be %q", invalid.GetFlag().Name, invalid.GetValue())
	}
	var missing *pflag.NotExistError
	if errors.As(err, &missing) && missing.GetSpecifiedShortnames() != "" {
		first, _ := utf8.DecodeRuneInString(missing.GetSpecifiedShortnames())
		return fmt.Errorf("unknown flag: -%c", first)
	}
	return err
}

func (f *flags) check(args []string) error {
	switch {
	case len(args) > 0:
		return fmt.Errorf("no argument is expected: %q; a folder is given with --drive", args[0])
	case f.log != "json" && f.log != "console":
		return fmt.Errorf("no log format %q: json or console", f.log)
	case !slices.Contains(levels, f.level):
		return fmt.Errorf("no log level %q: debug, info, warn or error", f.level)
	case !slices.Contains([]string{"auto", "session", "system", "none"}, f.bus):
		return fmt.Errorf("no bus %q: auto, session, system or none", f.bus)
	case f.settle < 0:
		return errors.New("--settle can't be less than 0")
	}
	for i, path := range f.drives {
		real, err := folderAt(path)
		if err != nil {
			return fmt.Errorf("--drive %s: %w", path, err)
		}
		f.drives[i] = real
	}
	return nil
}

var levels = []string{"debug", "info", "warn", "error"}

// byHand tells whether drives are cleaned because somebody has just said so.
func (f *flags) byHand() bool { return f.once || len(f.drives) > 0 }

func (f *flags) dbus() desktop.Bus {
	if f.bus == "auto" {
		return desktop.Auto
	}
	return desktop.Bus(f.bus)
}

// folderAt returns the path of a folder without links in it, which is what the
// watches report.
func folderAt(path string) (string, error) {
	if path == "" { // which would be the folder at hand
		return "", errors.New("it is empty")
	}
	real, err := filepath.EvalSymlinks(path)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	if err != nil {
		var p *os.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return "", err
	}
	if st, err := os.Stat(real); err != nil || !st.IsDir() {
		return "", errors.New("is not a folder")
	}
	return real, nil
}
