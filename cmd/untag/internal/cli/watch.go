package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"untag/cmd/untag/internal/exit"
	"untag/cmd/untag/internal/report"
	"untag/cmd/untag/internal/text"
	"untag/platform/config"
	"untag/platform/desktop"
	"untag/platform/drive"
	"untag/platform/lang"
	"untag/platform/station"
)

const watchLong = `watch shows what untagd is doing as it happens, until it is interrupted or the
daemon ends: on a terminal one line for each drive that is kept up to date,
elsewhere a line whenever the state of a drive changes.

With --notify the desktop shows it too: when a drive takes longer to clean, when
it is clean, and what could not be cleaned. A daemon of the session does that by
itself; one of the whole machine has no desktop.

` + filesText + " With it, files are listed when a drive comes to\nrest, each once, and nothing is drawn over.\n\n" + reachText

func (a *app) watch() *cobra.Command {
	var bus string
	var asJSON, notify, files bool
	c := &cobra.Command{
		Use:   "watch [flags]",
		Short: lang.T("show what the daemon is doing as it happens"),
		Long:  watchLong,
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			ctx := c.Context()
			err := a.withDaemon(ctx, bus, func(ctx context.Context, d *desktop.Client) error {
				v := a.view(asJSON, files)
				if files {
					v = &filesView{view: v, ctx: ctx, d: d, w: a.Stdout, list: filesList, told: map[uint64]map[station.File]bool{}}
					if asJSON {
						v.(*filesView).list = filesJSON
					}
				}
				return a.follow(ctx, d, v, notify)
			})
			if ctx.Err() != nil {
				return nil // it was interrupted, which is how it ends
			}
			return err
		},
	}
	busFlag(c, &bus)
	c.Flags().BoolVar(&files, "files", false, lang.T("list the files that are not clean"))
	c.Flags().BoolVar(&asJSON, "json", false, lang.T("report in JSON, one object for each change"))
	c.Flags().BoolVar(&notify, "notify", false, lang.T("show notifications on the desktop as well"))
	return c
}

// view shows changes. What goes wrong is a [failure], or what the daemon said.
type view interface {
	show(station.Change) error
}

func (a *app) view(asJSON, plain bool) view {
	switch {
	case asJSON:
		return jsonView{a.Stdout}
	case a.Columns(a.Stdout) > 0 && !plain:
		return &liveView{w: a.Stdout, columns: func() int { return a.Columns(a.Stdout) }}
	}
	return &plainView{w: a.Stdout, last: map[uint64]string{}}
}

// follow shows changes until the daemon or ctx ends.
func (a *app) follow(ctx context.Context, d *desktop.Client, v view, notify bool) error {
	ctx, cancel := context.WithCancel(ctx)
	var notes sync.WaitGroup
	defer notes.Wait()
	defer cancel()
	if notify {
		if err := a.notify(ctx, d, &notes); err != nil {
			return err
		}
	}
	changes, err := d.Watch(ctx)
	if err != nil {
		return err
	}
	for c := range changes {
		if err := v.show(c); err != nil {
			return err
		}
	}
	return &failure{exit.Failed, lang.T("untagd has ended"), ""}
}

func (a *app) notify(ctx context.Context, d *desktop.Client, notes *sync.WaitGroup) error {
	to, err := desktop.DialDesktop(ctx)
	if err != nil {
		return &failure{exit.Failed, lang.T("there is no desktop to show notifications: %v", err), ""}
	}
	changes, err := d.Watch(ctx)
	if err != nil {
		return errors.Join(err, to.Close())
	}
	notes.Go(func() {
		defer to.Close()
		all := func() config.Notify { return config.NotifyAll }
		var once sync.Once
		hands := desktop.Hands{
			Pause:  func(id uint64) error { return d.Pause(ctx, id) },
			Resume: func(id uint64) error { return d.Resume(ctx, id) },
			Eject: func(ctx context.Context, one drive.Drive) error {
				drives, err := d.Drives(ctx)
				if err != nil {
					return err
				}
				return desktop.EjectDrive(ctx, one, drives)
			},
		}
		desktop.Notify(ctx, changes, to, hands, all, func(error) {
			once.Do(func() { _ = report.Complain(a.Stderr, lang.T("the desktop shows no notifications"), "") })
		})
	})
	return nil
}

// jsonView prints every change.
type jsonView struct{ w io.Writer }

func (v jsonView) show(c station.Change) error {
	line := lineOf(c.DriveState)
	line.Was = string(c.Was)
	return failed(text.JSON(v.w).Encode(line))
}

// plainView prints a line whenever there is something new to say, counts apart.
type plainView struct {
	w    io.Writer
	last map[uint64]string
}

func (v *plainView) show(c station.Change) error {
	said := string(c.State) + "\n" + string(c.Problem)
	if v.last[c.Drive.ID] == said {
		return nil
	}
	if v.last[c.Drive.ID] = said; c.State == station.Gone {
		delete(v.last, c.Drive.ID)
	}
	_, err := fmt.Fprintln(v.w, viewLine(c.DriveState))
	return failed(err)
}

func viewLine(s station.DriveState) string {
	parts := append([]string{driveName(s), stateWords(s)}, strings.Join(countWords(s.Counts), ", "))
	return strings.TrimRight(strings.Join(parts, "  "), " ")
}

// liveView draws all drives anew over what it drew before.
type liveView struct {
	w       io.Writer
	columns func() int
	drives  []station.DriveState
	drawn   int // lines
}

func (v *liveView) show(c station.Change) error {
	i, there := slices.BinarySearchFunc(v.drives, c.Drive.ID, func(s station.DriveState, id uint64) int {
		return cmp.Compare(s.Drive.ID, id)
	})
	switch {
	case c.State == station.Gone && there:
		v.drives = slices.Delete(v.drives, i, i+1)
	case c.State == station.Gone:
	case there:
		v.drives[i] = c.DriveState
	default:
		v.drives = slices.Insert(v.drives, i, c.DriveState)
	}
	return failed(v.draw())
}

// draw leaves the last column free: writing to it makes some terminals wrap.
func (v *liveView) draw() error {
	var b strings.Builder
	if v.drawn > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", v.drawn)
	}
	b.WriteString("\r\x1b[J")
	for _, d := range v.drives {
		b.WriteString(text.Cut(viewLine(d), v.columns()-1) + "\n")
	}
	if len(v.drives) == 0 {
		b.WriteString(lang.T("no drive") + "\n")
	}
	v.drawn = max(1, len(v.drives))
	_, err := io.WriteString(v.w, b.String())
	return err
}
