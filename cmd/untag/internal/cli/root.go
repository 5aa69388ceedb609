package cli

import (
	"cmp"
	"errors"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"untag/cmd/untag/internal/exit"
	"untag/cmd/untag/internal/text"
	"untag/platform/lang"
)

func rootLong() string {
	return lang.T(`untag removes from photos, videos and music whatever tells which device,
person, place or time made or handled them, and leaves picture and sound as
they are. It works on the files themselves, in place, which can't be undone.

A file is called clean only if every byte of it is accounted for. A file that
untag is not sure about is reported as partly cleaned, or as unsupported, and
makes the exit code say so.`)
}

func rootExample() string {
	return lang.T(`  untag inspect holiday.jpg           what is in it
  untag scrub -n /media/stick         what would be removed
  untag scrub /media/stick            remove it
  untag verify /media/stick           prove that nothing is left`)
}

func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:           "untag COMMAND",
		Short:         lang.T("remove what identifies device, person, place and time from media files"),
		Long:          rootLong() + "\n\n" + exitStatus(),
		Example:       rootExample(),
		Version:       a.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE:          a.unknown,

		PersistentPreRunE: noneEmpty,

		SuggestionsMinimumDistance: 2,
		DisableFlagsInUseLine:      true,
	}
	root.SetUsageTemplate(usageTemplate(root.UsageTemplate()))
	showHelp := root.HelpFunc()
	root.SetHelpFunc(func(c *cobra.Command, args []string) {
		for name, usage := range map[string]string{"help": lang.T("show this"), "version": lang.T("show the version")} {
			if f := c.Flags().Lookup(name); f != nil {
				f.Usage = usage
			}
		}
		showHelp(c, args)
	})
	root.SetFlagErrorFunc(a.wrongFlag)
	root.SetVersionTemplate("untag {{.Version}}\n")
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveDefault)
	cobra.EnableCommandSorting = false // what people want first comes first
	group(root, "files", lang.T("Files and folders:"), a.inspect(), a.scrub(), a.verify(), a.report())
	group(root, "daemon", lang.T("Drives, with the daemon untagd:"), append([]*cobra.Command{a.status(), a.watch(), a.action(), a.drives()}, a.controls()...)...)
	group(root, "other", lang.T("And:"), append([]*cobra.Command{a.doctor(), a.formats(), a.version()}, topics()...)...)
	root.SetHelpCommand(help())
	root.SetHelpCommandGroupID("other")
	root.SetCompletionCommandGroupID("other")
	root.SetOut(a.out)
	root.InitDefaultCompletionCmd() // which keeps what is the output now
	if c, _, err := root.Find([]string{"completion"}); err == nil {
		c.Short = lang.T("print what a shell needs to complete commands")
		c.Use, c.DisableFlagsInUseLine, c.Args, c.RunE = "completion SHELL", true, cobra.ArbitraryArgs, noShell
	}
	return root
}

// usageTemplate is cobra's in the language of the reader. The usage lines of those that
// have commands say so already.
func usageTemplate(cobras string) string {
	return strings.NewReplacer(
		"{{if .HasAvailableSubCommands}}\n  {{.CommandPath}} [command]{{end}}", "",
		"\nAvailable Commands:", "\n"+lang.T("Available Commands:"),
		"\nExamples:", "\n"+lang.T("Examples:"),
		"\nFlags:", "\n"+lang.T("Flags:"),
		"\nAdditional help topics:", "\n"+lang.T("Additional help topics:"),
		"Usage:", lang.T("Usage:"),
		`Use "{{.CommandPath}} [command] --help" for more information about a command.`, lang.T("Use \"%s [command] --help\" for more information about a command.", "{{.CommandPath}}"),
	).Replace(cobras)
}

// group adds commands that stand together in the help.
func group(root *cobra.Command, id, title string, commands ...*cobra.Command) {
	root.AddGroup(&cobra.Group{ID: id, Title: title})
	for _, c := range commands {
		c.GroupID = id
		root.AddCommand(c)
	}
}

// noShell is completion without one of its commands.
func noShell(c *cobra.Command, args []string) error {
	var shells []string
	for _, s := range c.Commands() {
		shells = append(shells, s.Name())
	}
	if len(args) == 0 {
		return usage(lang.T("no shell given"), oneOf(shells))
	}
	return usage(lang.T("no completion for %q", args[0]), oneOf(shells))
}

// noneEmpty refuses options without a value. --to "$DIR" must not clean the files themselves
// where a script has no DIR, nor --keep "$KINDS" take away what was to be kept.
func noneEmpty(c *cobra.Command, _ []string) (err error) {
	c.Flags().Visit(func(f *pflag.Flag) {
		empty := f.Value.String() == ""
		if list, ok := f.Value.(pflag.SliceValue); ok {
			all := list.GetSlice()
			empty = len(all) == 0 || slices.Contains(all, "")
		}
		if empty {
			err = usage(lang.T("--%s is empty", f.Name), lang.T("if its value comes from a variable, that has none"))
		}
	})
	return err
}

// noArgs is the rule for the arguments of commands that take none.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(lang.T("%s takes no argument, such as %q", c.CommandPath(), args[0]), seeHelp(c))
	}
	return nil
}

// help is cobra's, but for words that it doesn't know.
func help() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND or TOPIC]",
		Short: lang.T("show help for a command or topic"),
		RunE: func(c *cobra.Command, args []string) error {
			about, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usage(lang.T("no help on %q", strings.Join(args, " ")), seeHelp(c.Root()))
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// wrongFlag says what is wrong with a flag, and which may have been meant.
func (a *app) wrongFlag(c *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) { // which tells what strconv says
		return usage(lang.T("--%s can't be %q", invalid.GetFlag().Name, invalid.GetValue()), seeHelp(c))
	}
	var missing *pflag.NotExistError
	if !errors.As(err, &missing) {
		return usage(lang.Known(err.Error()), seeHelp(c))
	}
	if letters := missing.GetSpecifiedShortnames(); letters != "" {
		first, _ := utf8.DecodeRuneInString(letters)
		return usage(lang.T("unknown flag: -%c", first), cmp.Or(a.afterDash(c), seeHelp(c)))
	}
	return usage(lang.Known(err.Error()), cmp.Or(didYouMean(c, flagsLike(c, missing.GetSpecifiedName())), seeHelp(c)))
}

func didYouMean(c *cobra.Command, flags []string) string {
	if len(flags) == 0 {
		return ""
	}
	return lang.T("did you mean untag %s?", strings.TrimPrefix(c.CommandPath()+" ", "untag ")+strings.Join(flags, lang.T(" or ")))
}

// afterDash is the hint for who wrote -profile, or gave a file whose name begins as flags
// do: shells write * out so.
func (a *app) afterDash(c *cobra.Command) string {
	for _, arg := range a.Args {
		word, dash := strings.CutPrefix(arg, "-")
		if !dash {
			continue
		}
		if _, err := os.Lstat(arg); err == nil {
			return lang.T("a file of that name is %s", text.Name("./"+arg))
		}
		name, _, _ := strings.Cut(word, "=")
		if c.Flags().Lookup(name) != nil {
			return didYouMean(c, []string{"--" + name})
		}
	}
	return ""
}

// flagsLike are the flags that somebody may have meant, as cobra finds commands: those
// that are nearest.
func flagsLike(c *cobra.Command, name string) (near []string) {
	all := &cobra.Command{}
	c.Flags().VisitAll(func(f *pflag.Flag) {
		all.AddCommand(&cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}})
	})
	for distance := 1; distance <= 2 && len(near) == 0; distance++ {
		all.SuggestionsMinimumDistance = distance
		for _, flag := range all.SuggestionsFor(name) {
			near = append(near, "--"+flag)
		}
	}
	return near
}

// unknown is what happens without one of the commands.
func (a *app) unknown(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return &failure{exit.Usage, lang.T("no command"), lang.T("untag inspect, scrub or verify PATH...; see untag --help")}
	}
	hint := seeHelp(c)
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		hint = lang.T("did you mean untag %s?", strings.Join(near, lang.T(" or ")))
	} else if _, err := os.Lstat(args[0]); err == nil {
		hint = lang.T("to clean a file or folder: untag scrub PATH")
	}
	return &failure{exit.Usage, lang.T("no command %q", args[0]), hint}
}
