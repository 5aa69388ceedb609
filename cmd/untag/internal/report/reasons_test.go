package report_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"untag/cmd/untag/internal/report"
	"untag/platform/apply"
	"untag/platform/lang"
)

// TestReasonsAreGiven holds each text that is translated for scrub and apply to being said
// there still.
func TestReasonsAreGiven(t *testing.T) {
	table, err := os.ReadFile("reasons.go")
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for _, root := range []string{"../../../../scrub", "../../../../platform/apply"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			src, err := os.ReadFile(path)
			said.Write(src)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	marks := regexp.MustCompile(`lang\.Mark\(("[^\n]*?")\)`).FindAllSubmatch(table, -1)
	for _, m := range marks {
		if !strings.Contains(said.String(), string(m[1])) {
			t.Errorf("nobody says %s", m[1])
		}
	}
	if len(marks) < 80 {
		t.Errorf("%d texts", len(marks))
	}
}

func TestReasonsInKorean(t *testing.T) {
	lang.Choose(func(string) string { return "ko_KR.UTF-8" })
	t.Cleanup(func() { lang.Choose(nil) })
	got := lang.Known("what follows the end stays (19 bytes), since the medium contradicts itself; scrub --cut removes it")
	if want := "끝 뒤에 붙은 19바이트가 남음(파일의 내용이 서로 맞지 않음). scrub --cut으로 지울 수 있음"; got != want {
		t.Errorf("%s", got)
	}
	err := errors.Join(apply.ErrFull)
	if got := report.ErrorWords(err); got != "드라이브가 가득 찼음" {
		t.Error(got)
	}
	if got := report.ErrorWords(errors.New("is gone (opening: no such file or directory)")); got != "없어졌음 (opening: no such file or directory)" {
		t.Error(got)
	}
	const shared = "is a copy left by an interrupted run, and may share its place on the drive with the original: have the drive checked (fsck) before removing it"
	if got := report.ErrorWords(errors.New(shared)); !strings.HasSuffix(got, "삭제하기 전에 드라이브를 점검(fsck)하십시오") {
		t.Error(got)
	}
}
