import type { S3Answer, S3Client } from "./client.ts";
import type { Scope } from "./scope.ts";

/** Clients whose server refuses a copy with `If-None-Match: *` onto an object that is there. Absent: not known. */
const learned = new WeakMap<S3Client, boolean>();

/** Whether the server is known to enforce `If-None-Match: *` of copies, so that nobody need look before. */
export function refusesExisting({ client }: Scope): boolean {
  return learned.get(client) === true;
}

/**
 * Learns from the first copy of all whether its condition was read: the same copy once more must be
 * refused now. A server that does not read it only writes the same bytes again; where that would leave
 * another version, it is not tried.
 *
 * @param answer of a copy under `If-None-Match: *`
 * @returns the answer that tells of the object as it is now
 */
export async function learnFrom({ client }: Scope, answer: S3Answer, again: () => Promise<S3Answer>): Promise<S3Answer> {
  if (learned.has(client) || answer.status >= 300) return answer;
  learned.set(client, false);
  const versionId = answer.headers["x-amz-version-id"];
  if (versionId !== undefined && versionId !== "null") return answer;
  try {
    const second = await again();
    learned.set(client, second.status === 412);
    return second.status < 300 ? second : answer;
  } catch {
    // The copy itself succeeded: looking before each is all that is lost.
    return answer;
  }
}
