package config

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// decode reads TOML strictly, and tells in the words of the file what is wrong.
func decode(path string, text []byte, to *file) error {
	d := toml.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	err := d.Decode(to)
	var unknown *toml.StrictMissingError
	var other *toml.DecodeError
	switch {
	case errors.As(err, &unknown):
		return unknownKeys(path, text, unknown)
	case errors.As(err, &other):
		at, key := errorPlace(text, other)
		return newError(path, text, at, mismatch(other, key))
	case err != nil:
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func unknownKeys(path string, text []byte, unknown *toml.StrictMissingError) error {
	var errs []error
	for i := range unknown.Errors {
		at, key := errorPlace(text, &unknown.Errors[i])
		table, name := cutLast(key)
		what := fmt.Sprintf("no key %q here", name)
		if t := fieldType(table); t != nil {
			what += ": " + list(names(t))
		}
		errs = append(errs, newError(path, text, at, what))
	}
	return errors.Join(errs...)
}

// errorPlace is where go-toml saw the error, and the key that is there. What
// go-toml itself says is the key lacks that of an inline table.
func errorPlace(text []byte, e *toml.DecodeError) (place, string) {
	line, column := e.Position()
	off := column - 1 // a column is one byte
	for rest := text; line > 1; line-- {
		n := bytes.IndexByte(rest, '\n') + 1
		rest, off = rest[n:], off+n
	}
	l := locate(text)
	if off == 0 && strings.HasPrefix(e.Error(), cannot) { // no value stands there: see places.nested
		return l.of[l.nested], l.nested
	}
	return place{off, l.at[off].len}, l.at[off].key
}

// cannot begins what go-toml says of a value of another type than is wanted.
const cannot = "toml: cannot "

// mismatch leaves the names of Go types out of what go-toml says.
func mismatch(e *toml.DecodeError, key string) string {
	if t := fieldType(key); t != nil && strings.HasPrefix(e.Error(), cannot) {
		return fmt.Sprintf("%s must be %s", lastName(key), kindOf(t))
	}
	return strings.TrimPrefix(e.Error(), "toml: ")
}

func kindOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return `a text in quotes`
	case reflect.Bool:
		return "true or false"
	case reflect.Struct:
		return `a table, as in { label = "CAMERA" }`
	}
	if t.Elem().Kind() == reflect.String {
		return `a list of texts, as in ["time", "place"]`
	}
	return "a table, which begins with [[rule]]"
}

// fieldType is what stands at a key of a file, or nil; at "", a file.
func fieldType(key string) reflect.Type {
	t := reflect.TypeFor[file]()
	for part := range strings.FieldsFuncSeq(key, func(r rune) bool { return r == '.' }) {
		if isIndex(part) {
			continue
		}
		if t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct {
			return nil
		}
		f, ok := t.FieldByNameFunc(func(name string) bool { return tag(t, name) == part })
		if !ok {
			return nil
		}
		if t = f.Type; t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
	}
	return t
}

func isIndex(part string) bool { return strings.Trim(part, "0123456789") == "" }

// cutLast splits the last part off a key.
func cutLast(key string) (table, name string) {
	i := strings.LastIndexByte(key, '.')
	return key[:max(i, 0)], key[i+1:]
}

// lastName is the last part of a key that is no index.
func lastName(key string) string {
	table, name := cutLast(key)
	if isIndex(name) {
		_, name = cutLast(table)
	}
	return name
}

func tag(t reflect.Type, name string) string {
	f, _ := t.FieldByName(name)
	return f.Tag.Get("toml")
}

// names lists what a table can hold.
func names(t reflect.Type) (list []string) {
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	for _, f := range reflect.VisibleFields(t) {
		if name := f.Tag.Get("toml"); name != "" {
			list = append(list, name)
		}
	}
	return list
}
