package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"untag/samples"
)

// drive fills a folder with every sample: drive FOLDER.
func drive(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: drive FOLDER")
	}
	for _, s := range samples.All() {
		ts.Check(samples.WriteFile(filepath.Join(ts.MkAbs(args[0]), path(s)), s.Data))
	}
}

// path is where a sample lies in the folder.
func path(s samples.Sample) string { return filepath.FromSlash(s.Name) + s.Ext }

// sample writes one sample: sample FILE NAME.
func sample(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sample FILE NAME")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), samples.Get(args[1]).Data, 0o644))
}

// judge compares what scrub said about a drive with what lies on it: judge
// FOLDER REPORT.
func judge(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: judge FOLDER REPORT")
	}
	said := statuses(ts, ts.ReadFile(args[1]))
	clean := 0
	for _, s := range samples.All() {
		if _, limit := samples.Limits[s.Name]; limit {
			continue
		}
		name := filepath.Join(args[0], path(s))
		status := said[name]
		if status != "clean" && status != "cleaned" {
			if said["exit"] == "0" {
				ts.Fatalf("%s is %q, and the exit code is 0", name, status)
			}
			continue
		}
		clean++
		data, err := os.ReadFile(ts.MkAbs(name))
		ts.Check(err)
		for _, secret := range s.Secrets {
			if bytes.Contains(data, secret) {
				ts.Fatalf("%s is called %s and holds %q", name, status, secret)
			}
		}
		for _, kept := range s.MustStay {
			if !bytes.Contains(data, kept) {
				ts.Fatalf("%s lost %q", name, kept)
			}
		}
	}
	if clean < 20 {
		ts.Fatalf("only %d samples came out clean", clean)
	}
}

// statuses returns what a JSON report says of each path, and its exit code.
func statuses(ts *testscript.TestScript, report string) map[string]string {
	said := map[string]string{}
	for line := range strings.Lines(report) {
		var l struct {
			Path, Status string
			Exit         *json.Number
		}
		ts.Check(json.Unmarshal([]byte(line), &l))
		said[l.Path] = l.Status
		if l.Exit != nil {
			said["exit"] = l.Exit.String()
		}
	}
	return said
}
