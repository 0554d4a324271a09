import { compareKeys } from "../core/byte-order.ts";
import type { ObjectEnd } from "../core/sync-plan.ts";
import { parseDuration, parseRequestRate, parseSize } from "../core/units.ts";
import { checkFlow, checkRate } from "./flow.ts";
import type { ObjectSync as ObjectSyncFile } from "./generated/plan.ts";
import { checkGlobs } from "./glob-rules.ts";
import { parseInstant } from "./instants.ts";
import type { Path } from "./node.ts";
import type { Part } from "./part.ts";
import { overlaps } from "./places.ts";
import { checkRenameRules } from "./rename-rules.ts";
import { checkSchedule } from "./schedule.ts";

type ObjectPart = Part<ObjectSyncFile>;

const MOST_PREFIX_BYTES = 1022;
const MOST_METADATA_BYTES = 2048;

/** Checks what the schema cannot: everything in an object sync that depends on something else in it. */
export function checkObjectRules(part: ObjectPart): void {
  checkPrefixes(part);
  checkGlobs(part);
  checkWhere(part);
  checkDelete(part);
  checkCopies(part);
  checkLimits(part);
  checkVersions(part);
  checkFlow(part);
  checkSchedule(part);
  checkRenameRules(part, ["rename"], part.value.rename);
}

/** An end with its location's prefix has to leave room for a key. */
export function checkEndPrefix(part: ObjectPart, which: "from" | "to", { location, prefix }: ObjectEnd): void {
  const bytes = Buffer.byteLength(location.prefix + prefix);
  if (bytes > MOST_PREFIX_BYTES) part.complain([which, "prefix"], tooLong(bytes));
}

function tooLong(bytes: number) {
  return {
    code: "PREFIX_TOO_LONG",
    message: `With all that stands before it, the prefix has ${bytes.toLocaleString("en")} bytes of UTF-8, and at most ${MOST_PREFIX_BYTES.toLocaleString("en")} are allowed.`,
    hint: "A key has at most 1,024 bytes.",
  };
}

function checkPrefixes(part: ObjectPart): void {
  const { prefixes = [], from } = part.value;
  const base = typeof from === "string" ? 0 : Buffer.byteLength(from.prefix ?? "");
  for (const [at, prefix] of prefixes.entries()) {
    const bytes = base + Buffer.byteLength(prefix);
    if (bytes > MOST_PREFIX_BYTES) part.complain(["prefixes", at], tooLong(bytes));
  }
  const said = new Set<number>();
  for (const [inner, outer] of overlaps(prefixes.map((prefix, at) => ({ of: at, prefixes: [prefix] })))) {
    const at = compareKeys(inner.prefix, outer.prefix) === 0 ? Math.max(inner.of, outer.of) : inner.of;
    if (said.has(at)) continue;
    said.add(at);
    const other = part.written(["prefixes", at === inner.of ? outer.of : inner.of]);
    part.complain(["prefixes", at], {
      code: "PREFIX_OVERLAP",
      message:
        inner.prefix === outer.prefix
          ? `The prefix \`${other}\` stands twice.`
          : `\`${part.written(["prefixes", at])}\` begins with \`${other}\`, which stands here too.`,
      hint: "Remove one of them: the shorter covers both.",
    });
  }
}

function checkWhere(part: ObjectPart): void {
  const { where } = part.value;
  if (where === undefined) return;
  const minSize = size(part, ["where", "minSize"], where.minSize);
  const maxSize = size(part, ["where", "maxSize"], where.maxSize);
  const after = instant(part, ["where", "modifiedAfter"], where.modifiedAfter);
  const before = instant(part, ["where", "modifiedBefore"], where.modifiedBefore);
  if (minSize !== undefined && maxSize !== undefined && minSize > maxSize) part.complain(["where", "maxSize"], emptyRange("`maxSize` is less than `minSize`"));
  if (after !== undefined && before !== undefined && after >= before)
    part.complain(["where", "modifiedBefore"], emptyRange("`modifiedBefore` is not after `modifiedAfter`"));
}

function emptyRange(what: string) {
  return { code: "EMPTY_RANGE", message: `${what}: no object is so.`, hint: "Exchange them, or remove one." };
}

function size(part: ObjectPart, path: Path, value: number | string | undefined): number | undefined {
  const bytes = value === undefined ? undefined : parseSize(String(value));
  if (value !== undefined && bytes === undefined)
    part.complain(path, { code: "OUT_OF_RANGE", message: `\`${part.written(path)}\` is more bytes than can be counted.`, hint: "Write less than 8 PiB." });
  return bytes;
}

function instant(part: ObjectPart, path: Path, value: string | undefined): number | undefined {
  const ms = value === undefined ? undefined : parseInstant(value);
  if (value !== undefined && ms === undefined)
    part.complain(path, {
      code: "INSTANT_FORMAT",
      message: `There is no such moment as \`${part.written(path)}\`.`,
      hint: "Look at its day, hour and minute.",
    });
  return ms;
}

function checkDelete(part: ObjectPart): void {
  const { from, delete: mirrors = false, allowEmptySource, incremental } = part.value;
  if (!mirrors) {
    if (allowEmptySource === true) {
      part.complainOfKey(["allowEmptySource"], {
        code: "KEY_UNUSED",
        severity: "warning",
        message: "`allowEmptySource` changes nothing without `delete: true`.",
        hint: "Remove it.",
      });
    }
    return;
  }
  const partial = typeof from === "string" ? undefined : (["manifest", "inventory", "urls", "errorsOf"] as const).find((key) => from[key] !== undefined);
  const reason =
    partial === undefined ? (incremental === undefined ? undefined : "an incremental window") : partial === "urls" ? "a list of URLs" : `\`${partial}\``;
  if (reason === undefined) return;
  part.complain(["delete"], {
    code: "DELETE_INCOMPLETE_SOURCE",
    message: `\`delete\` needs a complete listing of the source, and ${reason} is none.`,
    hint: "What it lacks may still be there: remove `delete`, or list the source.",
  });
}

function checkCopies(part: ObjectPart): void {
  const { set } = part.value;
  if (set === undefined) return;
  if (set.storageClass === "reduced-redundancy") {
    part.complain(["set", "storageClass"], {
      code: "STORAGE_CLASS_ADVICE",
      severity: "notice",
      message: "Stores advise against reduced-redundancy: it loses objects and costs no less.",
      hint: "Use `standard` or `infrequent-access`.",
    });
  }
  let bytes = 0;
  for (const [name, value = ""] of Object.entries(set.metadata ?? {})) {
    bytes += name.length + Buffer.byteLength(value);
    if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) {
      part.complainOfKey(["set", "metadata", name], {
        code: "METADATA",
        message: "A name of user metadata has letters, digits and `-`.",
        hint: "It travels as an HTTP header.",
      });
    }
    if (/[\r\n\0]/.test(value))
      part.complain(["set", "metadata", name], {
        code: "METADATA",
        message: "A value of user metadata has no line break.",
        hint: "It travels as an HTTP header.",
      });
  }
  if (bytes > MOST_METADATA_BYTES) {
    part.complainOfKey(["set", "metadata"], {
      code: "METADATA",
      message: `The user metadata has ${bytes.toLocaleString("en")} bytes, and at most 2,048 are allowed.`,
      hint: "Shorten it.",
    });
  }
  for (const [name, value = ""] of Object.entries(set.headers ?? {})) {
    if (/[\r\n\0]/.test(value))
      part.complain(["set", "headers", name], { code: "METADATA", message: "A header has no line break.", hint: "Write it in one line." });
  }
}

function checkLimits(part: ObjectPart): void {
  const { rate, subtasks, guards } = part.value;
  if (rate?.bytes !== undefined) checkRate(part, ["rate", "bytes"], rate.bytes);
  if (rate?.requests !== undefined && parseRequestRate(String(rate.requests)) === undefined) {
    part.complain(["rate", "requests"], {
      code: "OUT_OF_RANGE",
      message: `\`${part.written(["rate", "requests"])}\` is more than can be counted.`,
      hint: "Leave it out where there is no limit.",
    });
  }
  if (size(part, ["subtasks", "maxBytes"], subtasks?.maxBytes) === 0) {
    part.complain(["subtasks", "maxBytes"], { code: "OUT_OF_RANGE", message: "A subtask of 0 bytes moves nothing.", hint: "Write a size as `1 GiB`." });
  }
  size(part, ["guards", "maxBytes"], guards?.maxBytes);
  for (const key of ["maxDeletes", "maxOverwrites", "maxObjects"] as const) {
    const text = String(guards?.[key] ?? "");
    if (text.endsWith("%") && Number(text.slice(0, -1)) > 100) {
      part.complain(["guards", key], { code: "OUT_OF_RANGE", message: "A share is at most 100%.", hint: "Leave the guard out where there is no limit." });
    }
  }
}

function checkVersions(part: ObjectPart): void {
  const { versions, asOf, conflicts, onExisting, continuous, where } = part.value;
  instant(part, ["asOf"], asOf);
  if (asOf !== undefined && versions === "all") {
    part.complain(["asOf"], {
      code: "VERSIONS",
      message: "`asOf` chooses one version of each object, and `versions: all` takes every one.",
      hint: "Keep one of them.",
    });
  }
  if (part.has(["conflicts"]) && conflicts !== "report" && onExisting !== "ifNewer") {
    part.complainOfKey(["conflicts"], {
      code: "KEY_UNUSED",
      severity: "warning",
      message: "`conflicts` changes nothing without `onExisting: ifNewer`.",
      hint: "Remove it, or write `onExisting: ifNewer`.",
    });
  }
  if (continuous?.every !== undefined) {
    const ms = parseDuration(continuous.every);
    if (ms === undefined || ms < 1000)
      part.complain(["continuous", "every"], { code: "OUT_OF_RANGE", message: "`every` is less than a second.", hint: "Write `10s`." });
  }
  for (const [name] of Object.entries(where?.metadata ?? {})) {
    if (/[^\x21-\x7e]/.test(name))
      part.complainOfKey(["where", "metadata", name], {
        code: "METADATA",
        message: "A name of user metadata has letters, digits and `-`.",
        hint: "It travels as an HTTP header.",
      });
  }
}
