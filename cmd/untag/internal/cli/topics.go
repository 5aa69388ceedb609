package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"untag/cmd/untag/internal/exit"
	"untag/platform/lang"
	"untag/scrub"
)

// topics are texts to read: untag help kinds, untag help json.
func topics() []*cobra.Command {
	return []*cobra.Command{
		{Use: "kinds", Short: lang.T("kinds of findings"), Long: kindsText()},
		{Use: "json", Short: lang.T("JSON output"), Long: jsonText},
	}
}

func kindsText() string {
	var b strings.Builder
	b.WriteString(lang.T("What is found in a file has a kind. --keep and --remove take these words:") + "\n\n")
	for _, k := range scrub.Kinds() {
		note := ""
		if !k.Keepable() {
			note = " " + lang.T("(can't be kept)")
		}
		fmt.Fprintf(&b, "  %-10s  %s%s\n", k, KindWords[k], note)
	}
	b.WriteString("\n" + lang.T("What picture and sound need stays under every profile. What is not understood\n"+
		"can't be kept, for nobody can say what it is that would stay."))
	return b.String()
}

const jsonText = `With --json, each line of the output is one object. There is one for every file:

  path, path_bytes  the path; path_bytes is there only if the path is not
                    UTF-8, and holds its bytes in base64
  format            name of the format, "text" for plain text, "" if it is not
                    known
  status            clean, cleaned, dirty (found, not changed), partly,
                    unsupported or failed
  media             whether the file is a medium, document or archive, or is
                    said to be one by its name or by the command line; where it
                    is false, an unsupported file is counted as other
  findings          list of kind, role, place, offset, length, goes, and value
                    (inspect, or scrub --values): goes says whether the policy
                    removes it; offset and length are bytes of the file as it was;
                    role is identify (device, person, place, time, software, or
                    not known), describe (what people wrote for people) or render
                    (what makes picture and sound right)
  unlisted          how many more findings go than are listed
  reasons           why the file is not called clean, and what could not be kept
  error             what went wrong, if something did
  mode              "in place", "rewritten", "copied" (scrub --to), or "" if it was
                    not changed
  copy              with scrub --to, where the clean copy is, or was to be
  size, new_size    bytes before and after
  cut               bytes cut off the end, or that would be
  bytes_read, bytes_written
  links             how many names the file has
  depth             index or deep: how closely it was looked at, "" if it was not
  unchanged         true if it was not read, since it is what it was when an earlier
                    run found this (--state); there are no findings then

With -, which reports one file, the output is the medium and the objects go to
standard error.

An error that concerns no single file is an object with error and maybe hint.

The last line has totals, the sum of all files, and exit, the exit code. Of other
files, which are no part of files, other_kinds says what they are: nobody looked
at them. formats counts files by format, links_not_followed symbolic links; copied
and copied_before are files of which there is a clean copy (scrub --to); unchanged
counts files that were not read (--state), and state says what the state was good for:
used, new, other version, other options, not asked, damaged, can't be written. run says
what it is a report of: verb, dry_run, version, policy (profile, keep, remove, depth,
cut, leave_signed; left_out, the options by which files were left out), paths as they
were given, and shard (i, n) if it is one. excluded,
excluded_folders and older were left out by --exclude, --since or --newer-than: they
are no part of files either, and nobody looked at them. storage lists what the files
lie on: type, as the mount table has it, and keeps, why bytes may stay that were
overwritten (copy-on-write, layers, snapshots, server, program; "" if nothing is
known of that). Output without that line was
cut short.

With --shard, an object with run alone is the first line as well: it tells whose
report it is that was cut short. untag report merge puts reports together.

Files come in the order of their names, folder by folder, in every run. Fields may
be added; their meaning stays.`

// policyText is what scrub, inspect and verify have in common.
const policyText = `What goes is up to the profile. device, the default, keeps what people read in
music and film: titles, artists, lyrics, chapters, covers. strict removes that
too. --keep and --remove adjust either; see untag help kinds. What picture and
sound need stays in any case, and what is not known goes.

Videos up to 64 MiB are looked at frame by frame, larger ones through their
headers and indexes, and the first and last frames. The coded picture of photos up
to 1 MiB is followed to its last block; in larger ones, what hides between that
and the end of the coded data is not seen. --depth index or --depth deep settles
it for all.

Folders are walked. Links in them are not followed. Documents and archives are
reported as unsupported. Of files that are neither, such as plain text, the report
says how many there are: they are not looked at, and say nothing against the exit
code 0. A drive that is mounted in a folder is not entered, and reported
as failed, unless it is given as well. A path that is given and is no medium is
reported as unsupported.

--shard divides the work among machines: the part of a file depends on its path
below the given folder alone. --report FILE keeps the report of each part, in JSON;
until it is whole, and if the run is killed or interrupted, it is FILE.*.part. An
earlier report of that name goes when the run begins. untag report merge puts reports
together and tells what is missing.

` + choiceText + `

--nice has untag run only when no other program wants the processor or the drive, as
far as the scheduler of the drive knows such a thing. --bwlimit counts what the
parsers ask for, though some of it may be in memory already.`

// exitStatus is the table of exit codes as it stands in help and manual.
func exitStatus() string {
	var b strings.Builder
	b.WriteString(lang.T("Exit status:") + "\n")
	for _, r := range exit.Table() {
		fmt.Fprintf(&b, "  %3d  %s\n", r.Code, r.Meaning)
	}
	var order []string
	for _, c := range exit.Precedence() {
		order = append(order, fmt.Sprint(c))
	}
	b.WriteString(lang.T("Where several apply, the first of %s counts.", strings.Join(order, ", ")))
	return b.String()
}
