package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// onDrive is what the title of the search for residues begins with.
const onDrive = "Marks left on a drive"

// residues is what every tool leaves on a small drive.
type residues struct {
	title   string
	rows    []residue
	skipped string // why there are none, or no more
}

type residue struct {
	tool             string
	inFiles, onDrive int // planted marks
}

// drive has every tool clean a small drive, unmounts it, and searches all of its
// bytes for the planted marks: a file that was written anew leaves the old one's
// bytes behind in free space.
func (b *bench) drive(all []tool) (residues, error) {
	photos, clip := folder(20), video(64*mib, "end")
	out := residues{title: fmt.Sprintf("%s with %d photos and a %s", onDrive, photos.many, clip.title)}
	from := filepath.Join(b.dir, "originals")
	defer os.RemoveAll(from)
	var sets [2][]string
	for i, w := range []work{photos, clip} {
		files, err := w.originals(b.mkdrive, filepath.Join(from, fmt.Sprint(i)))
		if err != nil {
			return out, err
		}
		for _, name := range files {
			sets[i] = append(sets[i], filepath.Join(fmt.Sprint(i), name))
		}
	}
	for _, t := range all {
		if t.copies || t.missing() || !t.takes(photos) && !t.takes(clip) {
			continue
		}
		fmt.Fprintf(os.Stderr, "bench: a small drive: %s\n", t.name)
		r := residue{tool: t.name}
		var err error
		if r.inFiles, r.onDrive, err = b.residue(t, from, [2]work{photos, clip}, sets); err != nil {
			out.skipped = fmt.Sprintf("skipped: %v", err)
			return out, nil
		}
		out.rows = append(out.rows, r)
	}
	return out, nil
}

func (r residues) text(w io.Writer) {
	fmt.Fprintf(w, "\n%s\n", r.title)
	for _, row := range r.rows {
		fmt.Fprintf(w, "  %-40s %6d in the files  %6d on the unmounted drive\n", row.tool, row.inFiles, row.onDrive)
	}
	if r.skipped != "" {
		fmt.Fprintln(w, " ", r.skipped)
	}
}

func (r residues) markdown(w io.Writer) {
	fmt.Fprintf(w, "\n### %s\n\n| | in the files | on the unmounted drive |\n|---|---:|---:|\n", r.title)
	for _, row := range r.rows {
		fmt.Fprintf(w, "| %s | %d | %d |\n", row.tool, row.inFiles, row.onDrive)
	}
	if r.skipped != "" {
		fmt.Fprintf(w, "| %s | | |\n", r.skipped)
	}
}

// residue cleans the files on a fresh image and counts the marks left in those
// that the tool can do, and in the raw image.
func (b *bench) residue(t tool, from string, ws [2]work, sets [2][]string) (inFiles, onDrive int, err error) {
	image, at := filepath.Join(b.dir, "drive.img"), filepath.Join(b.dir, "drive")
	defer os.Remove(image)
	if err := mountImage(image, at); err != nil {
		return 0, 0, err
	}
	defer func() {
		if uerr := command("umount", at); uerr != nil {
			err = uerr
			return
		}
		if err == nil {
			onDrive, err = countMarks(image)
		}
	}()
	for i, w := range ws {
		args := t.command(w, sets[i])
		if args == nil {
			continue
		}
		if err := fresh(from, at, sets[i]); err != nil {
			return 0, 0, err
		}
		if err := syncDisk(at); err != nil {
			return 0, 0, err
		}
		if _, err := measure(at, args); err != nil {
			return 0, 0, err
		}
		for _, name := range sets[i] {
			n, err := countMarks(filepath.Join(at, name))
			if err != nil {
				return 0, 0, err
			}
			inFiles += n
		}
	}
	return inFiles, 0, nil
}

// mountImage makes an ext4 image and mounts it.
func mountImage(image, at string) error {
	if err := os.MkdirAll(at, 0o755); err != nil {
		return err
	}
	f, err := os.Create(image)
	if err != nil {
		return err
	}
	f.Close()
	if err := os.Truncate(image, 512*mib); err != nil {
		return err
	}
	if err := command("mkfs.ext4", "-qF", image); err != nil {
		return err
	}
	return command("mount", "-o", "loop", image, at)
}

func command(args ...string) error {
	if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", args[0], err, strings.TrimSpace(string(out)))
	}
	return nil
}
