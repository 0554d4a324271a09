import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/**
 * Names the space in which a process id means something: this boot of this machine and, on Linux,
 * the pid namespace. Two containers may share a folder and even a host name, and neither sees the
 * other's processes: without this, each would take the other's living run for dead.
 */
export function processSpace(): string {
  try {
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim()} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return `host ${hostname()}`;
  }
}

/** Whether such a process exists here; false only where that is certain. */
export function mayLive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}
