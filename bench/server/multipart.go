package main

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

type part struct {
	size int64
	sum  [md5.Size]byte
}

type upload struct {
	bucket, key string
	started     time.Time
	headers     map[string]string
	parts       map[int]part
}

type uploads struct {
	lock sync.Mutex
	next int
	byID map[string]*upload
}

func (s *server) serveUpload(w http.ResponseWriter, r *http.Request, query url.Values, b bucket, key string) {
	name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	id := query.Get("uploadId")
	switch {
	case r.Method == http.MethodPost && query.Has("uploads"):
		s.uploads.create(w, r, name, key)
	case r.Method == http.MethodPut:
		s.uploadPart(w, r, id, query.Get("partNumber"))
	case r.Method == http.MethodPost:
		s.complete(w, r, b, id)
	case r.Method == http.MethodDelete:
		s.uploads.remove(id)
		w.WriteHeader(http.StatusNoContent)
	default:
		fail(w, http.StatusNotImplemented, "NotImplemented", "This server does not do that")
	}
}

func (u *uploads) create(w http.ResponseWriter, r *http.Request, bucket, key string) {
	u.lock.Lock()
	u.next++
	id := "upload-" + strconv.Itoa(u.next)
	u.byID[id] = &upload{bucket: bucket, key: key, started: time.Now(), headers: headersOf(r), parts: map[int]part{}}
	u.lock.Unlock()
	var out bytes.Buffer
	out.WriteString(`<?xml version="1.0" encoding="UTF-8"?><InitiateMultipartUploadResult><Bucket>` + bucket + `</Bucket><Key>`)
	escape(&out, key)
	out.WriteString(`</Key><UploadId>` + id + `</UploadId></InitiateMultipartUploadResult>`)
	writeXML(w, out.Bytes())
}

func (u *uploads) get(id string) *upload {
	u.lock.Lock()
	defer u.lock.Unlock()
	return u.byID[id]
}

func (u *uploads) remove(id string) {
	u.lock.Lock()
	defer u.lock.Unlock()
	delete(u.byID, id)
}

func (u *uploads) list(w http.ResponseWriter, bucket, prefix string) {
	u.lock.Lock()
	defer u.lock.Unlock()
	var out bytes.Buffer
	out.WriteString(`<?xml version="1.0" encoding="UTF-8"?><ListMultipartUploadsResult><Bucket>` + bucket + `</Bucket><IsTruncated>false</IsTruncated>`)
	for id, up := range u.byID {
		if up.bucket != bucket || !strings.HasPrefix(up.key, prefix) {
			continue
		}
		out.WriteString("<Upload><Key>")
		escape(&out, up.key)
		out.WriteString("</Key><UploadId>" + id + "</UploadId><Initiated>" + up.started.UTC().Format("2006-01-02T15:04:05.000Z") + "</Initiated></Upload>")
	}
	out.WriteString(`</ListMultipartUploadsResult>`)
	writeXML(w, out.Bytes())
}

func (s *server) uploadPart(w http.ResponseWriter, r *http.Request, id, number string) {
	up := s.uploads.get(id)
	n, err := strconv.Atoi(number)
	if up == nil || err != nil {
		fail(w, http.StatusNotFound, "NoSuchUpload", "The specified multipart upload does not exist.")
		return
	}
	s.counts.wrote()
	size, sum, err := receive(r)
	if err != nil {
		fail(w, http.StatusBadRequest, "BadDigest", "The body did not arrive as announced")
		return
	}
	s.uploads.lock.Lock()
	up.parts[n] = part{size, sum}
	s.uploads.lock.Unlock()
	w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:])+`"`)
}

func (s *server) complete(w http.ResponseWriter, r *http.Request, b bucket, id string) {
	up := s.uploads.get(id)
	if up == nil {
		fail(w, http.StatusNotFound, "NoSuchUpload", "The specified multipart upload does not exist.")
		return
	}
	var asked struct {
		Parts []struct {
			PartNumber int
			ETag       string
		} `xml:"Part"`
	}
	if err := xml.NewDecoder(r.Body).Decode(&asked); err != nil || len(asked.Parts) == 0 {
		fail(w, http.StatusBadRequest, "MalformedXML", "The XML you provided was not well-formed")
		return
	}
	all := md5.New()
	size := int64(0)
	s.uploads.lock.Lock()
	for _, p := range asked.Parts {
		have, found := up.parts[p.PartNumber]
		if !found || strings.Trim(p.ETag, `"`) != hex.EncodeToString(have.sum[:]) {
			s.uploads.lock.Unlock()
			fail(w, http.StatusBadRequest, "InvalidPart", "One or more of the specified parts could not be found.")
			return
		}
		all.Write(have.sum[:])
		size += have.size
	}
	s.uploads.lock.Unlock()
	if !allowed(w, r, b, up.key) {
		return
	}
	etag := fmt.Sprintf("%x-%d", all.Sum(nil), len(asked.Parts))
	b.put(object{key: up.key, size: size, etag: etag, modified: time.Now(), headers: up.headers})
	s.uploads.remove(id)
	var out bytes.Buffer
	out.WriteString(`<?xml version="1.0" encoding="UTF-8"?><CompleteMultipartUploadResult><Bucket>` + up.bucket + `</Bucket><Key>`)
	escape(&out, up.key)
	out.WriteString(`</Key><ETag>&quot;` + etag + `&quot;</ETag></CompleteMultipartUploadResult>`)
	writeXML(w, out.Bytes())
}
