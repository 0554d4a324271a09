import { receiveText } from "../body.ts";
import { S3Error } from "../errors.ts";
import { checkTags } from "../properties.ts";
import { bucketOf, findObject, keyOf, type Call, type Reply } from "../state.ts";
import { childrenNamed, childText, element, leaf, parseXml, root } from "../xml.ts";
import { versionHeader } from "./objects.ts";

export function getObjectTagging(call: Call): Reply {
  const bucket = bucketOf(call);
  const object = findObject(bucket, keyOf(call), call.request.query.get("versionId"));
  const tags = [...object.tags].map(([name, value]) => element("Tag", leaf("Key", name), leaf("Value", value)));
  return { status: 200, headers: versionHeader(bucket, object.versionId), body: root("Tagging", element("TagSet", ...tags)) };
}

export async function putObjectTagging(call: Call): Promise<Reply> {
  const bucket = bucketOf(call);
  const document = parseXml(await receiveText(call.request, call.payload, call.server.spool), "Tagging");
  const set = childrenNamed(document, "TagSet")[0];
  if (set === undefined) throw new S3Error("MalformedXML");
  const pairs = childrenNamed(set, "Tag").map((node) => [childText(node, "Key") ?? "", childText(node, "Value") ?? ""] as const);
  const tags = new Map(pairs);
  if (tags.size < pairs.length) throw new S3Error("InvalidTag", { message: "Cannot provide multiple Tags with the same key" });
  const object = findObject(bucket, keyOf(call), call.request.query.get("versionId"));
  object.tags = checkTags(tags);
  return { status: 200, headers: versionHeader(bucket, object.versionId) };
}

export function deleteObjectTagging(call: Call): Reply {
  const bucket = bucketOf(call);
  const object = findObject(bucket, keyOf(call), call.request.query.get("versionId"));
  object.tags = new Map();
  return { status: 204, headers: versionHeader(bucket, object.versionId) };
}
