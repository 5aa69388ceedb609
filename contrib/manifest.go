//go:build ignore

// Manifest holds a manifest for Kubernetes to the types of its API, strictly, and prints
// the job in JSON. These types are no dependency of untag:
//
//	go run -modfile=.ci/manifest.mod contrib/manifest.go <contrib/kubernetes/untag-job.yaml
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	batch "k8s.io/api/batch/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "manifest:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	text, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	var job batch.Job
	if err := yaml.UnmarshalStrict(text, &job); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(job)
}
