package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"untag/cmd/untag/internal/exit"
	"untag/cmd/untag/internal/text"
	"untag/platform/config"
	"untag/platform/desktop"
	"untag/platform/lang"
)

const actionLong = `action shows or sets what untagd does with a drive that is plugged in:

  scrub   clean it at once
  report  look, tell what is found, and change nothing
  ask     the same, and ask on the desktop whether to clean it; where nobody can
          answer, the drive is left as it is. This is how it begins.

Cleaning can't be undone: have the originals elsewhere first.

It is kept in ~/.config/untag/untagd.toml, where you can change it as well; root
sets it for the whole machine, in /etc/untag/untagd.toml. All else in the file stays
as it is. Rules in these files may say otherwise for some drives; untag drives
shows what holds for those that are plugged in. A daemon that is running is told.

The exit code is 2 if there is a mistake in the file, which is then left as it is,
and 3 if it can't be written or the daemon can't be told.`

// actions are what can be set, and what each means for a drive.
var actions = []struct {
	action config.Action
	words  lang.Text
}{
	{config.Scrub, lang.Mark("drives are cleaned as soon as they are plugged in, which can't be undone")},
	{config.Report, lang.Mark("drives are looked at, and left as they are")},
	{config.Ask, lang.Mark("drives are looked at, and you are asked whether to clean them")},
}

func actionWord(a config.Action) (word string) {
	for _, one := range actions {
		if one.action == a {
			word = one.words.String()
		}
	}
	return word
}

func (a *app) action() *cobra.Command {
	var path string
	var asJSON bool
	c := &cobra.Command{
		Use:       "action [flags] [scrub|report|ask]",
		Short:     lang.T("show or set what the daemon does with drives"),
		Long:      actionLong,
		Example:   "  untag action\n  untag action scrub",
		ValidArgs: []string{string(config.Scrub), string(config.Report), string(config.Ask)},
		Args:      oneAction,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				if err := a.setAction(c.Context(), path, config.Action(args[0])); err != nil {
					return err
				}
			}
			now, err := a.rules(path)
			if err != nil {
				return wrongRules(err)
			}
			return failed(a.showAction(now, asJSON))
		},
	}
	c.Flags().StringVar(&path, "config", "", lang.T("read and write this `FILE` instead, and tell no daemon"))
	c.Flags().BoolVar(&asJSON, "json", false, lang.T("show it in JSON"))
	return c
}

func oneAction(c *cobra.Command, args []string) error {
	switch {
	case len(args) > 1:
		return usage(lang.T("%s takes one argument", c.CommandPath()), seeHelp(c))
	case len(args) == 1 && !slices.Contains(c.ValidArgs, args[0]):
		return usage(lang.T("no action %q", args[0]), oneOf(c.ValidArgs))
	}
	return nil
}

func (a *app) showAction(c config.Config, asJSON bool) error {
	if asJSON {
		return text.JSON(a.Stdout).Encode(struct {
			Action string `json:"action"`
			Rules  int    `json:"rules"`
		}{string(c.Action), len(c.Rules)})
	}
	rules := ""
	if n := len(c.Rules); n > 0 {
		rules = "; " + lang.N("%d rule may say otherwise, see untag drives", "%d rules may say otherwise, see untag drives", n)
	}
	_, err := fmt.Fprintf(a.Stdout, "%s: %s%s\n", c.Action, actionWord(c.Action), rules)
	return err
}

// setAction keeps the action, and has the daemon that goes by it read it.
func (a *app) setAction(ctx context.Context, path string, action config.Action) error {
	bus := desktop.None
	if path == "" {
		path, bus = config.Own(a.Getenv), desktop.Session
		if os.Geteuid() == 0 {
			path, bus = config.System, desktop.System
		}
	}
	var at *config.Error
	switch err := config.SetAction(path, action); {
	case errors.As(err, &at):
		return wrongRules(err)
	case err != nil:
		return &failure{exit.Failed, lang.T("the action can't be kept: %v", err), ""}
	case bus == desktop.None:
		return nil
	}
	d, err := desktop.Dial(ctx, bus)
	if errors.Is(err, desktop.ErrNotRunning) {
		return nil
	}
	if err == nil {
		err = d.Reload(ctx)
		d.Close()
	}
	return outOfReach(err)
}

func wrongRules(err error) error {
	if at := (*fs.PathError)(nil); errors.As(err, &at) {
		return cantRead(text.Name(at.Path), at.Err)
	}
	return &failure{exit.Usage, firstLine(err), lang.T("untagd.toml says in its comments what may stand there")}
}
