package report

import (
	"slices"

	"untag/cmd/untag/internal/text"
	"untag/platform/drive"
	"untag/platform/lang"
)

// mostStorage kinds are told apart.
const mostStorage = 20

// LieOn notes what files lie on.
func (t *Totals) LieOn(s drive.Storage) {
	if s.Type != "" && !slices.Contains(t.Storage, s) && len(t.Storage) < mostStorage {
		t.Storage = append(t.Storage, s)
	}
}

// storage says what may be left of what was overwritten, or will be.
func (p *Text) storage(t *Totals) (words []string) {
	if p.opt.Verb != Scrub || p.opt.To != "" || !p.opt.DryRun && t.Written == 0 {
		return nil
	}
	for _, s := range t.Storage {
		if w := storageWords(s); w != "" {
			words = append(words, w)
		}
	}
	return words
}

func storageWords(s drive.Storage) string {
	name := text.Quote(s.Type)
	switch s.Keeps {
	case drive.Elsewhere:
		return lang.T("%s writes what changes to another place: old bytes stay until theirs is needed, and as long as a snapshot has them", name)
	case drive.Below:
		return lang.T("%s leaves files as they were in the layer below", name)
	case drive.Snapshots:
		return lang.T("the volume below %s has snapshots, or may have: they keep old bytes", name)
	case drive.Server:
		return lang.T("%s: what the server keeps of old bytes, and who else has files open, can't be seen from here", name)
	case drive.Program:
		return lang.T("%s: what stays of old bytes is up to the program that makes it", name)
	}
	return ""
}
