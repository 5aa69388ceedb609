package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"untag/cmd/untag/internal/exit"
	"untag/cmd/untag/internal/text"
	"untag/platform/desktop"
	"untag/platform/drive"
	"untag/platform/lang"
)

const doctorLong = `doctor looks at what untag and untagd need of this computer: the kernel, what
confines the parsers (Landlock, seccomp), udev, how mounts spread, the buses, the
desktop's notifications, the configuration, memory, the drives that are plugged in
and the rules that apply to them, and whether an untagd runs. Where something is
amiss, it says what can be done. Nothing is changed, and no file on a drive is read.

The exit code is 0 if all is well, 1 if something works less well than it could,
and 3 if something can't work.`

// health is how it is with something.
type health string

const (
	well     health = "ok"
	degraded health = "degraded"
	broken   health = "broken"
)

var healths = map[health]lang.Text{well: lang.Mark("ok"), degraded: lang.Mark("degraded"), broken: lang.Mark("broken")}

// finding is what was found out about one thing.
type finding struct {
	Check  string `json:"check"`
	State  health `json:"state"`
	What   string `json:"what"`
	Remedy string `json:"remedy"`
}

func (a *app) doctor() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "doctor [flags]",
		Short: lang.T("look at what untag and untagd need of this computer"),
		Long:  doctorLong,
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			all := a.examine(c.Context())
			a.code = verdict(all)
			if asJSON {
				return failed(a.doctorJSON(all))
			}
			return failed(a.doctorText(all))
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, lang.T("report in JSON: an object for each check, and one with the exit code"))
	return c
}

func verdict(all []finding) exit.Code {
	code := exit.OK
	for _, f := range all {
		switch f.State {
		case degraded:
			code = exit.Worse(code, exit.Found)
		case broken:
			code = exit.Worse(code, exit.Failed)
		}
	}
	return code
}

func (a *app) doctorText(all []finding) error {
	var b strings.Builder
	for _, f := range all {
		for i, line := range strings.Split(f.What, "\n") {
			if i == 0 {
				fmt.Fprintf(&b, "%s  %-13s  %s\n", text.Pad(healths[f.State].String(), 8), f.Check, text.Quote(line))
			} else {
				fmt.Fprintf(&b, "%25s%s\n", "", text.Quote(line))
			}
		}
		if f.Remedy != "" {
			fmt.Fprintf(&b, "%25s%s\n", "", lang.T("hint: %s", f.Remedy))
		}
	}
	_, err := a.Stdout.Write([]byte(b.String()))
	return err
}

func (a *app) doctorJSON(all []finding) error {
	enc := text.JSON(a.Stdout)
	for _, f := range all {
		if err := enc.Encode(f); err != nil {
			return err
		}
	}
	return enc.Encode(struct {
		Exit exit.Code `json:"exit"`
	}{a.code})
}

func (a *app) examine(ctx context.Context) []finding {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	all := []finding{kernelCheck(), landlockCheck(), a.sandboxCheck(), udevCheck(), mountsCheck(), memoryCheck(), watchesCheck()}
	all = append(all, daemonChecks(ctx)...)
	all = append(all, notificationCheck(ctx))
	return append(all, a.drivesChecks()...)
}

func kernelCheck() finding {
	f := finding{Check: "kernel", State: well}
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return finding{"kernel", broken, err.Error(), ""}
	}
	f.What = "Linux " + unix.ByteSliceToString(u.Release[:]) + " on " + unix.ByteSliceToString(u.Machine[:])
	var major, minor int
	fmt.Sscanf(unix.ByteSliceToString(u.Release[:]), "%d.%d", &major, &minor)
	if major < 5 || major == 5 && minor < 13 {
		f.State, f.Remedy = degraded, lang.T("Linux 5.13 or later confines the parsers with Landlock; earlier ones do without")
	}
	return f
}

func landlockCheck() finding {
	const version = 1 // LANDLOCK_CREATE_RULESET_VERSION
	abi, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, version)
	if errno != 0 {
		return finding{"landlock", degraded, lang.T("is not there: %v", errno), lang.T("add landlock to the kernel's parameter lsm= (see /sys/kernel/security/lsm), or allow it in the container")}
	}
	return finding{"landlock", well, lang.T("version %d", abi), ""}
}

// sandboxCheck asks the parsers' own process, which tells what it could set up: seccomp too.
func (a *app) sandboxCheck() finding {
	if err := a.Confined(); err != nil {
		return finding{"sandbox", degraded, lang.T("the parsers are not fully confined: %v", err), lang.T("use a kernel with Landlock and seccomp, outside of containers that forbid them; --require-sandbox refuses to work without")}
	}
	return finding{"sandbox", well, lang.T("the parsers are confined"), ""}
}

func udevCheck() finding {
	if _, err := os.Stat("/run/udev/control"); err != nil {
		return finding{"udev", degraded, lang.T("is not running: untagd will not learn of drives; untag works"), lang.T("start it: systemctl start systemd-udevd; in a container, clean drives with untag where they are mounted")}
	}
	return finding{"udev", well, lang.T("runs"), ""}
}

// mountsCheck tells whether what is mounted elsewhere shows up here.
func mountsCheck() finding {
	data, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return finding{"mounts", broken, lang.T("the mount table can't be read: %v", err), lang.T("mount /proc")}
	}
	for line := range strings.Lines(string(data)) {
		// 22 1 8:1 / / rw,relatime shared:1 - ext4 ...
		fields := strings.Fields(line)
		if len(fields) < 7 || fields[4] != "/" {
			continue
		}
		spread := fields[6 : 6+slices.Index(append(fields[6:], "-"), "-")]
		if slices.ContainsFunc(spread, func(s string) bool { return strings.HasPrefix(s, "shared:") || strings.HasPrefix(s, "master:") }) {
			return finding{"mounts", well, lang.T("what is mounted shows up here"), ""}
		}
	}
	return finding{"mounts", degraded, lang.T("the root is mounted privately: drives that are mounted outside of this container or session don't show up here"), lang.T("give it mounts that spread: mount --make-rshared /, or rslave for a container")}
}

func memoryCheck() finding {
	data, _ := os.ReadFile("/proc/meminfo")
	_, rest, _ := strings.Cut(string(data), "MemAvailable:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return finding{"memory", degraded, lang.T("is not told by /proc/meminfo"), ""}
	}
	kb, _ := strconv.ParseInt(fields[0], 10, 64)
	f := finding{"memory", well, lang.T("%s available", text.Bytes(kb<<10)), ""}
	if kb < 256<<10 {
		f.State, f.Remedy = degraded, lang.T("a parser may take 256 MiB: close something, or clean with --jobs 1")
	}
	return f
}

// watchesCheck: untagd watches each folder of a drive.
func watchesCheck() finding {
	data, err := os.ReadFile("/proc/sys/fs/inotify/max_user_watches")
	n, _ := strconv.Atoi(strings.TrimSpace(string(data)))
	switch {
	case err != nil:
		return finding{"inotify", degraded, lang.T("is not there: untagd looks through drives now and then only"), ""}
	case n < 8192:
		return finding{"inotify", degraded, lang.T("%d folders can be watched: larger drives are looked through now and then only", n), "sysctl fs.inotify.max_user_watches=65536"}
	}
	return finding{"inotify", well, lang.T("%d folders can be watched", n), ""}
}

// daemonChecks look at the buses, and for daemons on them.
func daemonChecks(ctx context.Context) (all []finding) {
	var running []string
	for _, bus := range []desktop.Bus{desktop.Session, desktop.System} {
		f := finding{Check: string(bus) + " bus", State: well, What: lang.T("is there")}
		d, err := desktop.Dial(ctx, bus)
		switch {
		case err == nil:
			f.What = lang.T("untagd is on it")
			running = append(running, string(bus))
			d.Close()
		case errors.Is(err, desktop.ErrNoBus):
			f.State, f.What = degraded, lang.T("is not there")
			f.Remedy = lang.T("without it, untag status and untag pause don't find the daemon, and there are no notifications")
			if bus == desktop.Session && os.Getuid() == 0 {
				f.State, f.Remedy = well, "" // root has none, and needs none
			}
		}
		all = append(all, f)
	}
	switch len(running) {
	case 0:
		return append(all, finding{"untagd", well, lang.T("is not running"), lang.T("to have drives cleaned when they are plugged in: systemctl --user enable --now untagd")})
	case 1:
		return append(all, finding{"untagd", well, lang.T("runs on the %s bus", running[0]), ""})
	}
	return append(all, finding{"untagd", degraded, lang.T("runs twice, for the session and for the whole machine: both serve the same drives"), lang.T("stop one: systemctl --user disable --now untagd, or sudo systemctl disable --now untagd")})
}

func notificationCheck(ctx context.Context) finding {
	remedy := lang.T("without it, ask untag status whether a drive is clean; most desktops have one of their own, else install dunst or mako")
	d, err := desktop.DialDesktop(ctx)
	if err != nil {
		return finding{"notifications", well, lang.T("there is no session to show them in"), ""}
	}
	defer d.Close()
	name, can, err := d.About(ctx)
	if err != nil {
		return finding{"notifications", degraded, lang.T("nobody shows them"), remedy}
	}
	slices.Sort(can)
	f := finding{"notifications", well, lang.T("%s shows them, with %s", name, cmp.Or(strings.Join(can, ", "), "-")), ""}
	if !slices.Contains(can, "actions") {
		f.State, f.Remedy = degraded, lang.T("it can't show buttons: choose with untag action, look with untag status --files")
	}
	return f
}

// drivesChecks look at the rules, and which of them apply to what is plugged in.
func (a *app) drivesChecks() (all []finding) {
	c, err := a.rules("")
	if err != nil {
		return []finding{{"configuration", broken, err.Error(), lang.T("untagd does not start like that; untagd.toml says in its comments what may stand there")}}
	}
	all = append(all, finding{"configuration", well, lang.T("has no mistake"), ""})
	drives, err := drive.List(driveOptions)
	if err != nil {
		return append(all, finding{"drives", degraded, lang.T("can't be looked for: %v", err), ""})
	}
	for _, d := range drives {
		f := finding{"drive", well, fmt.Sprintf("%s: %s", cmp.Or(d.Label, d.Device), actionWords(c, d)), ""}
		if d.MountPoint == "" {
			f.What += ", " + lang.T("not mounted")
		}
		if d.ReadOnly {
			f.State, f.Remedy = degraded, lang.T("it is read-only, and can only be looked at: see its lock switch, or mount it for writing")
		}
		all = append(all, f)
	}
	if len(drives) == 0 {
		all = append(all, finding{"drives", well, lang.T("none is plugged in"), ""})
	}
	return all
}
