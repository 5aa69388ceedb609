package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"untag/cmd/untag/internal/cli"
	"untag/platform/apply"
	"untag/scrub/formats"
)

var update = flag.Bool("update", false, "write the sessions in README.md anew")

// session is a block of README.md that shows commands and what they print.
var session = regexp.MustCompile("(?s)```console\n(.*?)```")

// TestReadmeShowsTheRealProgram performs the sessions, each on the photo of
// photo_test.go, and compares what README.md says.
func TestReadmeShowsTheRealProgram(t *testing.T) {
	path, err := filepath.Abs("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data := photo(t)
	t.Chdir(t.TempDir())
	n := 0
	got := session.ReplaceAllFunc(readme, func(block []byte) []byte {
		n++
		if err := os.WriteFile("holiday.jpg", data, 0o644); err != nil {
			t.Fatal(err)
		}
		return []byte("```console\n" + perform(t, string(session.FindSubmatch(block)[1])) + "```")
	})
	if n == 0 {
		t.Fatal("README.md shows no session")
	}
	if bytes.Equal(got, readme) {
		return
	}
	if !*update {
		t.Fatalf("README.md is not what the program does; run go test ./cmd/untag -update. It would be:\n%s", strings.Join(blocks(got), "\n"))
	}
	if err := os.WriteFile(path, got, 0o644); err != nil {
		t.Fatal(err)
	}
}

func blocks(readme []byte) (all []string) {
	for _, b := range session.FindAll(readme, -1) {
		all = append(all, string(b))
	}
	return all
}

// perform runs the commands of a session and returns it as it should read.
func perform(t *testing.T, block string) string {
	var out strings.Builder
	for line := range strings.Lines(block) {
		command, ok := strings.CutPrefix(line, "$ untag ")
		if !ok {
			continue
		}
		out.WriteString(line)
		command, and, _ := strings.Cut(strings.TrimSpace(command), " && echo ")
		code := runHere(&out, strings.Fields(command))
		if and != "" && code == 0 {
			out.WriteString(and + "\n")
		}
	}
	return out.String()
}

func runHere(out *strings.Builder, args []string) int {
	engine := formats.Engine()
	return int(cli.Run(context.Background(), cli.Env{
		Args: args, Stdin: strings.NewReader(""), Stdout: out, Stderr: out,
		Columns: func(any) int { return 0 }, Now: time.Now, Getenv: func(string) string { return "" }, Engine: engine, Planner: apply.Direct(engine),
	}))
}
