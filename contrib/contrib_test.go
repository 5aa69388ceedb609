// Package contrib has no code: its tests hold the recipes to what they say. That they do
// their work under real schedulers is shown by scripts/archives.sh.
package contrib

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// needs skips a test where a program is not installed.
func needs(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("%s is not installed", program)
	}
}

func TestShell(t *testing.T) {
	needs(t, "shellcheck")
	scripts, err := filepath.Glob("../scripts/archives/*.sh")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	all := append(scripts, "slurm/untag.sbatch", "parallel/untag-hosts", "../scripts/archives.sh", "../scripts/image.sh")
	if out, err := exec.Command("shellcheck", all...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// place is a tree of dirty photos, a folder for reports, and an environment with untag.
type place struct {
	tree, reports string
	env           []string
}

func newPlace(t *testing.T) *place {
	t.Helper()
	dir := t.TempDir()
	p := &place{filepath.Join(dir, "a tree"), filepath.Join(dir, "reports"), append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "HOME="+dir, "LC_ALL=C")}
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "untag"), "../cmd/untag")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	fill := exec.Command("go", "run", "../samples/mkdrive", "-tree", "20", "-dirty", "1", p.tree)
	if out, err := fill.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.Mkdir(p.reports, 0o700); err != nil {
		t.Fatal(err)
	}
	return p
}

// run runs a command line there and returns what it says and its exit code.
func (p *place) run(t *testing.T, env []string, args ...string) (string, int) {
	t.Helper()
	if args[0] == "untag" { // which exec would look for in the test's own PATH
		args[0] = filepath.Join(filepath.Dir(p.tree), "untag")
	}
	c := exec.Command(args[0], args[1:]...)
	c.Env = append(slices.Clone(p.env), env...)
	out, err := c.CombinedOutput()
	var e *exec.ExitError
	if err != nil && !errors.As(err, &e) {
		t.Fatal(err)
	}
	return string(out), c.ProcessState.ExitCode()
}

// whole checks that the reports are of all shards, and that nothing is left.
func (p *place) whole(t *testing.T, shards int) {
	t.Helper()
	out, code := p.run(t, nil, "sh", "-c", `untag report merge "$0"/*`, p.reports)
	if want := fmt.Sprintf("%d of %d of ", shards, shards); code != 0 || !strings.Contains(out, want) || !strings.Contains(out, "\ncleaned  20\n") {
		t.Errorf("code %d, want %q in\n%s", code, want, out)
	}
	if out, code := p.run(t, nil, "untag", "verify", p.tree); code != 0 {
		t.Errorf("the files are not clean: %s", out)
	}
}

func TestSlurmScript(t *testing.T) {
	p := newPlace(t)
	for i := range 3 {
		out, code := p.run(t, []string{fmt.Sprintf("SLURM_ARRAY_TASK_ID=%d", i), "SLURM_CPUS_ON_NODE=2"}, "sh", "slurm/untag.sbatch", "3", p.reports, "scrub", p.tree)
		if code != 0 {
			t.Fatalf("code %d: %s", code, out)
		}
	}
	p.whole(t, 3)
	// The report of an earlier try does not stand for one that failed.
	if out, code := p.run(t, []string{"SLURM_ARRAY_TASK_ID=1"}, "sh", "slurm/untag.sbatch", "3", p.reports, "scrub", "--profile", "none", p.tree); code != 2 {
		t.Errorf("code %d: %s", code, out)
	}
	if out, code := p.run(t, nil, "sh", "-c", `untag report merge "$0"/*`, p.reports); code != 3 || !strings.Contains(out, "missing: 1\n") {
		t.Errorf("code %d, want 3: %s", code, out)
	}
	for _, c := range []struct {
		args []string
		env  string
	}{
		{[]string{"3", p.reports, "scrub", p.tree}, "SLURM_ARRAY_TASK_ID="},
		{[]string{"3", p.reports}, "SLURM_ARRAY_TASK_ID=0"},
		{[]string{"3", p.reports, "scrub", p.tree}, "SLURM_ARRAY_TASK_ID=3"},
	} {
		if out, code := p.run(t, []string{c.env}, append([]string{"sh", "slurm/untag.sbatch"}, c.args...)...); code != 2 {
			t.Errorf("%s %v: code %d: %s", c.env, c.args, code, out)
		}
	}
}

func TestHostsScript(t *testing.T) {
	needs(t, "parallel")
	p := newPlace(t)
	hosts := filepath.Join(filepath.Dir(p.tree), "hosts")
	if err := os.WriteFile(hosts, []byte(":\n"), 0o600); err != nil { // this one, without ssh
		t.Fatal(err)
	}
	if out, code := p.run(t, nil, "sh", "parallel/untag-hosts", hosts, "3", p.reports, "scrub", p.tree); code != 0 {
		t.Fatalf("code %d: %s", code, out)
	}
	p.whole(t, 3)
	if err := os.WriteFile(filepath.Join(p.tree, "letter.rtf"), []byte(`{\rtf1\ansi Dear diary}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, code := p.run(t, nil, "sh", "parallel/untag-hosts", hosts, "3", p.reports, "verify", p.tree); code != 4 || strings.Contains(out, "shards failed") {
		t.Errorf("code %d, want 4: %s", code, out)
	}
	// Reports of an earlier run don't stand for shards that failed in this one.
	clean := filepath.Join(filepath.Dir(p.tree), "clean")
	if err := os.Mkdir(clean, 0o700); err != nil {
		t.Fatal(err)
	}
	p.reports += "-clean"
	for _, c := range []struct {
		profile string
		code    int
	}{{"strict", 0}, {"none", 3}} {
		if out, code := p.run(t, nil, "sh", "parallel/untag-hosts", hosts, "3", p.reports, "verify", "--profile", c.profile, clean); code != c.code {
			t.Errorf("--profile %s: code %d, want %d: %s", c.profile, code, c.code, out)
		}
	}
	// What parallel would put something else in place of would be another folder, and another pattern.
	for _, args := range [][]string{{"verify", clean + "{}"}, {"verify", "--exclude", "{.}", clean}} {
		if out, code := p.run(t, nil, append([]string{"sh", "parallel/untag-hosts", hosts, "3", p.reports}, args...)...); code != 2 {
			t.Errorf("%q: code %d, want 2: %s", args, code, out)
		}
	}
	if _, code := p.run(t, nil, "sh", "parallel/untag-hosts", hosts); code != 2 {
		t.Errorf("code %d, want 2", code)
	}
}

// job is what the tests look at of a Job.
type job struct {
	Spec struct {
		CompletionMode string
		Completions    int
		Template       struct {
			Spec struct {
				RestartPolicy   string
				SecurityContext struct{ RunAsNonRoot bool }
				Containers      []struct {
					Name            string
					Command, Args   []string
					SecurityContext struct{ ReadOnlyRootFilesystem bool }
					VolumeMounts    []struct{ MountPath string }
				}
			}
		}
	}
}

// The manifest is held to the types of the API, strictly, and its command line is run.
func TestKubernetesManifest(t *testing.T) {
	manifest, err := os.ReadFile("kubernetes/untag-job.yaml")
	if err != nil {
		t.Fatal(err)
	}
	check := func(manifest []byte) ([]byte, error) {
		c := exec.Command("go", "run", "-modfile=../.ci/manifest.mod", "manifest.go")
		c.Stdin = bytes.NewReader(manifest)
		return c.Output()
	}
	out, err := check(manifest)
	if err != nil {
		t.Fatalf("%v: %s", err, err.(*exec.ExitError).Stderr)
	}
	if _, err := check(bytes.Replace(manifest, []byte("readOnlyRootFilesystem"), []byte("readonlyRootFS"), 1)); err == nil {
		t.Error("a field that there is not passes")
	}
	var j job
	if err := json.Unmarshal(out, &j); err != nil {
		t.Fatal(err)
	}
	pod := j.Spec.Template.Spec
	c := pod.Containers[0]
	if j.Spec.CompletionMode != "Indexed" || pod.RestartPolicy != "Never" || !pod.SecurityContext.RunAsNonRoot || !c.SecurityContext.ReadOnlyRootFilesystem || c.Command != nil {
		t.Errorf("got %s", out)
	}
	p := newPlace(t)
	at := strings.NewReplacer("/archive", p.tree, "/reports", p.reports)
	for i := range j.Spec.Completions {
		args := []string{"untag"}
		for _, a := range c.Args {
			args = append(args, strings.ReplaceAll(at.Replace(a), "$(JOB_COMPLETION_INDEX)", fmt.Sprint(i)))
		}
		if out, code := p.run(t, nil, args...); code != 0 {
			t.Fatalf("%q: code %d: %s", args, code, out)
		}
	}
	p.whole(t, j.Spec.Completions)
}
