import type { ItemVersion } from "../../../core/version.ts";
import { explain } from "./errors.ts";
import { S3Failure } from "./failure.ts";
import type { Scope } from "./scope.ts";
import { xmlBlocks, xmlText } from "./xml.ts";

const NEVER = new AbortController().signal;

/** Tags of an object: S3 tells their number with every GET, and themselves only when asked. */
export async function readTags(scope: Scope, key: string, version: ItemVersion, signal: AbortSignal = NEVER): Promise<Readonly<Record<string, string>>> {
  const query: Record<string, string> = { tagging: "" };
  if (version.versionId !== undefined) query["versionId"] = version.versionId;
  try {
    const answer = await scope.client.send({ method: "GET", key: scope.root + key, query, context: scope.context, signal });
    const tags: Record<string, string> = {};
    for (const tag of xmlBlocks(answer.body.toString("utf8"), "Tag")) {
      const name = xmlText(tag, "Key");
      if (name !== undefined) tags[name] = xmlText(tag, "Value") ?? "";
    }
    return tags;
  } catch (error) {
    throw error instanceof S3Failure ? explain(scope, error, key, "read") : error;
  }
}
