import { TidemarkError } from "../core/errors.ts";

/** Where the schema is published; an editor fetches it to complete and check. */
const SCHEMA_URL = "https://unpkg.com/tidemark/schemas/plan.schema.json";

export type FirstLocation =
  | { readonly kind: "s3"; readonly name: string; readonly bucket: string; readonly prefix: string }
  | { readonly kind: "directory"; readonly name: string; readonly path: string }
  | { readonly kind: "postgres"; readonly name: string; readonly url: string };

/**
 * @param url `s3://bucket/prefix`, `postgres://…`, or else a directory
 * @throws TidemarkError `USAGE`
 */
export function locationFromUrl(url: string, name: string): FirstLocation {
  const s3 = /^s3:\/\/([^/]*)\/?(.*)$/su.exec(url);
  if (s3) {
    const [, bucket = "", prefix = ""] = s3;
    if (bucket === "") throw new TidemarkError("USAGE", `${url} names no bucket.`, { hint: "s3://bucket/prefix" });
    return { kind: "s3", name, bucket, prefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/` };
  }
  if (/^postgres(?:ql)?:\/\//.test(url)) {
    if (/^[^/]*\/\/[^/@]*:[^@]+@/.test(url)) {
      throw new TidemarkError("USAGE", "A password does not belong in a plan file.", {
        hint: "Leave it out of the URL: Tidemark reads .pgpass, PGPASSWORD, or a ${VARIABLE} that the URL names.",
      });
    }
    return { kind: "postgres", name, url };
  }
  const other = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url);
  if (other)
    throw new TidemarkError("USAGE", `Tidemark knows no locations of the kind ${other[1]}.`, { hint: "s3://bucket/prefix, a directory, or postgres://…" });
  if (url === "") throw new TidemarkError("USAGE", "A location is missing.", { hint: "s3://bucket/prefix, a directory, or postgres://…" });
  return { kind: "directory", name, path: /^(?:\.{0,2}\/|\.{1,2}$)/.test(url) ? url : `./${url}` };
}

/** A plan with comments, for a person to go on from. */
export function firstPlan(name: string, from: FirstLocation, to: FirstLocation): string {
  const objects = from.kind !== "postgres";
  return `# yaml-language-server: $schema=${SCHEMA_URL}
version: 1
name: ${name}

locations:
${location(from)}
${location(to)}

syncs:
  ${objects ? "files" : "database"}:
    from: ${end(from)}
    to: ${end(to)}
${objects ? OBJECT_OPTIONS : ""}`;
}

const OBJECT_OPTIONS = `    # include: ["**/*.jpg"]          # in order, as rclone means them; first match decides
    # exclude: ["**/tmp/**"]
    onExisting: overwrite            # or skip, ifNewer, fail
    delete: false                    # true: also remove what the source no longer has
    guards:                          # refuse a plan that would do more than this
      maxDeletes: 0
      maxOverwrites: 1000
`;

function location(place: FirstLocation): string {
  switch (place.kind) {
    case "s3":
      return `  ${place.name}:
    type: s3
    bucket: ${quote(place.bucket)}
    # region: eu-central-1           # default: AWS_REGION or the profile's
    # endpoint: https://s3.example   # for stores other than AWS
    # credentials: { profile: name } # default: the usual chain (environment, profile, role)`;
    case "directory":
      return `  ${place.name}:
    type: directory
    path: ${quote(place.path)}`;
    case "postgres":
      return `  ${place.name}:
    type: postgres
    url: ${quote(place.url)}         # the password comes from .pgpass or PGPASSWORD`;
  }
}

function end(place: FirstLocation): string {
  if (place.kind === "s3" && place.prefix !== "") return `{ location: ${place.name}, prefix: ${quote(place.prefix)} }`;
  return place.name;
}

/** A YAML scalar that means the text itself; a `$` would begin a reference. */
function quote(text: string): string {
  return JSON.stringify(text);
}
