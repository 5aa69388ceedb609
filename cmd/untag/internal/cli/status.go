package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"untag/cmd/untag/internal/exit"
	"untag/cmd/untag/internal/text"
	"untag/platform/desktop"
	"untag/platform/lang"
	"untag/platform/station"
)

const statusLong = `status shows what untagd is doing: for each drive what is being done with it, how
far that is, and what is not clean.

` + filesText + "\n\n" + reachText

// reachText is what the commands that talk to the daemon have in common.
const reachText = `The daemon is looked for on the bus of the session and then on that of the
system; --bus settles it. The exit code is 0 if it answered, 3 if it is not
running or did not, and 2 if the command line is wrong.`

func (a *app) status() *cobra.Command {
	var bus string
	var asJSON, files bool
	c := &cobra.Command{
		Use:     "status [flags]",
		Short:   lang.T("show what the daemon untagd is doing"),
		Long:    statusLong,
		Example: "  untag status\n  untag status --files      which files are not clean, and why",
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withDaemon(c.Context(), bus, func(ctx context.Context, d *desktop.Client) error {
				s, err := d.Status(ctx)
				if err != nil {
					return err
				}
				show, list := statusText, filesList
				if asJSON {
					show, list = statusJSON, filesJSON
				}
				if !files {
					return failed(show(a.Stdout, s, d.Bus(), nil))
				}
				lists := map[uint64]station.Files{}
				err = filesOf(ctx, d, s.Drives, func(of station.DriveState, f station.Files) error {
					lists[of.Drive.ID] = f
					return nil
				})
				if err != nil {
					return err
				}
				return failed(show(a.Stdout, s, d.Bus(), func(w io.Writer, of station.DriveState) error {
					return list(w, of, lists[of.Drive.ID])
				}))
			})
		},
	}
	busFlag(c, &bus)
	c.Flags().BoolVar(&files, "files", false, lang.T("list the files that are not clean"))
	c.Flags().BoolVar(&asJSON, "json", false, lang.T("report in JSON: one object for each drive, and one for the daemon"))
	return c
}

func busFlag(c *cobra.Command, bus *string) {
	c.Flags().StringVar(bus, "bus", "auto", lang.T("look for the daemon on this `BUS`: session, system or auto"))
}

// withDaemon does something with the daemon.
func (a *app) withDaemon(ctx context.Context, bus string, do func(context.Context, *desktop.Client) error) error {
	b := desktop.Bus(bus)
	switch bus {
	case "auto":
		b = desktop.Auto
	case "session", "system":
	default:
		return &failure{exit.Usage, lang.T("--%s %q is not known", "bus", bus), oneOf([]string{"session", "system", "auto"})}
	}
	d, err := desktop.Dial(ctx, b)
	if err == nil {
		err = do(ctx, d)
		d.Close()
	}
	return outOfReach(err)
}

// outOfReach says what can be done about it.
func outOfReach(err error) error {
	var f *failure
	switch {
	case err == nil, errors.As(err, &f):
		return err
	case errors.Is(err, desktop.ErrNotRunning):
		return &failure{exit.Failed, lang.T("untagd is not running"), lang.T("start it: systemctl start untagd, or systemctl --user start untagd for your own drives alone")}
	case errors.Is(err, desktop.ErrDenied):
		return &failure{exit.Failed, lang.T("the daemon does not take this from everybody"), lang.T("run it as root, or as a member of the group plugdev; names of files are told to root and to the user whose drive it is")}
	case errors.Is(err, station.ErrNoDrive):
		return &failure{exit.Failed, lang.T("the drive is gone"), ""}
	}
	return &failure{exit.Failed, "untagd: " + err.Error(), ""}
}

// lister shows the files of a drive that are not clean; nil if nobody asked.
type lister func(io.Writer, station.DriveState) error

func statusText(w io.Writer, s desktop.Status, bus desktop.Bus, files lister) error {
	if _, err := fmt.Fprintln(w, lang.T("untagd %s on the %s bus: %s", text.Quote(s.Version), bus, daemonWords(s))); err != nil {
		return err
	}
	var rows [][]string
	for _, d := range s.Drives {
		rows = append(rows, []string{strconv.FormatUint(d.Drive.ID, 10), driveName(d), stateWords(d), strings.Join(countWords(d.Counts), ", ")})
		if files == nil {
			continue
		}
		if err := errors.Join(text.Table(w, "", rows), files(w, d)); err != nil {
			return err
		}
		rows = nil
	}
	return text.Table(w, "", rows)
}

func daemonWords(s desktop.Status) string {
	switch s.State {
	case desktop.Idle:
		return lang.T("no drive")
	case desktop.Working:
		return lang.T("working, %s", progressWords(s.Progress))
	case desktop.Attention:
		return lang.T("something is not clean, or was not looked at")
	}
	return lang.T("nothing to do")
}

func progressWords(p desktop.Progress) string {
	if p.Counting {
		return lang.N("%[2]d of %[1]d file or more", "%[2]d of %[1]d files or more", p.Total, p.Done)
	}
	return lang.N("%[2]d of %[1]d file", "%[2]d of %[1]d files", p.Total, p.Done)
}

// driveName is how people know it: by its label, else where it is.
func driveName(s station.DriveState) string {
	d := s.Drive
	name := cmp.Or(d.Label, d.MountPoint, d.Device)
	if d.Label != "" && d.MountPoint != "" {
		name = lang.T("%s at %s", name, d.MountPoint)
	}
	return text.Quote(name)
}

// stateWords say what is being done, how far it is, or why not.
func stateWords(s station.DriveState) string {
	words := text.Quote(lang.Known(string(s.State)))
	if s.State == station.Settling {
		words = lang.T("waiting for files to be complete")
	}
	if s.State == station.Cleaning || s.State == station.Checking || s.State == station.Settling && s.Done < s.Total {
		words += ", " + progressWords(desktop.Progress{Done: s.Done, Total: s.Total, Counting: s.Listing})
	}
	if s.Problem != station.NoProblem {
		words += ": " + text.Quote(lang.Known(string(s.Problem)))
	}
	return words
}

// countWords are of what is not zero.
func countWords(c station.Counts) (words []string) {
	for _, n := range []struct {
		n     int64
		words string
	}{
		{c.Cleaned, lang.T("%d cleaned", c.Cleaned)}, {c.Found, lang.T("%d found with tags", c.Found)}, {c.Partly, lang.T("%d only partly clean", c.Partly)},
		{c.Unsupported, lang.T("%d can't be cleaned", c.Unsupported)}, {c.Failed, lang.T("%d failed", c.Failed)}, {c.Waiting, lang.T("%d in use", c.Waiting)},
	} {
		if n.n > 0 {
			words = append(words, n.words)
		}
	}
	if c.Other > 0 {
		words = append(words, lang.T("and %s", text.Others(c.Other)))
	}
	return words
}

// driveLine is a drive in JSON.
type driveLine struct {
	ID         uint64     `json:"id"`
	Device     string     `json:"device"`
	MountPoint string     `json:"mount_point"`
	Label      string     `json:"label"`
	FS         string     `json:"fs"`
	Vendor     string     `json:"vendor"`
	Model      string     `json:"model"`
	Bus        string     `json:"bus"`
	Size       int64      `json:"size"`
	ReadOnly   bool       `json:"read_only"`
	Action     string     `json:"action"`
	Rule       string     `json:"rule"`
	State      string     `json:"state"`
	Was        string     `json:"was,omitempty"` // of watch: the state before
	Problem    string     `json:"problem"`
	Done       int64      `json:"done"`
	Total      int64      `json:"total"`
	Counting   bool       `json:"counting"`
	Passes     int64      `json:"passes"`
	Counts     countsLine `json:"counts"`
}

type countsLine struct {
	Files       int64 `json:"files"`
	Media       int64 `json:"media"`
	Cleaned     int64 `json:"cleaned"`
	Tags        int64 `json:"tags"`
	Found       int64 `json:"found"`
	Partly      int64 `json:"partly"`
	Unsupported int64 `json:"unsupported"`
	Failed      int64 `json:"failed"`
	Waiting     int64 `json:"waiting"`
	Other       int64 `json:"other"`
}

func lineOf(s station.DriveState) driveLine {
	d := s.Drive
	return driveLine{
		ID: d.ID, Device: d.Device, MountPoint: d.MountPoint, Label: d.Label, FS: d.FS, Vendor: d.Vendor, Model: d.Model, Bus: d.Bus,
		Size: d.Size, ReadOnly: d.ReadOnly, Action: string(s.Action), Rule: s.Rule, State: string(s.State), Problem: string(s.Problem),
		Done: s.Done, Total: s.Total, Counting: s.Listing, Passes: s.Passes, Counts: countsLine(s.Counts),
	}
}

func statusJSON(w io.Writer, s desktop.Status, bus desktop.Bus, files lister) error {
	enc := text.JSON(w)
	for _, d := range s.Drives {
		if err := enc.Encode(lineOf(d)); err != nil {
			return err
		}
		if files == nil {
			continue
		}
		if err := files(w, d); err != nil {
			return err
		}
	}
	return enc.Encode(struct {
		State    string `json:"state"`
		Done     int64  `json:"done"`
		Total    int64  `json:"total"`
		Counting bool   `json:"counting"`
		Version  string `json:"version"`
		Bus      string `json:"bus"`
	}{s.State, s.Progress.Done, s.Progress.Total, s.Progress.Counting, s.Version, string(bus)})
}
