package main

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

// object is what a listing and a HEAD tell of one key.
type object struct {
	key      string
	size     int64
	etag     string
	modified time.Time
	headers  map[string]string
}

// bucket holds keys in byte order, addressed by their place in it.
type bucket interface {
	count() int
	// seek returns the place of the first key at or after the given one.
	seek(key string) int
	at(place int) object
	get(key string) (object, bool)
	// read returns content of an object; zeros where it was discarded.
	read(o object, start, end int64) []byte
	put(o object)
	remove(key string)
}

// Few different contents, so that listing a million ETags costs no million hashes.
const contents = 256

type computedBucket struct {
	n        int
	tree     bool
	size     int64
	bodies   [][]byte
	etags    []string
	modified time.Time
}

var computedName = regexp.MustCompile(`^(flat|tree)-(\d+)`)

func newBucket(name string, size int) bucket {
	parts := computedName.FindStringSubmatch(name)
	if parts == nil {
		return &writtenBucket{objects: map[string]object{}}
	}
	n, _ := strconv.Atoi(parts[2])
	b := &computedBucket{n: n, tree: parts[1] == "tree", size: int64(size), modified: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)}
	for i := range contents {
		body := make([]byte, size)
		for j := range body {
			body[j] = byte(i + j*7)
		}
		sum := md5.Sum(body)
		b.bodies = append(b.bodies, body)
		b.etags = append(b.etags, hex.EncodeToString(sum[:]))
	}
	return b
}

func (b *computedBucket) count() int { return b.n }

func (b *computedBucket) key(i int) string {
	if b.tree {
		return fmt.Sprintf("folder-%06d/file-%03d.bin", i/1000, i%1000)
	}
	return fmt.Sprintf("%012d", i)
}

func (b *computedBucket) seek(key string) int {
	return sort.Search(b.n, func(i int) bool { return b.key(i) >= key })
}

func (b *computedBucket) at(i int) object {
	return object{key: b.key(i), size: b.size, etag: b.etags[i%contents], modified: b.modified}
}

func (b *computedBucket) get(key string) (object, bool) {
	i := b.seek(key)
	if i == b.n || b.key(i) != key {
		return object{}, false
	}
	return b.at(i), true
}

func (b *computedBucket) read(o object, start, end int64) []byte {
	return b.bodies[b.seek(o.key)%contents][start:end]
}

func (b *computedBucket) put(object)    {}
func (b *computedBucket) remove(string) {}

// writtenBucket remembers what was written, but not its content.
type writtenBucket struct {
	lock    sync.RWMutex
	objects map[string]object
	sorted  []string
	dirty   bool
}

func (b *writtenBucket) count() int {
	b.lock.RLock()
	defer b.lock.RUnlock()
	return len(b.objects)
}

func (b *writtenBucket) keys() []string {
	b.lock.Lock()
	defer b.lock.Unlock()
	if b.dirty {
		b.sorted = b.sorted[:0:0]
		for key := range b.objects {
			b.sorted = append(b.sorted, key)
		}
		sort.Strings(b.sorted)
		b.dirty = false
	}
	return b.sorted
}

func (b *writtenBucket) seek(key string) int { return sort.SearchStrings(b.keys(), key) }

func (b *writtenBucket) at(i int) object {
	keys := b.keys()
	if i >= len(keys) {
		return object{}
	}
	o, _ := b.get(keys[i])
	return o
}

func (b *writtenBucket) get(key string) (object, bool) {
	b.lock.RLock()
	defer b.lock.RUnlock()
	o, found := b.objects[key]
	return o, found
}

func (b *writtenBucket) read(_ object, start, end int64) []byte { return make([]byte, end-start) }

func (b *writtenBucket) put(o object) {
	b.lock.Lock()
	defer b.lock.Unlock()
	o.key = strings.Clone(o.key)
	b.objects[o.key] = o
	b.dirty = true
}

func (b *writtenBucket) remove(key string) {
	b.lock.Lock()
	defer b.lock.Unlock()
	delete(b.objects, key)
	b.dirty = true
}
