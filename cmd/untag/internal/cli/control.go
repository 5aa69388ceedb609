package cli

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"untag/cmd/untag/internal/exit"
	"untag/cmd/untag/internal/text"
	"untag/platform/desktop"
	"untag/platform/lang"
	"untag/platform/station"
)

// driveText explains the argument DRIVE.
const driveText = `DRIVE is the number, the device, the mount point or the label of a drive, as
untag status shows them; without it, all drives are meant.`

const pauseLong = `pause has untagd leave drives alone, in the middle of a file if need be, which is
then whole and as it was or cleaned. What changes on them meanwhile is noted and
looked at after untag resume.

` + driveText + "\n\n" + reachText

const resumeLong = `resume has untagd go on with drives that were paused, or with which it was stuck.

` + driveText + "\n\n" + reachText

const rescanLong = `rescan has untagd look through all of a drive again. Files that are clean are
only read.

` + driveText + "\n\n" + reachText

// oneDrive is the rule for their arguments.
func oneDrive(c *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usage(lang.T("more than one drive"), seeHelp(c))
	}
	return nil
}

// order is what the daemon can be told to do with a drive.
type order struct {
	name  string
	short lang.Text
	long  string
	done  lang.Text // what is said of a drive afterwards
	give  func(*desktop.Client, context.Context, uint64) error
}

var orders = []order{
	{"pause", lang.Mark("have the daemon leave drives alone"), pauseLong, lang.Mark("paused"), (*desktop.Client).Pause},
	{"resume", lang.Mark("have the daemon go on with drives"), resumeLong, lang.Mark("resumed"), (*desktop.Client).Resume},
	{"rescan", lang.Mark("have the daemon look through drives again"), rescanLong, lang.Mark("being looked through again"), (*desktop.Client).Rescan},
}

func (a *app) controls() (all []*cobra.Command) {
	for _, o := range orders {
		all = append(all, a.control(o))
	}
	return all
}

func (a *app) control(o order) *cobra.Command {
	var bus string
	var asJSON bool
	c := &cobra.Command{
		Use:     o.name + " [flags] [DRIVE]",
		Short:   o.short.String(),
		Long:    o.long,
		Example: "  untag " + o.name + "\n  untag " + o.name + " /media/stick",
		Args:    oneDrive,
		RunE: func(c *cobra.Command, args []string) error {
			return a.withDaemon(c.Context(), bus, func(ctx context.Context, d *desktop.Client) error {
				drives, err := d.Drives(ctx)
				if err != nil {
					return err
				}
				if drives, err = named(drives, args); err != nil {
					return err
				}
				return a.obey(ctx, d, o, drives, asJSON)
			})
		},
	}
	busFlag(c, &bus)
	c.Flags().BoolVar(&asJSON, "json", false, lang.T("report in JSON, one object for each drive"))
	return c
}

func (a *app) obey(ctx context.Context, d *desktop.Client, o order, drives []station.DriveState, asJSON bool) error {
	for _, s := range drives {
		if err := o.give(d, ctx, s.Drive.ID); err != nil {
			return err
		}
		var err error
		if asJSON {
			err = text.JSON(a.Stdout).Encode(struct {
				ID    uint64 `json:"id"`
				Order string `json:"order"`
			}{s.Drive.ID, o.name})
		} else {
			_, err = fmt.Fprintf(a.Stdout, "%s: %s\n", driveName(s), o.done)
		}
		if err != nil {
			return failed(err)
		}
	}
	return nil
}

// named finds the drive that is meant; all of them if none is named.
func named(drives []station.DriveState, args []string) ([]station.DriveState, error) {
	if len(args) == 0 {
		return drives, nil
	}
	name := args[0]
	for _, by := range []func(station.DriveState) bool{
		func(s station.DriveState) bool { return strconv.FormatUint(s.Drive.ID, 10) == name },
		func(s station.DriveState) bool { return s.Drive.Device == name },
		func(s station.DriveState) bool {
			return s.Drive.MountPoint != "" && s.Drive.MountPoint == strings.TrimRight(name, "/")
		},
		func(s station.DriveState) bool { return s.Drive.Label == name },
	} {
		found := slices.DeleteFunc(slices.Clone(drives), func(s station.DriveState) bool { return name == "" || !by(s) })
		switch {
		case len(found) == 1:
			return found, nil
		case len(found) > 1:
			return nil, &failure{exit.Usage, lang.N("%d drive is called %q", "%d drives are called %q", len(found), name), lang.T("name it by its number in untag status")}
		}
	}
	return nil, &failure{exit.Usage, lang.T("no drive %q", name), lang.T("untag status shows those that untagd knows")}
}
