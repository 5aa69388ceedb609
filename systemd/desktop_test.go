package systemd_test

import (
	"encoding/xml"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// Desktops know whose notifications are shown by the name of the entry.
func TestDesktopEntry(t *testing.T) {
	const path = "desktop/org.untag.Untagd.desktop"
	text := unit(t, path)
	for _, want := range []string{"\nX-GNOME-UsesNotifications=true\n", "\nIcon=org.untag.Untagd\n", "\nExec=" + prefix + "bin/untagd\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("the entry has no %q", want)
		}
	}
	if !strings.Contains(unit(t, "../platform/desktop/bubble.go"), `entry = "org.untag.Untagd"`) {
		t.Error("notifications have another entry")
	}
	validate, err := exec.LookPath("desktop-file-validate")
	if err != nil {
		t.Skip("desktop-file-validate is not installed (Debian package desktop-file-utils)")
	}
	if out, err := exec.Command(validate, path).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v: %s", err, out)
	}
}

// The icon is a drawing that loads nothing and runs nothing.
func TestIcon(t *testing.T) {
	d := xml.NewDecoder(strings.NewReader(unit(t, "desktop/org.untag.Untagd.svg")))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		start, _ := token.(xml.StartElement)
		for _, a := range start.Attr {
			if start.Name.Local == "script" || start.Name.Local == "image" || strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "href" {
				t.Errorf("<%s %s>", start.Name.Local, a.Name.Local)
			}
		}
	}
}
