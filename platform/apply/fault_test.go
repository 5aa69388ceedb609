package apply

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"untag/platform/walk"
)

// sample has work in every phase, the cut included.
func sample(seed int) []byte {
	return makeToy(name(secret), data(seed, 3000), chunk{"FREE", []byte(secret)}, name(strings.Repeat(secret, 200)), data(seed+1, 100), trailer("appended: "+secret))
}

// Whatever fails, and wherever: the file plays as before, the report says so,
// and the next run finishes.
func TestEveryFailure(t *testing.T) {
	content := sample(1)
	for n := 0; ; n++ {
		path := put(t, t.TempDir(), "a.toy", content)
		if err := os.Chtimes(path, longAgo, longAgo); err != nil {
			t.Fatal(err)
		}
		k := newSpy()
		var failed string
		k.before = func(op string, i int) error {
			if i == n {
				failed = op
				return unix.EIO
			}
			return nil
		}
		o := cleanOne(t, Options{kernel: k}, path)
		if failed == "" {
			if n < 10 || o.Status != Cleaned {
				t.Errorf("only %d operations: %+v", n, o)
			}
			break
		}
		what := fmt.Sprintf("operation %d, %s", n, failed)
		after := get(t, path)
		if played(after) != played(content) {
			t.Errorf("%s: does not play any more", what)
		}
		switch {
		case failed == "lease" || failed == "times": // worth no more than a note
			if o.Status != Cleaned {
				t.Errorf("%s: %+v", what, o)
			}
		case o.Status != Failed || !errors.Is(o.Err, ErrDrive) || !errors.Is(o.Err, unix.EIO):
			t.Errorf("%s: %+v", what, o)
		case len(o.Reasons) != 1 || strings.Contains(o.Reasons[0], "nothing was changed") != (string(after) == string(content)):
			t.Errorf("%s: reasons %q", what, o.Reasons)
		}
		if st, _ := os.Stat(path); failed != "times" && !st.ModTime().Equal(longAgo) {
			t.Errorf("%s: time changed to %v", what, st.ModTime())
		}
		if o := cleanOne(t, Options{}, path); o.Status != Cleaned && o.Status != Clean {
			t.Errorf("%s: second run %+v", what, o)
		}
		noTags(t, get(t, path), secret)
	}
}

// A file that fails doesn't take others of its batch with it.
func TestFailureOfOneInABatch(t *testing.T) {
	dir := t.TempDir()
	for i := range 5 {
		put(t, dir, fmt.Sprintf("%d.toy", i), sample(i))
	}
	k := newSpy()
	k.before = func(op string, n int) error {
		if strings.HasPrefix(op, "write") && k.count("write") == 4 {
			return unix.ENOSPC
		}
		return nil
	}
	failed, cleaned := 0, 0
	for _, o := range clean(t, Options{kernel: k}, dir) {
		switch o.Status {
		case Failed:
			failed++
			if !errors.Is(o.Err, ErrFull) {
				t.Error(o.Err)
			}
		case Cleaned:
			cleaned++
		}
	}
	if failed != 1 || cleaned != 4 {
		t.Errorf("%d failed, %d cleaned", failed, cleaned)
	}
}

// When the sync that a batch shares fails, none of its files is called clean.
func TestSharedSyncFails(t *testing.T) {
	dir := t.TempDir()
	if !syncsTogether(&item{ro: mustOpen(t, dir)}) {
		t.Skip("the file system of " + dir + " is not one of those with a shared sync")
	}
	for i := range 5 {
		put(t, dir, fmt.Sprintf("%d.toy", i), sample(i))
	}
	k := newSpy()
	k.before = func(op string, n int) error {
		if op == "syncfs" {
			return unix.EIO
		}
		return nil
	}
	for _, o := range clean(t, Options{kernel: k}, dir) {
		if o.Status != Failed || !errors.Is(o.Err, ErrDrive) {
			t.Errorf("%+v", o)
		}
	}
}

func init() {
	helpers["die"] = die
	helpers["report"] = reportAll
}

// reportAll cleans a path and prints what became of each file.
func reportAll() {
	root, err := walk.Open(os.Getenv("UNTAG_TEST_PATH"))
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	Run(context.Background(), []*walk.Root{root}, Direct(toyEngine), Options{}, func(o Outcome) {
		media := "other"
		if o.Media {
			media = "media"
		}
		fmt.Println(filepath.Base(o.Path), o.Status, media, o.Err)
	})
}

// die cleans a path and kills itself before one of its operations, or in the
// middle of a write.
func die() {
	at, _ := strconv.Atoi(os.Getenv("UNTAG_TEST_AT"))
	k := &killer{spy: newSpy(), at: at, torn: os.Getenv("UNTAG_TEST_TORN") != ""}
	k.noExchange = os.Getenv("UNTAG_TEST_NOEXCHANGE") != ""
	k.arm()
	root, err := walk.Open(os.Getenv("UNTAG_TEST_PATH"))
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	opt := Options{kernel: k, Compact: os.Getenv("UNTAG_TEST_COMPACT") != ""}
	err = Run(context.Background(), []*walk.Root{root}, Direct(toyEngine), opt, func(o Outcome) { fmt.Println(o.Status, o.Err, o.Reasons) })
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
}

type killer struct {
	*spy
	at         int
	torn       bool
	noExchange bool
}

func (k *killer) writeAt(f *os.File, p []byte, off int64) (int, error) {
	if len(k.ops) == k.at && k.torn {
		if border := (off/512+1)*512 - off; border < int64(len(p)) {
			f.WriteAt(p[:border], off)
		}
	}
	return k.spy.writeAt(f, p, off)
}

// arm makes every operation of the spy a place to die.
func (k *killer) arm() {
	k.before = func(op string, n int) error {
		if n == k.at {
			unix.Kill(os.Getpid(), unix.SIGKILL)
			select {}
		}
		if k.noExchange && op == "exchange" {
			return unix.EINVAL
		}
		return nil
	}
}

// dying starts this binary again and has it die before operation at. It returns
// false if it came to its end first.
func dying(t *testing.T, path string, at int, env ...string) bool {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), "UNTAG_TEST_HELPER=die", "UNTAG_TEST_PATH="+path, "UNTAG_TEST_AT="+strconv.Itoa(at))
	cmd.Env = append(cmd.Env, env...)
	out, err := cmd.CombinedOutput()
	if err == nil {
		return false
	}
	if status, ok := cmd.ProcessState.Sys().(interface{ Signaled() bool }); !ok || !status.Signaled() {
		t.Fatalf("at %d: %v\n%s", at, err, out)
	}
	return true
}

// Killed anywhere, the file plays, and the next run finishes.
func TestKilledAnywhere(t *testing.T) {
	for _, torn := range []bool{false, true} {
		var env []string
		if torn {
			env = append(env, "UNTAG_TEST_TORN=1")
		}
		content := sample(1)
		for at := 0; ; at++ {
			path := put(t, t.TempDir(), "a.toy", content)
			died := dying(t, path, at, env...)
			if played(get(t, path)) != played(content) {
				t.Errorf("at %d: does not play any more", at)
			}
			if !died {
				if at < 10 {
					t.Errorf("only %d operations", at)
				}
				break
			}
			if o := cleanOne(t, Options{}, path); o.Status != Cleaned && o.Status != Clean {
				t.Errorf("at %d: second run %+v", at, o)
			}
			noTags(t, get(t, path), secret)
		}
	}
}

func TestExplain(t *testing.T) {
	for _, tt := range []struct {
		err   error
		means error
		text  string
	}{
		{unix.EROFS, ErrReadOnlyDrive, "the drive is read-only (writing: read-only file system)"},
		{unix.EACCES, ErrDenied, "may not be opened by this user (writing: permission denied)"},
		{unix.EPERM, ErrImmutable, "may not be changed: immutable or sealed (writing: operation not permitted)"},
		{unix.ENOSPC, ErrFull, "the drive is full (writing: no space left on device)"},
		{unix.EFBIG, ErrLimit, "a limit on file sizes is in the way (writing: file too large)"},
		{unix.ESTALE, ErrGone, "is gone (writing: stale file handle)"},
		{unix.EIO, ErrDrive, "the drive does not answer as it should (writing: input/output error)"},
		{unix.EHOSTDOWN, ErrDrive, "the drive does not answer as it should (writing: host is down)"},
		{unix.ETXTBSY, ErrInUse, "is in use by another program (writing: text file busy)"},
		{walk.ErrNotFile, ErrChanged, "was changed by somebody else meanwhile (writing: is not a regular file)"},
		{&os.PathError{Op: "write", Path: "/some/where", Err: unix.EIO}, ErrDrive, "the drive does not answer as it should (writing: input/output error)"},
		{errors.New("odd"), nil, "writing: odd"},
	} {
		got := explain("writing", tt.err)
		if got.Error() != tt.text || tt.means != nil && !errors.Is(got, tt.means) {
			t.Errorf("%v: %v", tt.err, got)
		}
		var bare error = tt.err
		if p := new(os.PathError); errors.As(bare, &p) {
			bare = p.Err
		}
		if !errors.Is(got, bare) {
			t.Errorf("%v: the system's error is lost", tt.err)
		}
	}
	if explain("writing", nil) != nil {
		t.Error("something out of nothing")
	}
}

// A full table of what real file systems say.
func TestRealRefusals(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root for mounts and file attributes")
	}
	content := sample(1)
	t.Run("read-only drive", func(t *testing.T) {
		dir := t.TempDir()
		path := put(t, dir, "a.toy", content)
		bindReadOnly(t, dir)
		refused(t, path, content, ErrReadOnlyDrive)
	})
	t.Run("immutable", func(t *testing.T) {
		path := put(t, t.TempDir(), "a.toy", content)
		if out, err := exec.Command("chattr", "+i", path).CombinedOutput(); err != nil {
			t.Skipf("chattr +i: %v %s", err, out)
		}
		defer exec.Command("chattr", "-i", path).Run()
		refused(t, path, content, ErrImmutable)
	})
	t.Run("append only", func(t *testing.T) {
		path := put(t, t.TempDir(), "a.toy", content)
		if out, err := exec.Command("chattr", "+a", path).CombinedOutput(); err != nil {
			t.Skipf("chattr +a: %v %s", err, out)
		}
		defer exec.Command("chattr", "-a", path).Run()
		refused(t, path, content, ErrImmutable)
	})
}

// A file that nobody may write to stays as it is, unless root names it.
func TestReadOnlyFile(t *testing.T) {
	content := sample(1)
	folder := t.TempDir()
	path := put(t, folder, "a.toy", content)
	if err := os.Chmod(path, 0o555); err != nil {
		t.Fatal(err)
	}
	if o := clean(t, Options{}, folder)[path]; o.Status != Failed || !errors.Is(o.Err, ErrReadOnlyFile) || string(get(t, path)) != string(content) {
		t.Errorf("in a folder: %+v", o)
	}
	if os.Geteuid() != 0 {
		refused(t, path, content, ErrReadOnlyFile)
	} else if o := cleanOne(t, Options{}, path); o.Status != Cleaned || string(get(t, path)) == string(content) {
		t.Errorf("named by root: %+v", o)
	}
}

// refused checks that the file can't be cleaned for the given reason and is
// what it was.
func refused(t *testing.T, path string, content []byte, want error) {
	t.Helper()
	before := stat(t, path)
	o := cleanOne(t, Options{}, path)
	if o.Status != Failed || !errors.Is(o.Err, want) || len(o.Reasons) != 1 || o.Reasons[0] != "nothing was changed" {
		t.Errorf("%+v", o)
	}
	if string(get(t, path)) != string(content) {
		t.Error("the file changed")
	}
	if after := stat(t, path); !same(&before, &after) {
		t.Error("the file's times changed")
	}
	if o := cleanOne(t, Options{DryRun: true}, path); o.Status != Dirty {
		t.Errorf("dry run: %+v", o)
	}
}

func bindReadOnly(t *testing.T, dir string) {
	t.Helper()
	if err := unix.Mount(dir, dir, "", unix.MS_BIND, ""); err != nil {
		t.Skip("bind mount: ", err)
	}
	t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
	if err := unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""); err != nil {
		t.Skip("read-only bind mount: ", err)
	}
}

func TestUnreadableFile(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root to become somebody who may not read")
	}
	dir := filepath.Join(t.TempDir(), "open")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	path := put(t, dir, "a.toy", sample(1))
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "locked"), 0); err != nil {
		t.Fatal(err)
	}
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		os.Chmod(d, 0o755)
	}
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), "UNTAG_TEST_HELPER=report", "UNTAG_TEST_PATH="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{
		"a.toy failed media may not be opened by this user (opening: permission denied)\n",
		"locked failed media may not be opened by this user (reading the folder: permission denied)\n",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}
