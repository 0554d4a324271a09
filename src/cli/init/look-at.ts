import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { TidemarkError } from "../../core/errors.ts";
import type { Remark } from "../../ui/dialogue/question.ts";
import { firstLocation, type Side } from "./first-answers.ts";
import { type FirstLocation, isDatabase, splitPassword } from "./first-location.ts";
import { locationOr } from "./remarks.ts";

/** What can be told of a place without going there; a directory is looked at. */
export async function lookAt(value: string, side: Side, ownKind: FirstLocation["kind"] | undefined, planFile: string): Promise<Remark[]> {
  const location = locationOr(() => {
    const end = firstLocation({ [side]: splitPassword(value).url }, side);
    mustMatch(end, ownKind);
    return end;
  });
  // Somebody who types `s3:` or `postgres` has not named a folder, only not finished.
  if ("mark" in location) return /^(?:s3:\/{0,2}|[a-z]+:\/{0,2})$/.test(value) ? [] : [location];
  if (location.kind === "s3") return [{ mark: "plain", text: `Bucket ${location.bucket}${location.prefix === "" ? "" : `, beneath ${location.prefix}`}` }];
  if (location.kind === "postgres") {
    return splitPassword(value).password === undefined
      ? []
      : [{ mark: "warn", text: "The password is only used to try it. The plan refers to a variable instead." }];
  }
  const path = resolve(dirname(planFile), location.path);
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return [{ mark: "good", text: `${path} is a directory.` }];
  if (found) return [{ mark: "bad", text: `${path} is no directory.` }];
  return [{ mark: side === "from" ? "warn" : "plain", text: side === "from" ? `There is no ${path}.` : `${path} is not there yet; it is made.` }];
}

/** @throws TidemarkError `USAGE` where one end is a database and the other is none */
export function mustMatch(end: FirstLocation, other: FirstLocation["kind"] | undefined): void {
  if (other === undefined || (end.kind === "postgres") === (other === "postgres")) return;
  throw new TidemarkError("USAGE", "A database cannot be synced with a store of objects.", { hint: "Both ends are databases, or neither is." });
}

/** A URL as it may be seen while it is typed. Digits alone may still become a port. */
export function maskPassword(value: string): string {
  if (!isDatabase(value)) return value;
  return value
    .replace(/^([^/]*\/\/[^/?#:@]*:)(?!\$\{)(?:[^@]+(?=@)|(?!\d*(?:[/?#]|$))[^@/?#]+)/, "$1••••••")
    .replaceAll(/([?&](?:ssl)?password=)(?!\$\{)[^&]+/gi, "$1••••••");
}
