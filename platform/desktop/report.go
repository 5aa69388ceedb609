package desktop

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/godbus/dbus/v5"
	"github.com/google/renameio/v2"

	"untag/platform/lang"
	"untag/platform/page"
	"untag/platform/station"
)

// errNoRuntime means that there is no place that is gone when its user logs out.
var errNoRuntime = errors.New("XDG_RUNTIME_DIR is not set")

// showReport opens a page that lists the files of a drive that are not clean. It
// lies in memory, where nobody else can read it, and is gone at logout.
func (d *Desk) showReport(ctx context.Context, conn *dbus.Conn, s station.DriveState, token string) error {
	files, err := d.opt.Station.Files(s.Drive.ID)
	if err != nil {
		return err
	}
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if !filepath.IsAbs(dir) {
		return errNoRuntime
	}
	dir = filepath.Join(dir, "untag")
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	var html bytes.Buffer
	if err := reportOf(s, files, d.opt.Version).Write(&html); err != nil {
		return err
	}
	path := filepath.Join(dir, reportName(s.Drive.ID))
	if err := renameio.WriteFile(path, html.Bytes(), 0o600, renameio.WithTempDir(dir), renameio.WithStaticPermissions(0o600)); err != nil {
		return err
	}
	return openFile(ctx, conn, path, token)
}

func reportName(id uint64) string { return fmt.Sprintf("drive-%d.html", id) }

// forgetReport removes the page about a drive that is gone.
func forgetReport(id uint64) {
	if dir := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) {
		os.Remove(filepath.Join(dir, "untag", reportName(id)))
	}
}

// reportOf is the page about a drive.
func reportOf(s station.DriveState, files station.Files, version string) *page.Page {
	p := &page.Page{
		Title:   lang.T("%s: what is not clean", nameOf(s.Drive)),
		Warning: lang.T("This page holds names of files. It is gone when the drive is, or when you log out."),
		Maker:   "untagd " + version,
	}
	total := func(name string, n int64) {
		if n > 0 {
			p.Totals = append(p.Totals, page.Total{Name: name, Text: fmt.Sprint(n)})
		}
	}
	total(lang.T("cleaned"), s.Counts.Cleaned)
	total(lang.T("with tags"), s.Counts.Found)
	total(lang.T("only partly clean"), s.Counts.Partly)
	total(lang.T("of a kind that can't be cleaned"), s.Counts.Unsupported)
	total(lang.T("not read or not written"), s.Counts.Failed)
	total(lang.T("in use"), s.Counts.Waiting)
	total(lang.T("not known to untag"), s.Counts.Other)
	total(lang.T("not listed, for want of room"), files.Left)
	for _, f := range files.All {
		line := page.File{Name: f.Path, Status: f.Status, Format: f.Format}
		if f.Status == "found" {
			line.Status = "dirty"
		}
		if f.Why != "" {
			line.Reasons = []string{f.Why}
		}
		p.Add(line)
	}
	return p
}

// openFile shows a file with the program that its user likes. The desktop's portal
// starts that outside of the service, whose confinement a browser would not survive;
// where there is none, the user's service manager does.
func openFile(ctx context.Context, conn *dbus.Conn, path, token string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	options := map[string]dbus.Variant{}
	if token != "" {
		options["activation_token"] = dbus.MakeVariant(token)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	portal := conn.Object("org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop")
	if portal.CallWithContext(ctx, "org.freedesktop.portal.OpenURI.OpenFile", 0, "", dbus.UnixFD(f.Fd()), options).Err == nil {
		return nil
	}
	err = exec.CommandContext(ctx, "systemd-run", "--user", "--collect", "--quiet", "--", "xdg-open", path).Run()
	if err == nil {
		return nil
	}
	return exec.CommandContext(ctx, "setsid", "--fork", "xdg-open", path).Run() // which doesn't end before the browser
}
