package main

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// list answers ListObjects and ListObjectsV2 with prefix, delimiter, markers and encoding-type.
func (s *server) list(w http.ResponseWriter, query url.Values, name string, b bucket) {
	v2 := query.Get("list-type") == "2"
	prefix, delimiter := query.Get("prefix"), query.Get("delimiter")
	maxKeys := 1000
	if asked, err := strconv.Atoi(query.Get("max-keys")); err == nil && asked >= 0 && asked < maxKeys {
		maxKeys = asked
	}
	after := query.Get("marker")
	if v2 {
		after = query.Get("start-after")
		if token := query.Get("continuation-token"); token != "" {
			decoded, err := base64.URLEncoding.DecodeString(token)
			if err != nil {
				fail(w, http.StatusBadRequest, "InvalidArgument", "The continuation token provided is incorrect")
				return
			}
			after = string(decoded)
		}
	}
	text := escape
	if query.Get("encoding-type") == "url" {
		text = func(out *bytes.Buffer, value string) {
			out.WriteString(strings.ReplaceAll(url.QueryEscape(value), "%2F", "/"))
		}
	}

	place := b.seek(prefix)
	if after >= prefix {
		place = b.seek(after + "\x00")
		// A marker may be a common prefix, which stands for every key beneath it.
		if delimiter != "" && strings.HasSuffix(after, delimiter) {
			place = b.seek(after + "\xff")
		}
	}
	var entries, prefixes bytes.Buffer
	listed, last := 0, ""
	truncated := false
	for total := b.count(); place < total; {
		o := b.at(place)
		if !strings.HasPrefix(o.key, prefix) {
			break
		}
		if listed == maxKeys {
			truncated = true
			break
		}
		listed++
		if delimiter != "" {
			if cut := strings.Index(o.key[len(prefix):], delimiter); cut >= 0 {
				last = o.key[:len(prefix)+cut+len(delimiter)]
				prefixes.WriteString("<CommonPrefixes><Prefix>")
				text(&prefixes, last)
				prefixes.WriteString("</Prefix></CommonPrefixes>")
				place = b.seek(last + "\xff")
				continue
			}
		}
		last = o.key
		entries.WriteString("<Contents><Key>")
		text(&entries, o.key)
		entries.WriteString("</Key><LastModified>")
		entries.WriteString(o.modified.UTC().Format("2006-01-02T15:04:05.000Z"))
		entries.WriteString("</LastModified><ETag>&quot;")
		entries.WriteString(o.etag)
		entries.WriteString("&quot;</ETag><Size>")
		entries.WriteString(strconv.FormatInt(o.size, 10))
		entries.WriteString("</Size><StorageClass>STANDARD</StorageClass></Contents>")
		place++
	}

	var out bytes.Buffer
	out.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>`)
	escape(&out, name)
	out.WriteString("</Name>")
	element := func(tag, value string) {
		out.WriteString("<" + tag + ">")
		text(&out, value)
		out.WriteString("</" + tag + ">")
	}
	element("Prefix", prefix)
	if delimiter != "" {
		element("Delimiter", delimiter)
	}
	out.WriteString("<MaxKeys>" + strconv.Itoa(maxKeys) + "</MaxKeys>")
	if query.Get("encoding-type") == "url" {
		out.WriteString("<EncodingType>url</EncodingType>")
	}
	out.WriteString("<IsTruncated>" + strconv.FormatBool(truncated) + "</IsTruncated>")
	if v2 {
		out.WriteString("<KeyCount>" + strconv.Itoa(listed) + "</KeyCount>")
		if startAfter := query.Get("start-after"); startAfter != "" {
			element("StartAfter", startAfter)
		}
		if token := query.Get("continuation-token"); token != "" {
			out.WriteString("<ContinuationToken>" + token + "</ContinuationToken>")
		}
		if truncated {
			out.WriteString("<NextContinuationToken>" + base64.URLEncoding.EncodeToString([]byte(last)) + "</NextContinuationToken>")
		}
	} else {
		element("Marker", query.Get("marker"))
		if truncated && delimiter != "" {
			element("NextMarker", last)
		}
	}
	out.Write(entries.Bytes())
	out.Write(prefixes.Bytes())
	out.WriteString("</ListBucketResult>")
	writeXML(w, out.Bytes())
}
