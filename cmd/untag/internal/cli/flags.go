package cli

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"untag/cmd/untag/internal/exit"
	"untag/platform/apply"
	"untag/platform/lang"
	"untag/platform/walk"
	"untag/scrub"
)

// flags are the options of scrub, inspect and verify; each has those that make
// sense for it.
type flags struct {
	keep, remove   []string
	profile, depth string
	jobs           int
	state          string
	shard          string
	exclude        []string
	excludeFrom    []string
	since          string
	newerThan      string
	nice           bool
	bwlimit        string
	json           bool
	html, record   string
	quiet, verbose bool
	color          string
	requireSandbox bool

	dryRun, compact, cut, values, leaveSigned bool
	mtime                                     string
	to                                        string
	partly                                    bool
	trustState                                bool
}

var (
	profiles = []string{string(scrub.ProfileDevice), string(scrub.ProfileStrict)}
	depths   = []string{string(scrub.DepthAuto), string(scrub.DepthIndex), string(scrub.DepthDeep)}
	whens    = []string{"auto", "always", "never"}
	mtimes   = []string{"keep", "now", "zero"}
)

// looking are the flags of a command that changes nothing.
func looking() flags { return flags{dryRun: true, mtime: mtimes[0], trustState: true} }

// common declares what scrub, inspect and verify share.
func (f *flags) common(c *cobra.Command) {
	s := c.Flags()
	s.StringSliceVar(&f.keep, "keep", nil, lang.T("leave this `KIND`; repeat it, or give a list with commas"))
	s.StringSliceVar(&f.remove, "remove", nil, lang.T("remove this `KIND` as well; wins over --keep"))
	s.StringVar(&f.profile, "profile", "device", lang.T("`PROFILE` to start from, device or strict"))
	s.StringVar(&f.depth, "depth", "auto", lang.T("`DEPTH` to look at: index, deep or auto"))
	s.IntVar(&f.jobs, "jobs", 0, lang.T("work on `N` files at a time; 0 chooses"))
	s.StringVar(&f.shard, "shard", "", lang.T("take part `I/N` of the files only, I being 0 to N-1"))
	s.StringVar(&f.state, "state", "", f.stateWords())
	f.choosing(s)
	s.BoolVar(&f.nice, "nice", false, lang.T("give way to all other programs, on the processor and on the drive"))
	s.StringVar(&f.bwlimit, "bwlimit", "", lang.T("read no more than `RATE` bytes a second, and write no more, such as 20MB"))
	f.showing(c)
	s.StringVar(&f.record, "report", "", lang.T("write the report in JSON into `FILE` as well, for untag report merge"))
	s.BoolVar(&f.requireSandbox, "require-sandbox", false, lang.T("refuse to read files where the kernel can't confine the parsers"))
	keepable, _ := split()
	complete(c, "keep", keepable)
	complete(c, "remove", kindNames(scrub.Kinds()))
	complete(c, "profile", profiles)
	complete(c, "depth", depths)
}

// showing declares how a report is shown.
func (f *flags) showing(c *cobra.Command) {
	s := c.Flags()
	s.BoolVar(&f.json, "json", false, lang.T("report in JSON; see untag help json"))
	s.StringVar(&f.html, "html", "", lang.T("write a page to look at into `FILE` as well, for a browser"))
	s.BoolVarP(&f.quiet, "quiet", "q", false, lang.T("report only files that need attention"))
	s.BoolVarP(&f.verbose, "verbose", "v", false, lang.T("report every file, and what is in it"))
	s.StringVar(&f.color, "color", "auto", lang.T("colour the report `WHEN`: auto, always or never; auto heeds NO_COLOR"))
	complete(c, "color", whens)
}

// writing declares what only scrub has.
func (f *flags) writing(c *cobra.Command) {
	s := c.Flags()
	s.BoolVarP(&f.dryRun, "dry-run", "n", false, lang.T("change nothing, report what would be removed"))
	s.StringVar(&f.to, "to", "", lang.T("leave the files as they are and write clean copies into the folder `DIR`"))
	s.BoolVar(&f.partly, "partly", false, lang.T("with --to, also copy what can only be cleaned in part"))
	s.BoolVar(&f.compact, "compact", false, lang.T("write files anew, without the space that tags took"))
	s.BoolVar(&f.cut, "cut", false, lang.T("cut off what follows the end that a file gives for itself, even where nothing else proves it"))
	s.BoolVar(&f.leaveSigned, "leave-signed", false, lang.T("leave files alone that are signed with NATISIGN or SELFSIGN"))
	s.StringVar(&f.mtime, "mtime", "keep", lang.T("`TIME` of last change afterwards: keep, now or zero"))
	s.BoolVar(&f.values, "values", false, lang.T("with --json and --html, include decoded values"))
	complete(c, "mtime", mtimes)
}

func complete(c *cobra.Command, flag string, words []string) {
	// It only fails for a flag that does not exist, which the tests would show.
	_ = c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

// options turns flags into what the work is done under.
func (f *flags) options(now time.Time) (opt apply.Options, err error) {
	if err := f.words(); err != nil {
		return opt, err
	}
	choice, err := f.choice(now)
	if err != nil {
		return opt, err
	}
	bandwidth, err := f.bandwidth()
	if err != nil {
		return opt, err
	}
	return apply.Options{
		Scrub:   scrub.Options{Policy: f.policy(), Depth: scrub.Depth(f.depth), Cut: f.cut},
		MTime:   apply.MTime(f.mtime),
		Compact: f.compact,
		DryRun:  f.dryRun,
		Jobs:    f.jobs,
		Choice:  choice,
		Rate:    bandwidth,
		Strokes: f.strokes(),
	}, nil
}

func (f *flags) policy() scrub.Policy {
	return scrub.Policy{Profile: scrub.Profile(f.profile), Keep: kindsOf(f.keep), Remove: kindsOf(f.remove), LeaveSigned: f.leaveSigned}
}

// words checks the flags whose values are words.
func (f *flags) words() error {
	for _, w := range []struct {
		flag, value string
		of          []string
	}{
		{"profile", f.profile, profiles},
		{"depth", f.depth, depths},
		{"mtime", f.mtime, mtimes},
	} {
		if !slices.Contains(w.of, w.value) {
			return usage(lang.T("--%s %q is not known", w.flag, w.value), oneOf(w.of))
		}
	}
	if err := f.policy().Check(); err != nil {
		keepable, others := split()
		return usage(err.Error(), lang.T("kinds to keep or remove: %s; only to remove: %s", strings.Join(keepable, ", "), strings.Join(others, ", ")))
	}
	if f.jobs < 0 {
		return usage(lang.T("--jobs %d is less than nothing", f.jobs), lang.T("0 lets untag choose"))
	}
	if err := f.manners(); err != nil {
		return err
	}
	if f.html != "" && f.record != "" && filepath.Clean(f.html) == filepath.Clean(f.record) {
		return usage(lang.T("--html and --report name the same file"), "")
	}
	if f.values && !f.json && f.html == "" {
		return usage(lang.T("--values goes with --json or --html"), lang.T("untag inspect shows values"))
	}
	return nil
}

// manners checks the flags that say how a report is shown.
func (f *flags) manners() error {
	if !slices.Contains(whens, f.color) {
		return usage(lang.T("--%s %q is not known", "color", f.color), oneOf(whens))
	}
	for _, out := range []struct{ flag, file string }{{"html", f.html}, {"report", f.record}} {
		if out.file == "-" { // which is standard output elsewhere
			return usage(lang.T("--%s can't be %q", out.flag, out.file), lang.T("a file of that name is %s", "./-"))
		}
	}
	if f.quiet && f.verbose {
		return usage(lang.T("--quiet and --verbose exclude each other"), "")
	}
	return nil
}

func usage(msg, hint string) *failure { return &failure{exit.Usage, msg, hint} }

func oneOf(words []string) string { return lang.T("one of %s", strings.Join(words, ", ")) }

func seeHelp(c *cobra.Command) string { return lang.T("see %s --help", c.CommandPath()) }

// parseShard reads I/N; the empty string is everything.
func parseShard(s string) (walk.Shard, error) {
	if s == "" {
		return walk.Shard{}, nil
	}
	i, n, ok := strings.Cut(s, "/")
	part, err1 := strconv.Atoi(i)
	parts, err2 := strconv.Atoi(n)
	if !ok || err1 != nil || err2 != nil || part < 0 || parts < 1 || part >= parts {
		return walk.Shard{}, usage(lang.T("--shard %q is not I/N", s), lang.T("I counts from 0 to N-1, such as 0/4"))
	}
	return walk.Shard{I: part, N: parts}, nil
}
