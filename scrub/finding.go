package scrub

// Finding is one thing that a file gives away or tells.
type Finding struct {
	Kind  Kind
	Role  Role   // Identify, Describe or Render
	Place string // path in the format's own terms, such as moov/udta/©xyz
	Off   int64  // where it starts in the file
	Len   int64  // how many bytes it takes
	Value string // the decoded value where the format is known: hostile text, at most [MaxValue] bytes
	Goes  bool   // whether the policy removes it
}

func clip(s string) string {
	if len(s) > MaxValue {
		return s[:MaxValue]
	}
	return s
}
