import type { BigIntStats } from "node:fs";
import type { ItemVersion } from "../../../core/version.ts";

/** What is known of a file without reading it. Plain data: it crosses threads. */
export interface FileFacts {
  /** Bytes. */
  readonly size: number;
  /** See ItemVersion.modified. */
  readonly modified: string;
  readonly modifiedMs: number;
}

export function factsOf(stats: BigIntStats): FileFacts {
  return { size: Number(stats.size), modified: modifiedText(stats.mtimeNs), modifiedMs: Number(floorDivide(stats.mtimeNs, 1_000_000n)) };
}

export function versionOf({ size, modified }: FileFacts): ItemVersion {
  return { size, modified };
}

const BILLION = 1_000_000_000n;

/** Seconds since the epoch with nine digits of fraction, as rclone writes `x-amz-meta-mtime`. */
export function modifiedText(nanoseconds: bigint): string {
  if (nanoseconds < 0n) return `-${modifiedText(-nanoseconds)}`;
  return `${nanoseconds / BILLION}.${String(nanoseconds % BILLION).padStart(9, "0")}`;
}

/** @returns nanoseconds; undefined where it is no such text. Fewer digits than nine, or none, are fine */
export function parseModified(text: string): bigint | undefined {
  const match = /^(-?)([0-9]{1,12})(?:\.([0-9]{1,9})[0-9]*)?$/.exec(text);
  if (!match) return undefined;
  const [, sign, seconds = "0", fraction = ""] = match;
  const nanoseconds = BigInt(seconds) * BILLION + BigInt(fraction.padEnd(9, "0"));
  return sign ? -nanoseconds : nanoseconds;
}

/** Whether a file is the version that was decided on. A version without a field asks nothing of it. */
export function isVersion(facts: FileFacts, { size, modified }: ItemVersion): boolean {
  return (size === undefined || size === facts.size) && (modified === undefined || modified === facts.modified);
}

/**
 * A time for `futimes`, which takes seconds as a double: near today those are 238 ns apart, and the
 * system call drops what is beneath a nanosecond.
 *
 * The time is cut to the microsecond and the next double that is not before it is taken, so that the
 * file's time has the same first six digits of fraction. They are what two files can be compared by.
 *
 * @returns text for times before 1970: Node takes a negative number for "now"
 */
export function fileTime(nanoseconds: bigint): number | string {
  const microseconds = floorDivide(nanoseconds, 1000n);
  const seconds = Number(microseconds) / 1e6;
  if (seconds < 0) return String(seconds);
  return toMicroseconds(seconds) < microseconds ? nextUp(seconds) : seconds;
}

/** Microseconds that the system call makes of it. */
function toMicroseconds(seconds: number): bigint {
  const whole = Math.trunc(seconds);
  return BigInt(whole) * 1_000_000n + BigInt(Math.trunc((seconds - whole) * 1e9)) / 1000n;
}

function nextUp(value: number): number {
  const bits = new BigInt64Array(new Float64Array([value]).buffer);
  bits[0] = (bits[0] ?? 0n) + 1n;
  return new Float64Array(bits.buffer)[0] ?? value;
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value < 0n && value % by !== 0n ? quotient - 1n : quotient;
}
