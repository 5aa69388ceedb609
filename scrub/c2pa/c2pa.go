// Package c2pa finds who wrote a C2PA manifest (C2PA 2.1), which names a program
// or a device and binds a picture to a signer. A manifest store is JUMBF boxes
// around CBOR; only the generator's name is looked for, the whole store goes.
package c2pa

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"untag/scrub"
)

// Source is what a store is read from; [scrub.Reader] is one.
type Source interface {
	Size() int64
	Bytes(off int64, n int) ([]byte, error)
}

// Generator returns the claim generator that the first manifest names, or "".
// An error is one of reading.
func Generator(src Source) (string, error) {
	b, err := src.Bytes(0, int(min(src.Size(), scrub.MaxPiece)))
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", err
	}
	if s := textAfter(b, "claim_generator"); s != "" {
		return s, nil
	}
	_, info, ok := bytes.Cut(b, []byte("claim_generator_info"))
	if !ok {
		return "", nil
	}
	return textAfter(info[:min(len(info), 256)], "dname"), nil // d: a key of 4 letters
}

// textAfter returns the CBOR text (RFC 8949, major type 3) that follows key.
func textAfter(b []byte, key string) string {
	for {
		_, rest, ok := bytes.Cut(b, []byte(key))
		if !ok {
			return ""
		}
		if s := text(rest); s != "" {
			return s
		}
		b = rest
	}
}

func text(b []byte) string {
	if len(b) < 2 || b[0]>>5 != 3 {
		return ""
	}
	n, b := int(b[0]&31), b[1:]
	switch {
	case n == 24:
		n, b = int(b[0]), b[1:]
	case n == 25 && len(b) > 2:
		n, b = int(b[0])<<8|int(b[1]), b[2:]
	case n > 24:
		return ""
	}
	if n > len(b) || !utf8.Valid(b[:n]) || strings.ContainsFunc(string(b[:n]), func(c rune) bool { return c < ' ' }) {
		return ""
	}
	return string(b[:min(n, scrub.MaxValue)])
}
