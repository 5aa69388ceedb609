package codec

// Starts tells, by the three bytes behind a start code of a stream, whether a frame begins
// there, or the headers before one, and whether its picture does. It is to be asked about
// each start code in turn.
func (st *Stream) Starts(b []byte) (frame, picture bool) {
	switch st.Kind {
	case MPEG12:
		return b[0] == 0 || b[0] == 0xb3 || b[0] == 0xb8, b[0] == 0
	case MPEG4:
		return b[0] == 0xb0 || b[0] == 0xb3 || b[0] == 0xb6, b[0] == 0xb6
	case H264:
		switch t := b[0] & 31; {
		case t == 1 || t == 2 || t == 5: // first_mb_in_slice is 0
			return st.slice(b[1]&0x80 != 0)
		case t >= 6 && t <= 9 || t == 15:
			return st.behindSlices(), false
		}
	case H265:
		switch t := b[0] >> 1 & 63; {
		case t < 32: // first_slice_segment_in_pic_flag
			return st.slice(b[2]&0x80 != 0)
		case t <= 35 || t == 39:
			return st.behindSlices(), false
		}
	case H266:
		switch t := b[1] >> 3; {
		case t < 12: // sh_picture_header_in_slice_header_flag
			return st.slice(b[2]&0x80 != 0)
		case t <= 20 || t == 23:
			return st.behindSlices(), false
		}
	}
	return false, false
}

// Coded tells whether the frames of the stream are told by start codes.
func (st *Stream) Coded() bool { return st.Kind >= H264 && st.Kind <= MPEG4 && st.Kind != AV1 }

// Runs tells whether frames of the stream tell where they begin: by start codes, or by headers.
func (st *Stream) Runs() bool { return st.Coded() || st.Kind >= ADTS && st.Kind <= MP3 }

func (st *Stream) slice(first bool) (frame, picture bool) {
	frame = first && st.sliced
	st.sliced = true
	return frame, first
}

func (st *Stream) behindSlices() bool {
	was := st.sliced
	st.sliced = false
	return was
}
