package main

import (
	"bufio"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

var kept = []string{"Content-Type", "Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Expires"}

// headersOf returns what an object carries: user metadata and content headers.
func headersOf(r *http.Request) map[string]string {
	carried := map[string]string{}
	for name, values := range r.Header {
		if strings.HasPrefix(name, "X-Amz-Meta-") {
			carried[name] = values[0]
		}
	}
	for _, name := range kept {
		if value := r.Header.Get(name); value != "" && value != "aws-chunked" {
			carried[name] = value
		}
	}
	return carried
}

var buffers = sync.Pool{New: func() any { buffer := make([]byte, 256<<10); return &buffer }}

// receive hashes and discards a body, aws-chunked or plain.
func receive(r *http.Request) (int64, [md5.Size]byte, error) {
	var body io.Reader = r.Body
	if strings.HasPrefix(r.Header.Get("x-amz-content-sha256"), "STREAMING-") {
		body = &chunkedReader{source: bufio.NewReaderSize(r.Body, 64<<10)}
	}
	hash := md5.New()
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	size, err := io.CopyBuffer(struct{ io.Writer }{hash}, struct{ io.Reader }{body}, *buffer)
	var sum [md5.Size]byte
	hash.Sum(sum[:0])
	if claimed := r.Header.Get("Content-MD5"); err == nil && claimed != "" && claimed != base64.StdEncoding.EncodeToString(sum[:]) {
		err = errors.New("BadDigest")
	}
	return size, sum, err
}

// chunkedReader undoes aws-chunked: `size[;chunk-signature=…]\r\n`, data, `\r\n`; trailers are ignored.
type chunkedReader struct {
	source *bufio.Reader
	left   int64
	ended  bool
}

func (c *chunkedReader) Read(into []byte) (int, error) {
	for c.left == 0 {
		if c.ended {
			return 0, io.EOF
		}
		line, err := c.source.ReadString('\n')
		if err != nil {
			return 0, err
		}
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		digits, _, _ := strings.Cut(line, ";")
		c.left, err = strconv.ParseInt(digits, 16, 64)
		if err != nil {
			return 0, err
		}
		if c.left == 0 {
			c.ended = true
			_, err := io.Copy(io.Discard, c.source)
			if err != nil {
				return 0, err
			}
		}
	}
	read, err := c.source.Read(into[:min(int64(len(into)), c.left)])
	c.left -= int64(read)
	return read, err
}

// allowed enforces If-None-Match: * and If-Match.
func allowed(w http.ResponseWriter, r *http.Request, b bucket, key string) bool {
	existing, found := b.get(key)
	if r.Header.Get("If-None-Match") == "*" && found {
		fail(w, http.StatusPreconditionFailed, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
		return false
	}
	if wanted := strings.Trim(r.Header.Get("If-Match"), `"`); wanted != "" {
		if !found {
			fail(w, http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
			return false
		}
		if wanted != "*" && wanted != existing.etag {
			fail(w, http.StatusPreconditionFailed, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
			return false
		}
	}
	return true
}

func (s *server) put(w http.ResponseWriter, r *http.Request, b bucket, key string) {
	// Before the body, so that nobody sends one in vain, and again after it.
	if !allowed(w, r, b, key) {
		return
	}
	size, sum, err := receive(r)
	if err != nil {
		fail(w, http.StatusBadRequest, "BadDigest", "The body did not arrive as announced")
		return
	}
	if !allowed(w, r, b, key) {
		return
	}
	s.counts.wrote()
	etag := hex.EncodeToString(sum[:])
	b.put(object{key: key, size: size, etag: etag, modified: time.Now(), headers: headersOf(r)})
	w.Header().Set("ETag", `"`+etag+`"`)
}

func (s *server) source(r *http.Request) (object, bool) {
	path, err := url.PathUnescape(strings.TrimPrefix(r.Header.Get("x-amz-copy-source"), "/"))
	if err != nil {
		return object{}, false
	}
	name, key, _ := strings.Cut(path, "/")
	key, _, _ = strings.Cut(key, "?versionId=")
	return s.bucket(name).get(key)
}

func (s *server) copy(w http.ResponseWriter, r *http.Request, b bucket, key string) {
	from, found := s.source(r)
	if !found {
		fail(w, http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
		return
	}
	if wanted := strings.Trim(r.Header.Get("x-amz-copy-source-if-match"), `"`); wanted != "" && wanted != from.etag {
		fail(w, http.StatusPreconditionFailed, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
		return
	}
	if !allowed(w, r, b, key) {
		return
	}
	s.counts.wrote()
	copied := object{key: key, size: from.size, etag: from.etag, modified: time.Now(), headers: from.headers}
	if r.Header.Get("x-amz-metadata-directive") == "REPLACE" {
		copied.headers = headersOf(r)
	}
	b.put(copied)
	writeXML(w, []byte(`<?xml version="1.0" encoding="UTF-8"?><CopyObjectResult><LastModified>`+copied.modified.UTC().Format("2006-01-02T15:04:05.000Z")+`</LastModified><ETag>&quot;`+copied.etag+`&quot;</ETag></CopyObjectResult>`))
}

func (s *server) deleteMany(w http.ResponseWriter, r *http.Request, b bucket) {
	var asked struct {
		Objects []struct{ Key string } `xml:"Object"`
	}
	if err := xml.NewDecoder(r.Body).Decode(&asked); err != nil {
		fail(w, http.StatusBadRequest, "MalformedXML", "The XML you provided was not well-formed")
		return
	}
	for _, o := range asked.Objects {
		b.remove(o.Key)
	}
	writeXML(w, []byte(`<DeleteResult></DeleteResult>`))
}
