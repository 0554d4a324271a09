import { TidemarkError } from "../../core/errors.ts";

/** How a store is reached, as far as a first plan says it. */
export interface S3Access {
  /** undefined: AWS. */
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  /** undefined: the usual chain. */
  readonly credentials?: { readonly profile: string } | "keys" | "anonymous" | undefined;
}

export type FirstLocation =
  | ({ readonly kind: "s3"; readonly name: string; readonly bucket: string; readonly prefix: string } & S3Access)
  | { readonly kind: "directory"; readonly name: string; readonly path: string }
  /** `hasPassword`: the plan refers to one by a variable. */
  | { readonly kind: "postgres"; readonly name: string; readonly url: string; readonly hasPassword?: boolean | undefined };

const PLACES_HINT = "s3://bucket/prefix, a directory, or postgres://…";

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
  if (isDatabase(url)) {
    if (splitPassword(url).password !== undefined) {
      throw new TidemarkError("USAGE", "A password does not belong in a plan file.", {
        hint: "Leave it out of the URL: Tidemark reads .pgpass, PGPASSWORD, or a ${VARIABLE} that the URL names.",
      });
    }
    return { kind: "postgres", name, url };
  }
  const other = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url);
  if (other) throw new TidemarkError("USAGE", `Tidemark knows no locations of the kind ${other[1]}.`, { hint: PLACES_HINT });
  if (url === "") throw new TidemarkError("USAGE", "A location is missing.", { hint: PLACES_HINT });
  return { kind: "directory", name, path: /^(?:\.{0,2}\/|\.{1,2}$)/.test(url) ? url : `./${url}` };
}

export function isDatabase(url: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(url);
}

/** A database's URL without the password that somebody wrote into it. One that is a reference to a variable stays. */
export function splitPassword(url: string): { readonly url: string; readonly password: string | undefined } {
  if (!isDatabase(url)) return { url, password: undefined };
  const [, before = "", written = "", after = ""] = /^([^/]*\/\/[^/?#:@]*):([^@]*)(@.*)?$/su.exec(url) ?? [];
  // Without an @ what stands behind the colon is a port.
  if (before !== "" && after !== "" && !/^\$\{\w+(?::?\?[^}]*)?\}$/.test(written)) return { url: before + after, password: decoded(written) };
  const [, own] = /[?&](?:password|sslpassword)=([^&]+)/i.exec(url) ?? [];
  return own === undefined || own.startsWith("${")
    ? { url, password: undefined }
    : { url: url.replace(/([?&])(?:password|sslpassword)=[^&]*&?/gi, "$1").replace(/[?&]$/, ""), password: decoded(own) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The variables that a location's secrets are referred to by. */
export function variablesOf(location: FirstLocation): string[] {
  const start = location.name.toUpperCase().replaceAll("-", "_");
  if (location.kind === "s3" && location.credentials === "keys") return [`${start}_ACCESS_KEY_ID`, `${start}_SECRET_ACCESS_KEY`];
  return location.kind === "postgres" && location.hasPassword ? [`${start}_PASSWORD`] : [];
}
