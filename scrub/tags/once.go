package tags

import "sync"

// Once returns a function that gives what is made of a table. It is made when first
// asked for: a worker starts for a few files, and most tables are of others.
func Once[T any](made func() T) func() T { return sync.OnceValue(made) }
