package report

import (
	"encoding/json"
	"io"
	"strings"
	"unicode/utf8"

	"untag/cmd/untag/internal/exit"
	"untag/cmd/untag/internal/text"
	"untag/platform/apply"
	"untag/platform/drive"
	"untag/platform/state"
	"untag/scrub"
)

// JSON prints one object a line: files, errors, and the totals as the last.
type JSON struct {
	enc      *json.Encoder
	opt      Options
	gathered attention // of merged reports
}

func newJSON(w io.Writer, opt Options) *JSON {
	return &JSON{enc: text.JSON(w), opt: opt}
}

// Begin prints the first line of a shard's report. Of one that ends too early, it is all
// that tells which shard it was.
func (p *JSON) Begin() error {
	if p.opt.Run == nil || p.opt.Run.Shard == nil {
		return nil
	}
	return p.enc.Encode(struct {
		Run *Run `json:"run"`
	}{p.opt.Run})
}

type fileLine struct {
	Path         string        `json:"path"`
	PathBytes    []byte        `json:"path_bytes,omitempty"` // where the path is not UTF-8
	Format       string        `json:"format"`
	Status       string        `json:"status"`
	Media        bool          `json:"media"`
	Findings     []findingLine `json:"findings"`
	Unlisted     int           `json:"unlisted"` // how many more findings go
	Reasons      []string      `json:"reasons"`
	Error        string        `json:"error,omitempty"`
	Mode         string        `json:"mode"`
	Copy         string        `json:"copy,omitempty"`
	Size         int64         `json:"size"`
	NewSize      int64         `json:"new_size"`
	Cut          int64         `json:"cut"` // bytes cut off the end, or that would be
	BytesRead    int64         `json:"bytes_read"`
	BytesWritten int64         `json:"bytes_written"`
	Links        uint64        `json:"links"`
	Depth        string        `json:"depth"`
	Unchanged    bool          `json:"unchanged,omitempty"` // since an earlier run, and not read
}

type findingLine struct {
	Kind   scrub.Kind `json:"kind"`
	Role   string     `json:"role"`
	Place  string     `json:"place"`
	Offset int64      `json:"offset"`
	Length int64      `json:"length"`
	Value  *string    `json:"value,omitempty"`
	Goes   bool       `json:"goes"`
}

// File prints one object for a file, of merged reports for one that needs attention.
func (p *JSON) File(o apply.Outcome) error {
	fine := o.Status == apply.Clean || o.Status == apply.Cleaned
	if p.opt.Merged && !fine && !Other(o) {
		p.gathered.add(o, "")
	}
	if p.opt.Merged && !p.opt.Verbose && (fine || Other(o)) {
		return nil
	}
	line := fileLine{
		Path: valid(o.Path), Format: o.Format, Status: string(o.Status), Media: o.Media,
		Findings: make([]findingLine, 0, len(o.Findings)), Unlisted: o.Unlisted, Reasons: make([]string, 0, len(o.Reasons)),
		Mode: string(o.Mode), Copy: valid(o.Copy), Size: o.Size, NewSize: o.NewSize, Cut: o.Cut, BytesRead: o.Read, BytesWritten: o.Written,
		Links: o.Links, Depth: string(o.Depth), Unchanged: o.Unchanged,
	}
	if !utf8.ValidString(o.Path) {
		line.PathBytes = []byte(o.Path)
	}
	if o.Err != nil {
		line.Error = valid(o.Err.Error())
	}
	for _, r := range o.Reasons {
		line.Reasons = append(line.Reasons, valid(r))
	}
	for _, f := range o.Findings {
		line.Findings = append(line.Findings, p.finding(f))
	}
	return p.enc.Encode(line)
}

func (p *JSON) finding(f scrub.Finding) findingLine {
	line := findingLine{Kind: f.Kind, Role: f.Role.String(), Place: valid(f.Place), Offset: f.Off, Length: f.Len, Goes: f.Goes}
	if p.opt.Verb == Inspect || p.opt.Values {
		v := valid(f.Value)
		line.Value = &v
	}
	return line
}

// Error prints an object for what concerns no single file.
func (p *JSON) Error(msg, hint string) error {
	return p.enc.Encode(struct {
		Error string `json:"error"`
		Hint  string `json:"hint,omitempty"`
	}{valid(msg), valid(hint)})
}

type totalsLine struct {
	Totals totalsObject `json:"totals"`
	Run    *Run         `json:"run,omitempty"`
	Merged *Merged      `json:"merged,omitempty"`
	Exit   exit.Code    `json:"exit"`
}

type totalsObject struct {
	Files        int                `json:"files"`
	Other        int                `json:"other"`
	Others       map[string]int     `json:"other_kinds"`
	Cleaned      int                `json:"cleaned"`
	Clean        int                `json:"clean"`
	Dirty        int                `json:"dirty"`
	Partly       int                `json:"partly"`
	Unsupported  int                `json:"unsupported"`
	Failed       int                `json:"failed"`
	Index        int                `json:"index_only"`
	Tags         map[scrub.Kind]int `json:"tags"`
	Unlisted     int                `json:"unlisted"`
	Size         int64              `json:"size"`
	BytesRead    int64              `json:"bytes_read"`
	BytesWritten int64              `json:"bytes_written"`
	Seconds      float64            `json:"seconds"`
	Formats      map[string]int     `json:"formats"`
	Links        int                `json:"links_not_followed"`
	Excluded     int                `json:"excluded"`
	ExclFolders  int                `json:"excluded_folders"`
	Older        int                `json:"older"`
	Copied       int                `json:"copied"`
	There        int                `json:"copied_before"`
	Unchanged    int                `json:"unchanged"`
	State        state.Use          `json:"state,omitempty"` // what the state was good for, if there was one
	Interrupted  bool               `json:"interrupted"`
	Storage      []drive.Storage    `json:"storage,omitempty"`
}

// End prints the last line.
func (p *JSON) End(t *Totals, code exit.Code) error {
	if err := p.causes(); err != nil {
		return err
	}
	return p.enc.Encode(totalsLine{objectOf(t), p.opt.Run, t.Merged, code})
}

func objectOf(t *Totals) totalsObject {
	return totalsObject{
		Files: t.Files, Other: t.Other, Others: notNil(t.Others), Cleaned: t.Cleaned, Clean: t.Clean, Dirty: t.Dirty, Partly: t.Partly,
		Unsupported: t.Unsupported, Failed: t.Failed, Index: t.Index, Tags: notNil(t.Tags), Unlisted: t.Unlisted, Size: t.Size,
		BytesRead: t.Read, BytesWritten: t.Written, Seconds: t.Took.Seconds(), Interrupted: t.Interrupted, Storage: t.Storage,
		Formats: notNil(t.Formats), Links: t.Links, Excluded: t.Excluded, ExclFolders: t.ExcludedFolders, Older: t.Older,
		Copied: t.Copied, There: t.There, Unchanged: t.Unchanged, State: t.State,
	}
}

// causes prints an object for each reason for which files need attention.
func (p *JSON) causes() error {
	for _, status := range gravity {
		for _, c := range p.gathered.of(status) {
			if err := p.enc.Encode(struct {
				Reason string `json:"reason"`
				Status string `json:"status"`
				Files  int    `json:"files"`
				First  string `json:"first"`
			}{valid(c.words), string(c.status), c.n, valid(c.first)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// notNil has an empty object stand for what is not there.
func notNil[K comparable](m map[K]int) map[K]int {
	if m == nil {
		m = map[K]int{}
	}
	return m
}

// valid replaces what is not UTF-8, as encoding/json would, but visibly in one place.
func valid(s string) string { return strings.ToValidUTF8(s, "\ufffd") }
