// Package coded holds what the packages that look inside coded video and sound have in
// common: the [Piece] they return, what becomes of it, and the verdict on ITU-T
// T.35 messages, which H.264, H.265, H.266 and AV1 share.
package coded

import "untag/scrub"

// Piece is a part of a coded frame or of a configuration record that is not
// picture. What is not in a piece is payload. Pieces are in order and disjoint.
type Piece struct {
	Off, Len int64        // where in the medium, all bytes that its edits meet included
	Kind     scrub.Kind   // what it tells; "" if it is constant filler already
	Value    string       // what it says, decoded where that is possible; why it stays if there are no edits
	Edits    []scrub.Edit // what removes it; none, while Kind says something: it can't be removed
	Padding  bool         // other frames need not hold such because this one does, as filler of constant rate and captions
}
