package scrub

// Limits of one plan. Whoever passes plans on may count on them.
const (
	// MaxPieces bounds the spans claimed and the edits of one file: more than any
	// camera makes, and little enough to stay far below the memory that is promised.
	MaxPieces = 1 << 18
	// MaxSpans bounds the map: so many claims cut a file into so many pieces at the most.
	MaxSpans = 2*MaxPieces + 1
	// MaxFindings bounds the list that is shown; decisions are made for all.
	MaxFindings = 4096
	// MaxDoubts bounds the list of reasons why a file can't be called clean.
	MaxDoubts = 16
	// MaxValue is the longest decoded value that a finding carries, in bytes.
	MaxValue = 256

	maxNesting = 6 // media in media: cover art in a clip in a photo is 3
)
