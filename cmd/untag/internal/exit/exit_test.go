package exit_test

import (
	"testing"

	"untag/cmd/untag/internal/exit"
)

func TestWorseFollowsTheDocumentedOrder(t *testing.T) {
	order := []exit.Code{130, 2, 3, 4, 1, 0}
	for i, worse := range order {
		for _, other := range order[i:] {
			if got := exit.Worse(worse, other); got != worse {
				t.Errorf("Worse(%d, %d) = %d, want %d", worse, other, got, worse)
			}
			if got := exit.Worse(other, worse); got != worse {
				t.Errorf("Worse(%d, %d) = %d, want %d", other, worse, got, worse)
			}
		}
	}
}

func TestEveryCodeHasAMeaningAndAPlace(t *testing.T) {
	seen := map[exit.Code]bool{}
	for _, row := range exit.Table() {
		if row.Meaning == "" || seen[row.Code] {
			t.Errorf("code %d has no meaning or stands twice", row.Code)
		}
		seen[row.Code] = true
	}
	for _, c := range exit.Precedence() {
		if !seen[c] {
			t.Errorf("code %d is not in the table", c)
		}
		delete(seen, c)
	}
	if len(seen) > 0 {
		t.Errorf("codes without precedence: %v", seen)
	}
}
