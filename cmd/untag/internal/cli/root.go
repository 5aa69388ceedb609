package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"untag/cmd/untag/internal/exit"
)

const rootLong = `untag removes from photos, videos and music whatever tells which device,
person, place or time made or handled them, and leaves picture and sound as
they are. It works on the files themselves, in place.

A file is called clean only if every byte of it is accounted for. A file that
untag is not sure about is reported as partly cleaned, or as unsupported, and
makes the exit code say so.`

const rootExample = `  untag inspect holiday.jpg           what is in it
  untag scrub -n /media/stick         what would be removed
  untag scrub /media/stick            remove it
  untag verify /media/stick           prove that nothing is left`

func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:           "untag COMMAND",
		Short:         "remove what identifies device, person, place and time from media files",
		Long:          rootLong + "\n\n" + exitStatus(),
		Example:       rootExample,
		Version:       a.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE:          a.unknown,

		SuggestionsMinimumDistance: 2,
		DisableFlagsInUseLine:      true,
	}
	// The usage line of the root says it already.
	root.SetUsageTemplate(strings.Replace(root.UsageTemplate(),
		"{{if .HasAvailableSubCommands}}\n  {{.CommandPath}} [command]", "{{if and .HasParent .HasAvailableSubCommands}}\n  {{.CommandPath}} [command]", 1))
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		msg := err.Error()
		var invalid *pflag.InvalidValueError
		if errors.As(err, &invalid) { // which tells what strconv says
			msg = fmt.Sprintf("--%s can't be %q", invalid.GetFlag().Name, invalid.GetValue())
		}
		return usage(msg, "see "+c.CommandPath()+" --help")
	})
	root.SetVersionTemplate("untag {{.Version}}\n")
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveDefault)
	root.AddCommand(a.scrub(), a.inspect(), a.verify(), a.formats(), a.version())
	root.AddCommand(a.drives(), a.action(), a.status(), a.watch())
	root.AddCommand(a.controls()...)
	root.AddCommand(topics()...)
	root.SetHelpCommand(help())
	root.SetOut(a.out)
	root.InitDefaultCompletionCmd() // which keeps what is the output now
	if c, _, err := root.Find([]string{"completion"}); err == nil {
		c.Short = "print what a shell needs to complete commands"
		c.Args, c.RunE = cobra.ArbitraryArgs, noShell
	}
	return root
}

// noShell is completion without one of its commands.
func noShell(c *cobra.Command, args []string) error {
	var shells []string
	for _, s := range c.Commands() {
		shells = append(shells, s.Name())
	}
	if len(args) == 0 {
		return usage("no shell given", "one of "+strings.Join(shells, ", "))
	}
	return usage(fmt.Sprintf("no completion for %q", args[0]), "one of "+strings.Join(shells, ", "))
}

// noArgs is the rule for the arguments of commands that take none.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(fmt.Sprintf("%s takes no argument, such as %q", c.CommandPath(), args[0]), "see "+c.CommandPath()+" --help")
	}
	return nil
}

// help is cobra's, but for words that it doesn't know.
func help() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND or TOPIC]",
		Short: "show help for a command or topic",
		RunE: func(c *cobra.Command, args []string) error {
			about, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usage(fmt.Sprintf("no help on %q", strings.Join(args, " ")), "see untag --help")
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// unknown is what happens without one of the commands.
func (a *app) unknown(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return &failure{exit.Usage, "no command", "untag inspect, scrub or verify PATH...; see untag --help"}
	}
	hint := "see untag --help"
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "did you mean untag " + strings.Join(near, " or ") + "?"
	} else if _, err := os.Lstat(args[0]); err == nil {
		hint = "to clean a file or folder: untag scrub PATH"
	}
	return &failure{exit.Usage, fmt.Sprintf("no command %q", args[0]), hint}
}
