// An S3 server that answers from arithmetic, so that a benchmark measures its client.
//
// The name of a bucket says what it holds:
//
//	flat-N…   N objects of -size bytes, keys 000000000000 … in one flat prefix
//	tree-N…   the same in folders of 1000
//	empty…    nothing at first; content written is hashed and discarded, and read as zeros
//
// What follows the number makes another bucket of the same content, such as tree-1000-b. Requests
// are neither authenticated nor logged.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"
)

func main() {
	address := flag.String("addr", "127.0.0.1:0", "address to listen on")
	size := flag.Int("size", 4096, "bytes of every computed object")
	delay := flag.Int("delay-ms", 0, "wait before each answer, milliseconds")
	flag.Parse()

	listener, err := net.Listen("tcp", *address)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	go stopWithParent()

	server := newServer(*size, time.Duration(*delay)*time.Millisecond)
	if err := http.Serve(listener, server); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// stopWithParent ends the server when whoever started it closes its standard input, also by dying.
func stopWithParent() {
	buffer := make([]byte, 1)
	for {
		if _, err := os.Stdin.Read(buffer); err != nil {
			os.Exit(0)
		}
	}
}

// control answers the benchmark itself: GET /_bench/counts, POST /_bench/reset, GET /_bench/objects?bucket=NAME.
func (s *server) control(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/_bench/counts":
		json.NewEncoder(w).Encode(s.counts.snapshot())
	case "/_bench/reset":
		s.counts.reset()
	case "/_bench/objects":
		bucket := s.bucket(r.URL.Query().Get("bucket"))
		fmt.Fprint(w, strconv.Itoa(bucket.count()))
	default:
		http.NotFound(w, r)
	}
}
