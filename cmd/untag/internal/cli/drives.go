package cli

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"untag/cmd/untag/internal/exit"
	"untag/cmd/untag/internal/text"
	"untag/platform/config"
	"untag/platform/drive"
	"untag/platform/lang"
	"untag/scrub"
)

const drivesLong = `drives lists the removable drives that are plugged in, mounted or not, and what
untagd does with each when it is mounted: the action, the rule that says so, and
what that rule could ask about the drive, as it would stand in untagd.toml. It
works without the daemon. The system's own disks are never among them.

The rules are those of /etc/untag/untagd.toml and ~/.config/untag/untagd.toml, or
of --config. The exit code is 2 if there is a mistake in them, and 3 if drives
can't be looked for.

What a drive is called and which number it has identifies it: mind where you keep
what this prints.`

// driveOptions are where to look.
var driveOptions drive.Options

func (a *app) drives() *cobra.Command {
	var path string
	var loop, asJSON bool
	c := &cobra.Command{
		Use:     "drives",
		Short:   lang.T("list removable drives and the rules that apply to them"),
		Long:    drivesLong,
		Example: "  untag drives\n  untag drives --config new-rules.toml",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			c, err := a.rules(path)
			if err != nil {
				return wrongRules(err)
			}
			opt := driveOptions
			opt.Loop = opt.Loop || loop
			all, err := drive.List(opt)
			if err != nil {
				return &failure{exit.Failed, lang.T("drives can't be looked for: %v", err), ""}
			}
			if asJSON {
				return failed(a.drivesJSON(all, c))
			}
			return failed(a.drivesText(all, c))
		},
	}
	c.Flags().StringVar(&path, "config", "", lang.T("read the rules in this `FILE` instead"))
	c.Flags().BoolVar(&loop, "loop", false, lang.T("take loop devices as drives"))
	c.Flags().BoolVar(&asJSON, "json", false, lang.T("list in JSON, one object a line"))
	return c
}

func (a *app) rules(path string) (config.Config, error) {
	if path != "" {
		return config.Load(path)
	}
	return config.Load(config.Standard(a.Getenv)...)
}

// firstLine leaves out the line that a mistake is in, which doesn't fit.
func firstLine(err error) string {
	var at *config.Error
	if errors.As(err, &at) {
		return fmt.Sprintf("%s:%d:%d: %s", at.Path, at.Line, at.Column, at.What)
	}
	return err.Error()
}

func factsOf(d drive.Drive) config.Facts {
	return config.Facts{Label: d.Label, UUID: d.UUID, Vendor: d.Vendor, Model: d.Model, FS: d.FS, Size: d.Size, Folders: foldersIn(d.MountPoint)}
}

// foldersIn are those that rules can ask for, nil if nothing is mounted there.
func foldersIn(mountPoint string) (names []string) {
	all, err := os.ReadDir(mountPoint)
	for _, e := range all {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	if err == nil && names == nil {
		names = []string{}
	}
	return names
}

// actionFor is what untagd does with a drive.
func actionFor(c config.Config, d drive.Drive) (config.Action, scrub.Options, string) {
	action, opt, rule := c.For(factsOf(d))
	if d.ReadOnly && (action == config.Scrub || action == config.Ask) {
		action = config.Report
	}
	return action, opt, rule
}

func (a *app) drivesText(all []drive.Drive, c config.Config) error {
	var b strings.Builder
	if len(all) == 0 {
		b.WriteString(lang.T("no removable drive") + "\n")
	}
	for _, d := range all {
		where := lang.T("not mounted")
		if d.MountPoint != "" {
			where = lang.T("at %s", text.Quote(d.MountPoint))
		}
		if d.ReadOnly {
			where += ", " + lang.T("read-only")
		}
		fmt.Fprintf(&b, "%s  %s\n", text.Quote(d.Device), where)
		_ = text.Table(&b, "  ", [][]string{
			{lang.T("action"), actionWords(c, d)},
			{lang.T("match"), fmt.Sprintf("{ %s }, %s", matchWords(d), text.Bytes(d.Size))},
		})
	}
	_, err := a.Stdout.Write([]byte(b.String()))
	return err
}

func actionWords(c config.Config, d drive.Drive) string {
	action, opt, rule := actionFor(c, d)
	words := string(action)
	if c.MustLook(factsOf(d)) {
		words = lang.T("%s, unless a rule finds its folder when it is mounted", words)
	}
	if rule != "" {
		words = lang.T("%s by %q", words, rule)
	}
	if action == config.Ignore {
		return words
	}
	return lang.T("%s, profile %s, depth %s", words, opt.Policy.Profile, opt.Depth)
}

func matchWords(d drive.Drive) string {
	var words []string
	for _, f := range [][2]string{{"label", d.Label}, {"uuid", d.UUID}, {"vendor", d.Vendor}, {"model", d.Model}, {"fs", d.FS}} {
		if f[1] != "" {
			words = append(words, f[0]+" = "+strconv.Quote(f[1]))
		}
	}
	return cmp.Or(strings.Join(words, ", "), lang.T("nothing is known"))
}

type pluggedLine struct {
	Device     string `json:"device"`
	MountPoint string `json:"mount_point"`
	Label      string `json:"label"`
	UUID       string `json:"uuid"`
	Vendor     string `json:"vendor"`
	Model      string `json:"model"`
	FS         string `json:"fs"`
	Bus        string `json:"bus"`
	Size       int64  `json:"size"`
	ReadOnly   bool   `json:"read_only"`
	Action     string `json:"action"`
	Rule       string `json:"rule"`
	Profile    string `json:"profile"`
	Depth      string `json:"depth"`
}

func (a *app) drivesJSON(all []drive.Drive, c config.Config) error {
	enc := text.JSON(a.Stdout)
	for _, d := range all {
		action, opt, rule := actionFor(c, d)
		if err := enc.Encode(pluggedLine{
			Device: d.Device, MountPoint: d.MountPoint, Label: d.Label, UUID: d.UUID, Vendor: d.Vendor, Model: d.Model, FS: d.FS, Bus: d.Bus,
			Size: d.Size, ReadOnly: d.ReadOnly, Action: string(action), Rule: rule, Profile: string(opt.Policy.Profile), Depth: string(opt.Depth),
		}); err != nil {
			return err
		}
	}
	return nil
}
