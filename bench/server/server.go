package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

type server struct {
	size    int
	delay   time.Duration
	counts  counts
	lock    sync.Mutex
	buckets map[string]bucket
	uploads uploads
}

func newServer(size int, delay time.Duration) *server {
	return &server{size: size, delay: delay, buckets: map[string]bucket{}, uploads: uploads{byID: map[string]*upload{}}}
}

func (s *server) bucket(name string) bucket {
	s.lock.Lock()
	defer s.lock.Unlock()
	found, exists := s.buckets[name]
	if !exists {
		found = newBucket(name, s.size)
		s.buckets[name] = found
	}
	return found
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/_bench/") {
		s.control(w, r)
		return
	}
	if s.delay > 0 {
		time.Sleep(s.delay)
	}
	w.Header().Set("x-amz-request-id", "BENCH")
	name, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	query := r.URL.Query()
	switch {
	case name == "":
		s.counts.other.Add(1)
		writeXML(w, []byte(`<ListAllMyBucketsResult><Owner><ID>bench</ID></Owner><Buckets></Buckets></ListAllMyBucketsResult>`))
	case key == "":
		s.serveBucket(w, r, query, name)
	default:
		s.serveObject(w, r, query, s.bucket(name), key)
	}
}

func (s *server) serveBucket(w http.ResponseWriter, r *http.Request, query url.Values, name string) {
	b := s.bucket(name)
	switch {
	case r.Method == http.MethodGet && query.Has("location"):
		s.counts.other.Add(1)
		writeXML(w, []byte(`<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></LocationConstraint>`))
	case r.Method == http.MethodGet && query.Has("versioning"):
		s.counts.other.Add(1)
		writeXML(w, []byte(`<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></VersioningConfiguration>`))
	case r.Method == http.MethodGet && query.Has("uploads"):
		s.counts.multipart.Add(1)
		s.uploads.list(w, name, query.Get("prefix"))
	case r.Method == http.MethodGet:
		s.counts.list.Add(1)
		s.list(w, query, name, b)
	case r.Method == http.MethodPost && query.Has("delete"):
		s.counts.delete.Add(1)
		s.deleteMany(w, r, b)
	case r.Method == http.MethodHead || r.Method == http.MethodPut:
		s.counts.other.Add(1)
	default:
		fail(w, http.StatusNotImplemented, "NotImplemented", "This server does not do that")
	}
}

func (s *server) serveObject(w http.ResponseWriter, r *http.Request, query url.Values, b bucket, key string) {
	switch {
	case query.Has("uploads") || query.Has("uploadId"):
		s.counts.multipart.Add(1)
		s.serveUpload(w, r, query, b, key)
	case query.Has("tagging") && r.Method == http.MethodGet:
		s.counts.other.Add(1)
		writeXML(w, []byte(`<Tagging><TagSet></TagSet></Tagging>`))
	case r.Method == http.MethodHead:
		s.counts.head.Add(1)
		s.get(w, r, b, key)
	case r.Method == http.MethodGet:
		s.counts.get.Add(1)
		s.get(w, r, b, key)
	case r.Method == http.MethodPut && r.Header.Get("x-amz-copy-source") != "":
		s.counts.copy.Add(1)
		s.copy(w, r, b, key)
	case r.Method == http.MethodPut:
		s.counts.put.Add(1)
		s.put(w, r, b, key)
	case r.Method == http.MethodDelete:
		s.counts.delete.Add(1)
		b.remove(key)
		w.WriteHeader(http.StatusNoContent)
	default:
		fail(w, http.StatusNotImplemented, "NotImplemented", "This server does not do that")
	}
}

func (s *server) get(w http.ResponseWriter, r *http.Request, b bucket, key string) {
	o, found := b.get(key)
	if !found {
		fail(w, http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
		return
	}
	if wanted := r.Header.Get("If-Match"); wanted != "" && strings.Trim(wanted, `"`) != o.etag {
		fail(w, http.StatusPreconditionFailed, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
		return
	}
	header := w.Header()
	for name, value := range o.headers {
		header.Set(name, value)
	}
	header.Set("ETag", `"`+o.etag+`"`)
	header.Set("Last-Modified", o.modified.UTC().Format(http.TimeFormat))
	header.Set("Accept-Ranges", "bytes")
	start, end := int64(0), o.size
	status := http.StatusOK
	if from, to, ranged := parseRange(r.Header.Get("Range"), o.size); ranged {
		if from >= o.size {
			fail(w, http.StatusRequestedRangeNotSatisfiable, "InvalidRange", "The requested range is not satisfiable")
			return
		}
		start, end, status = from, to, http.StatusPartialContent
		header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", start, end-1, o.size))
	}
	header.Set("Content-Length", strconv.FormatInt(end-start, 10))
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return
	}
	const chunk = 1 << 20
	for ; start < end; start += chunk {
		if _, err := w.Write(b.read(o, start, min(end, start+chunk))); err != nil {
			return
		}
	}
}

// parseRange understands `bytes=a-b`, `bytes=a-` and `bytes=-n`; the end returned is exclusive.
func parseRange(header string, size int64) (int64, int64, bool) {
	spec, ok := strings.CutPrefix(header, "bytes=")
	if !ok {
		return 0, 0, false
	}
	first, last, ok := strings.Cut(spec, "-")
	if !ok {
		return 0, 0, false
	}
	if first == "" {
		n, err := strconv.ParseInt(last, 10, 64)
		return max(0, size-n), size, err == nil
	}
	start, err := strconv.ParseInt(first, 10, 64)
	if err != nil {
		return 0, 0, false
	}
	end := size
	if last != "" {
		n, err := strconv.ParseInt(last, 10, 64)
		if err != nil {
			return 0, 0, false
		}
		end = min(size, n+1)
	}
	return start, end, true
}

func writeXML(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body)
}

func fail(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code><Message>%s</Message><RequestId>BENCH</RequestId></Error>`, code, message)
}

func escape(out *bytes.Buffer, value string) {
	xml.EscapeText(out, []byte(value))
}
