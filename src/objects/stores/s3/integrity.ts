import { createHash } from "node:crypto";
import { ItemError } from "../../../core/errors.ts";
import type { ItemVersion } from "../../../core/version.ts";
import type { BodySource, ObjectBody, WriteOptions } from "../../store.ts";
import { headAnswer, readObject } from "./read.ts";
import { nameOf, type Scope } from "./scope.ts";

export function integrityMismatch(scope: Scope, key: string, attempts: number): ItemError {
  return new ItemError("failed", "INTEGRITY_MISMATCH", `${nameOf(scope, key)}: the store holds other content than was sent, ${attempts} times in a row.`, {
    hint: "Something between damages bodies, or the store's ETags are not MD5s: then say `verify: size` or `verify: bytes`.",
  });
}

/** What `verify` asks beyond the answer to the write. */
export async function verifyStored(
  scope: Scope,
  key: string,
  sent: { readonly version: ItemVersion; readonly size: number; readonly md5: string | undefined },
  source: BodySource,
  { verify, signal }: WriteOptions,
): Promise<void> {
  if (verify === "size") {
    const there = await headAnswer(scope, key, signal);
    if (there?.head.version.size !== sent.size) throw integrityMismatch(scope, key, 1);
  }
  if (verify === "bytes") {
    const [stored, meant] = await Promise.all([
      md5Of(await readObject(scope, key, { version: sent.version, signal })),
      sent.md5 ?? source.open(undefined, signal).then(md5Of),
    ]);
    if (stored !== meant) throw integrityMismatch(scope, key, 1);
  }
}

async function md5Of({ content }: ObjectBody): Promise<string> {
  const hash = createHash("md5");
  if (content.kind === "whole") hash.update(content.bytes);
  else for await (const chunk of content.stream) hash.update(chunk as Uint8Array); // a byte stream yields nothing else
  return hash.digest("hex");
}
