package main

import (
	"sync/atomic"
	"time"
)

// counts tells how many requests of each kind came, and when the first write began.
type counts struct {
	list, head, get, put, copy, delete, multipart, other atomic.Int64
	firstWrite                                           atomic.Int64
}

type countsSnapshot struct {
	List      int64 `json:"list"`
	Head      int64 `json:"head"`
	Get       int64 `json:"get"`
	Put       int64 `json:"put"`
	Copy      int64 `json:"copy"`
	Delete    int64 `json:"delete"`
	Multipart int64 `json:"multipart"`
	Other     int64 `json:"other"`
	// Milliseconds since the epoch; 0 before the first.
	FirstWrite int64 `json:"firstWrite"`
}

func (c *counts) wrote() {
	c.firstWrite.CompareAndSwap(0, time.Now().UnixMilli())
}

func (c *counts) snapshot() countsSnapshot {
	return countsSnapshot{c.list.Load(), c.head.Load(), c.get.Load(), c.put.Load(), c.copy.Load(), c.delete.Load(), c.multipart.Load(), c.other.Load(), c.firstWrite.Load()}
}

func (c *counts) reset() {
	for _, counter := range []*atomic.Int64{&c.list, &c.head, &c.get, &c.put, &c.copy, &c.delete, &c.multipart, &c.other, &c.firstWrite} {
		counter.Store(0)
	}
}
