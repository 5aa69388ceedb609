package main

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

const manual = "../../docs/man/untagd.8"

// TestManualHasEveryFlag holds the manual page to what --help says.
func TestManualHasEveryFlag(t *testing.T) {
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	var help bytes.Buffer
	if code := run(t.Context(), env{Args: []string{"--help"}, Stdout: &help, Stderr: &help, Getenv: os.Getenv}); code != exitOK {
		t.Fatalf("--help ends with %d", code)
	}
	shown := regexp.MustCompile(`--[a-z-]+`).FindAllString(help.String(), -1)
	page := strings.ReplaceAll(string(text), `\-`, "-")
	told := regexp.MustCompile(`(?m)^\\fB(--[a-z-]+)`).FindAllStringSubmatch(page, -1)
	if len(shown) < 10 {
		t.Fatalf("--help shows only %q", shown)
	}
	for _, flag := range shown {
		if !strings.Contains(page, `\fB`+flag+`\fR`) {
			t.Errorf("the manual says nothing of %s", flag)
		}
	}
	for _, flag := range told {
		if !strings.Contains(help.String(), flag[1]+" ") {
			t.Errorf("the manual tells of %s, which there is not", flag[1])
		}
	}
}

func TestManualHasNoWarnings(t *testing.T) {
	groff, err := exec.LookPath("groff")
	if err != nil {
		t.Skip("groff is not installed")
	}
	out, err := exec.Command(groff, "-man", "-Tutf8", "-ww", "-z", manual).CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("%v: %s", err, out)
	}
}
