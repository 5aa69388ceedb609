package config

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// maxDepth is more than any key has parts. go-toml stops at 10,000.
const maxDepth = 8

// place is a piece of a file, in bytes.
type place struct{ off, len int }

// thing is a key or a value.
type thing struct {
	key string // its own, or that of the value
	len int    // bytes
}

// places finds where things stand in a file that go-toml has decoded.
type places struct {
	parser unstable.Parser
	of     map[string]place // by key: "settle", "keep.0", "rule.2.match.label"; a whole rule is "rule.2"
	at     map[int]thing    // by where it begins
	tables map[string]int   // how many tables the array of tables at a key has so far
	nested string           // the first list in which there is a list: nothing says where that one stands
	wrong  []wrong          // what go-toml takes and nobody should write
}

type wrong struct {
	place
	why string
}

func locate(text []byte) *places {
	l := &places{of: map[string]place{}, at: map[int]thing{}, tables: map[string]int{}}
	l.parser.Reset(text)
	for table := ""; l.parser.NextExpression(); {
		e := l.parser.Expression()
		switch e.Kind {
		case unstable.Table:
			var at place
			if table, at = l.key("", e.Key()); table == "rule" {
				l.wrong = append(l.wrong, wrong{at, "a rule begins with [[rule]]"})
			}
		case unstable.ArrayTable:
			name, at := l.key("", e.Key())
			table = fmt.Sprintf("%s.%d", name, l.tables[name])
			l.tables[name]++
			l.of[table] = at
		case unstable.KeyValue:
			l.pair(table, e)
		}
	}
	return l
}

func (l *places) pair(table string, e *unstable.Node) {
	key, at := l.key(table, e.Key())
	if e.Value().Kind == unstable.Array { // the parser doesn't say where it stands
		after := l.parser.Data()[at.off+at.len:]
		e.Value().Raw = l.parser.Range(bytes.TrimLeft(after, " \t=")[:1])
	}
	l.value(key, e.Value())
}

func (l *places) value(key string, v *unstable.Node) {
	if v.Raw.Length > 0 {
		l.of[key] = l.place(key, v)
	} else if l.nested == "" {
		l.nested, _ = cutLast(key)
	}
	if strings.Count(key, ".") > maxDepth {
		return
	}
	i := 0
	for it := v.Children(); it.Next(); i++ {
		if v.Kind == unstable.InlineTable {
			l.pair(key, it.Node())
		} else {
			l.value(fmt.Sprintf("%s.%d", key, i), it.Node())
		}
	}
}

// key appends the parts of a key to the key of its table.
func (l *places) key(table string, parts unstable.Iterator) (key string, at place) {
	key = table
	for parts.Next() {
		part := parts.Node()
		if n := l.tables[key]; n > 0 {
			key = fmt.Sprintf("%s.%d", key, n-1)
		}
		key = strings.TrimPrefix(key+"."+string(part.Data), ".")
		at = l.place(key, part)
		if name := string(part.Data); name != strings.ToLower(name) {
			l.wrong = append(l.wrong, wrong{at, "names have small letters only: " + strings.ToLower(name)})
		}
	}
	return key, at
}

func (l *places) place(key string, n *unstable.Node) place {
	at := place{int(n.Raw.Offset), int(n.Raw.Length)}
	l.at[at.off] = thing{key, at.len}
	return at
}
