package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"untag/cmd/untag/internal/exit"
	"untag/platform/drive"
)

// plugged is a root in which a stick is plugged in, mounted or not.
func plugged(t *testing.T, point string) string {
	t.Helper()
	root := t.TempDir()
	disk := "sys/devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0/block/sdb"
	mount := ""
	if point != "" {
		mount = "144 26 8:17 / " + point + " rw,nosuid,nodev,relatime shared:90 - vfat /dev/sdb1 rw\n"
	}
	for path, text := range map[string]string{
		"proc/self/mountinfo": "26 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw\n" + mount,
		disk + "/dev":         "8:16\n", disk + "/size": "15625000\n", disk + "/ro": "0\n", disk + "/removable": "1\n",
		disk + "/device/vendor": "SanDisk \n", disk + "/device/model": "Ultra   \n",
		disk + "/sdb1/dev": "8:17\n", disk + "/sdb1/size": "15625000\n", disk + "/sdb1/ro": "0\n", disk + "/sdb1/partition": "1\n",
	} {
		os.MkdirAll(filepath.Join(root, filepath.Dir(path)), 0o755)
		if err := os.WriteFile(filepath.Join(root, path), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for path, target := range map[string]string{
		"sys/class/block/sdb": "../../../" + disk, "sys/class/block/sdb1": "../../../" + disk + "/sdb1",
		"dev/disk/by-label/MY\\x20CAMERA": "../../sdb1", "dev/disk/by-uuid/E89B-6D34": "../../sdb1",
	} {
		os.MkdirAll(filepath.Join(root, filepath.Dir(path)), 0o755)
		if err := os.Symlink(target, filepath.Join(root, path)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

const someRules = `
[[rule]]
name = "cameras"
match = { label = "my cam*" }
action = "report"
profile = "strict"
[[rule]]
name = "all others"
match = { fs = "*" }
action = "ignore"
`

func list(t *testing.T, root, rules string, args ...string) (exit.Code, string, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "untagd.toml")
	if err := os.WriteFile(path, []byte(rules), 0o644); err != nil {
		t.Fatal(err)
	}
	driveOptions = drive.Options{Root: root, NoUdev: true}
	t.Cleanup(func() { driveOptions = drive.Options{} })
	var out, errs bytes.Buffer
	code := Run(t.Context(), Env{
		Args: append([]string{"drives", "--config", path}, args...), Getenv: func(string) string { return "" }, Stdout: &out, Stderr: &errs, Columns: func(any) int { return 0 },
	})
	return code, out.String(), errs.String()
}

func TestDrives(t *testing.T) {
	for name, c := range map[string]struct{ point, rules, want string }{
		"a rule": {"/media/u/MY\\040CAMERA", someRules, `/dev/sdb1  at /media/u/MY CAMERA
  action  report by "cameras", profile strict, depth auto
  match   { label = "MY CAMERA", uuid = "E89B-6D34", vendor = "SanDisk", model = "Ultra", fs = "vfat" }, 8.0 GB
`},
		"no rule, not mounted": {"", "", `/dev/sdb1  not mounted
  action  ask, profile device, depth auto
  match   { label = "MY CAMERA", uuid = "E89B-6D34", vendor = "SanDisk", model = "Ultra" }, 8.0 GB
`},
		"a rule that asks for a folder": {"", "action = 'scrub'\n[[rule]]\nmatch.folder = 'DCIM'\naction = 'report'", `/dev/sdb1  not mounted
  action  scrub, unless a rule finds its folder when it is mounted, profile device, depth auto
  match   { label = "MY CAMERA", uuid = "E89B-6D34", vendor = "SanDisk", model = "Ultra" }, 8.0 GB
`},
		"ignored": {"/media/u/x", strings.Replace(someRules, "my cam*", "nothing", 1), `/dev/sdb1  at /media/u/x
  action  ignore by "all others"
  match   { label = "MY CAMERA", uuid = "E89B-6D34", vendor = "SanDisk", model = "Ultra", fs = "vfat" }, 8.0 GB
`},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := list(t, plugged(t, c.point), c.rules)
			if code != exit.OK || out != c.want || errs != "" {
				t.Errorf("code %d, said %q\n%s\nwant\n%s", code, errs, out, c.want)
			}
		})
	}
}

func TestDrivesInJSON(t *testing.T) {
	_, out, _ := list(t, plugged(t, "/media/u/x"), someRules, "--json")
	want := `{"device":"/dev/sdb1","mount_point":"/media/u/x","label":"MY CAMERA","uuid":"E89B-6D34","vendor":"SanDisk","model":"Ultra","fs":"vfat","bus":"usb","size":8000000000,"read_only":false,"action":"report","rule":"cameras","profile":"strict","depth":"auto"}` + "\n"
	if out != want {
		t.Errorf("got\n%swant\n%s", out, want)
	}
}

func TestDrivesThatCantBeListed(t *testing.T) {
	code, _, errs := list(t, t.TempDir(), "")
	if code != exit.Failed || !strings.Contains(errs, "untag: error: drives can't be looked for: ") {
		t.Errorf("code %d, said %q", code, errs)
	}
	code, _, errs = list(t, plugged(t, ""), "profil = 1\n")
	if code != exit.Usage || !strings.Contains(errs, "untagd.toml:1:1: ") || strings.Contains(errs, `\n`) {
		t.Errorf("code %d, said %q", code, errs)
	}
}

func TestRulesOfTheUser(t *testing.T) {
	home := t.TempDir()
	path := filepath.Join(home, ".config/untag/untagd.toml")
	os.MkdirAll(filepath.Dir(path), 0o755)
	if err := os.WriteFile(path, []byte(someRules), 0o644); err != nil {
		t.Fatal(err)
	}
	driveOptions = drive.Options{Root: plugged(t, ""), NoUdev: true}
	t.Cleanup(func() { driveOptions = drive.Options{} })
	var out bytes.Buffer
	code := Run(t.Context(), Env{
		Args: []string{"drives"}, Stdout: &out, Stderr: &out, Columns: func(any) int { return 0 },
		Getenv: func(name string) string { return map[string]string{"HOME": home}[name] },
	})
	if code != exit.OK || !strings.Contains(out.String(), `report by "cameras"`) {
		t.Errorf("code %d, printed\n%s", code, &out)
	}
}
