package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"untag/cmd/untag/internal/exit"
	"untag/platform/apply"
	"untag/platform/drive"
	"untag/platform/lang"
	"untag/scrub"
)

// What is read of a report is as long as what untag writes at the most; a report may come
// from anywhere.
const (
	mostBraces  = 100_000 // in a line; there are 4,096 findings
	mostReasons = scrub.MaxDoubts + 8
	longestPath = 16 << 10 // what is longer is cut
	longestWord = 64       // name of a format
	longestRun  = 1e8      // seconds
)

// Line is a line of a report in JSON. One of its fields is set.
type Line struct {
	Run  *Run           // the first line of a shard
	File *apply.Outcome // without values
	Said *Said
	End  *End // the last line
}

// Said is an error that concerns no single file.
type Said struct{ Error, Hint string }

// End is the last line. Run is nil in reports of old versions, and of command lines that
// were not understood.
type End struct {
	Totals Totals
	Run    *Run
	Exit   exit.Code
}

// Parse reads a line that [JSON] wrote. Its errors say in the reader's language what is
// wrong with the line.
func Parse(line []byte) (Line, error) {
	var raw struct {
		fileLine
		Hint   string        `json:"hint"`
		Totals *totalsObject `json:"totals"`
		Run    *Run          `json:"run"`
		Exit   *exit.Code    `json:"exit"`
	}
	if bytes.Count(line, []byte{'{'}) > mostBraces {
		return Line{}, errors.New(lang.T("it has more parts than a line of a report can have"))
	}
	if err := json.Unmarshal(line, &raw); err != nil {
		return Line{}, notParsed(err)
	}
	file, end := raw.Status != "", raw.Totals != nil && raw.Exit != nil
	switch {
	case file && raw.Totals == nil && raw.Run == nil:
		o, err := raw.outcome()
		return Line{File: o}, err
	case end && !file:
		return Line{End: &End{raw.Totals.totals(), raw.Run, *raw.Exit}}, raw.Run.check()
	case raw.Run != nil && !file && raw.Totals == nil:
		return Line{Run: raw.Run}, raw.Run.check()
	case raw.Error != "" && !file && raw.Totals == nil:
		return Line{Said: &Said{cut(raw.Error, longestPath), cut(raw.Hint, longestPath)}}, nil
	}
	return Line{}, errors.New(lang.T("it is no line of a report in JSON"))
}

func notParsed(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return errors.New(lang.T("a field is a %s, which it never is in a report", wrong.Value))
	}
	return errors.New(lang.T("it is not JSON (%v)", err))
}

// check returns an error for a shard that there can't be.
func (r *Run) check() error {
	if r == nil || r.Shard == nil {
		return nil
	}
	if s := *r.Shard; s.N < 1 || s.I < 0 || s.I >= s.N {
		return errors.New(lang.T("there is no shard %d/%d", s.I, s.N))
	}
	return nil
}

func (l *fileLine) outcome() (*apply.Outcome, error) {
	o := &apply.Outcome{
		Path: l.Path, Format: cut(l.Format, longestWord), Status: apply.Status(l.Status), Media: l.Media, Unlisted: l.Unlisted,
		Mode: l.Mode, Copy: cut(l.Copy, longestPath), Size: l.Size, NewSize: l.NewSize, Cut: l.Cut, Read: l.BytesRead, Written: l.BytesWritten,
		Links: l.Links, Depth: scrub.Depth(l.Depth), Unchanged: l.Unchanged,
	}
	if min(o.Size, o.NewSize, o.Cut, o.Read, o.Written, int64(o.Unlisted)) < 0 {
		return nil, errors.New(lang.T("a size is less than nothing"))
	}
	if l.PathBytes != nil {
		o.Path = string(l.PathBytes)
	}
	o.Path = cut(o.Path, longestPath)
	if l.Error != "" {
		o.Err = errors.New(cut(l.Error, longestPath))
	}
	for _, r := range l.Reasons[:min(len(l.Reasons), mostReasons)] {
		o.Reasons = append(o.Reasons, cut(r, longestPath))
	}
	for _, f := range l.Findings {
		if !f.Kind.Known() && f.Goes { // of a later version
			f.Kind = scrub.Unknown
		}
		o.Findings = append(o.Findings, scrub.Finding{Kind: f.Kind, Role: roleOf(f.Role), Place: f.Place, Off: f.Offset, Len: f.Length, Goes: f.Goes})
	}
	return o, nil
}

// roleOf takes a role that it does not know for the gravest.
func roleOf(s string) scrub.Role {
	for _, r := range []scrub.Role{scrub.Render, scrub.Describe} {
		if s == r.String() {
			return r
		}
	}
	return scrub.Identify
}

func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return fmt.Sprintf("%s…", strings.ToValidUTF8(s[:most], ""))
}

func (o *totalsObject) totals() Totals {
	return Totals{
		Files: o.Files, Other: o.Other, Cleaned: o.Cleaned, Clean: o.Clean, Dirty: o.Dirty, Partly: o.Partly, Unsupported: o.Unsupported, Failed: o.Failed,
		Copied: o.Copied, There: o.There, Unchanged: o.Unchanged, Links: o.Links, Excluded: o.Excluded, ExcludedFolders: o.ExclFolders, Older: o.Older,
		Took: time.Duration(min(max(o.Seconds, 0), longestRun) * float64(time.Second)), Interrupted: o.Interrupted, Storage: storageOf(o.Storage),
	}
}

// storageOf are kinds of storage, no more and no longer than there are.
func storageOf(all []drive.Storage) []drive.Storage {
	var t Totals
	for _, s := range all {
		if len(s.Type)+len(s.Keeps) <= longestWord {
			t.LieOn(s)
		}
	}
	return t.Storage
}
