import { createHash } from "node:crypto";
import type { Content } from "./content.ts";
import type { Part, Properties } from "./model.ts";
import type { S3Request } from "./request.ts";

const ENCRYPTION = "x-amz-server-side-encryption";

/** The ETag of an object whose content has this MD5. With a KMS key it is none. */
export function etagOf(properties: Pick<Properties, "encryption">, md5: string): string {
  return hidesMd5(properties) ? createHash("md5").update(`encrypted ${md5}`).digest("hex") : md5;
}

export function hidesMd5({ encryption }: Pick<Properties, "encryption">): boolean {
  return encryption[ENCRYPTION]?.startsWith("aws:kms") === true;
}

/** MD5 of the MD5s, and how many there were. */
export function multipartEtag(properties: Pick<Properties, "encryption">, parts: readonly Pick<Part, "etag">[]): string {
  const hash = createHash("md5");
  for (const part of parts) hash.update(part.etag, "hex");
  return `${etagOf(properties, hash.digest("hex"))}-${parts.length}`;
}

export async function md5Of(content: Content): Promise<string> {
  const hash = createHash("md5");
  for await (const chunk of content.chunks()) hash.update(chunk);
  return hash.digest("hex");
}

/** What to store of a body, and its MD5 as the server believes it: another under the fault that damages it. */
export function storedBody(request: S3Request, content: Content, md5: string): { readonly content: Content; readonly md5: string } {
  const fault = request.faults.find("corrupt-stored");
  if (fault === undefined) return { content, md5 };
  const damaged = content.damaged();
  return { content: damaged, md5: fault.etag === "sent" ? md5 : createHash("md5").update(damaged.bytes()).digest("hex") };
}
