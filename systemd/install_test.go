package systemd_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// checkout is a copy of what scripts/install.sh needs, with programs that do nothing.
func checkout(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, path := range []string{"scripts", "docs/man", "systemd", "platform/filemanager", "platform/config"} {
		if err := os.CopyFS(filepath.Join(dir, path), os.DirFS(filepath.Join("..", path))); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "bin/completions"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, program := range []string{"untag", "untagd", "completions/bash", "completions/zsh", "completions/fish"} {
		if err := os.WriteFile(filepath.Join(dir, "bin", program), []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func install(t *testing.T, dir, verb, dest string) {
	t.Helper()
	out, err := exec.Command("bash", filepath.Join(dir, "scripts/install.sh"), verb, dest, "/opt/u").CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", verb, err, out)
	}
}

// below lists what there is in a folder.
func below(t *testing.T, dir string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		all = append(all, strings.TrimPrefix(path, dir))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestUninstallLeavesNothing(t *testing.T) {
	dir, dest := checkout(t), t.TempDir()
	install(t, dir, "install", dest)
	installed := below(t, dest)
	for _, path := range []string{"/opt/u/bin/untag", "/opt/u/bin/untagd", "/opt/u/share/man/man1/untag-scrub.1",
		"/opt/u/lib/systemd/system/untagd.service", "/opt/u/lib/systemd/user/untagd.service", "/opt/u/lib/systemd/system-preset/90-untag.preset",
		"/opt/u/libexec/untag/untag-on-files", "/opt/u/share/zsh/site-functions/_untag", "/opt/u/share/applications/org.untag.Untagd.desktop", "/opt/u/share/icons/hicolor/scalable/apps/org.untag.Untagd.svg", "/etc/dbus-1/system.d/org.untag.Untagd1.conf"} {
		if !slices.Contains(installed, path) {
			t.Errorf("%s is not installed", path)
		}
	}
	if text := unit(t, filepath.Join(dest, "opt/u/lib/systemd/system/untagd.service")); !strings.Contains(text, "ExecStart=/opt/u/bin/untagd") {
		t.Errorf("the unit starts another program:\n%s", text)
	}
	for _, path := range []string{"lib/systemd/user/untag-notify.service", "libexec/untag/untag-on-files", "share/nautilus-python/extensions/untag.py"} {
		if text := unit(t, filepath.Join(dest, "opt/u", path)); strings.Contains(text, prefix) || !strings.Contains(text, "/opt/u/") {
			t.Errorf("%s names a program that is elsewhere:\n%s", path, text)
		}
	}
	// Who uninstalls may have cleaned up what was built, or have another checkout.
	if err := os.RemoveAll(filepath.Join(dir, "bin")); err != nil {
		t.Fatal(err)
	}
	install(t, dir, "uninstall", dest)
	if left := below(t, dest); len(left) > 1 {
		t.Errorf("left: %q", left)
	}
}
