// Runs one command and writes what it cost as JSON: measure RESULT-FILE PROGRAM [ARGUMENT…].
//
// The figures are the kernel's own (wait4), of the program and of every child it waited for.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

type cost struct {
	Code int `json:"code"`
	// Milliseconds since the epoch.
	StartedAt float64 `json:"startedAt"`
	WallMs    float64 `json:"wallMs"`
	UserMs    float64 `json:"userMs"`
	SystemMs  float64 `json:"systemMs"`
	MaxRssKiB int64   `json:"maxRssKiB"`
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "measure RESULT-FILE PROGRAM [ARGUMENT…]")
		os.Exit(2)
	}
	command := exec.Command(os.Args[2], os.Args[3:]...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	started := time.Now()
	err := command.Run()
	wall := time.Since(started)
	if command.ProcessState == nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(127)
	}
	usage, ok := command.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		fmt.Fprintln(os.Stderr, "this system does not tell what a program cost")
		os.Exit(1)
	}
	rss := int64(usage.Maxrss)
	result, _ := json.Marshal(cost{
		Code:      command.ProcessState.ExitCode(),
		StartedAt: float64(started.UnixMicro()) / 1000,
		WallMs:    milliseconds(wall),
		UserMs:    milliseconds(command.ProcessState.UserTime()),
		SystemMs:  milliseconds(command.ProcessState.SystemTime()),
		MaxRssKiB: rss,
	})
	if err := os.WriteFile(os.Args[1], result, 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
