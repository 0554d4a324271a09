import type { Scope } from "./scope.ts";
import { decodeUrlText, xmlBlocks, xmlText } from "./xml.ts";

export interface BegunUpload {
  readonly id: string;
  /** Milliseconds since the epoch by our clock, give or take `TOLD_WITHIN_MS`. NaN where the server does not say. */
  readonly initiated: number;
}

/** Servers tell the time to the second, both an upload's and their own. */
export const TOLD_WITHIN_MS = 2000;

/**
 * Uploads of exactly this key that were begun since. The prefix is the whole key: some servers list
 * uploads by exact key only, and others also what merely begins with it.
 *
 * @param since by our clock; what it is off from the server's is read from the answer
 */
export async function uploadsOf(scope: Scope, fullKey: string, since: number, signal: AbortSignal): Promise<readonly BegunUpload[]> {
  const found: BegunUpload[] = [];
  let markers: Record<string, string> = {};
  for (;;) {
    const answer = await scope.client.send({
      method: "GET",
      query: { uploads: "", prefix: fullKey, "encoding-type": "url", ...markers },
      context: scope.context,
      signal,
    });
    const date = Date.parse(answer.headers["date"] ?? "");
    const offMs = Number.isNaN(date) ? 0 : date - Date.now();
    const document = answer.body.toString("utf8");
    const encoded = xmlText(document, "EncodingType") === "url";
    for (const block of xmlBlocks(document, "Upload")) {
      const text = xmlText(block, "Key") ?? "";
      const id = xmlText(block, "UploadId");
      const initiated = Date.parse(xmlText(block, "Initiated") ?? "") - offMs;
      if (id === undefined || (encoded ? decodeUrlText(text) : text) !== fullKey) continue;
      if (Number.isNaN(initiated) || initiated + TOLD_WITHIN_MS > since) found.push({ id, initiated });
    }
    const key = xmlText(document, "NextKeyMarker");
    const upload = xmlText(document, "NextUploadIdMarker");
    if (xmlText(document, "IsTruncated") !== "true" || key === undefined || upload === markers["upload-id-marker"]) return found;
    markers = { "key-marker": encoded ? decodeUrlText(key) : key, "upload-id-marker": upload ?? "" };
  }
}
