import { dirname, resolve } from "node:path";
import type { DirectoryLocation, Location, PostgresLocation } from "../core/sync-plan.ts";
import type { Secret } from "../core/secret.ts";
import { readCertificates } from "./certificates.ts";
import type { DirectoryLocation as DirectoryLocationFile, Location as LocationFile, PostgresLocation as PostgresLocationFile } from "./generated/plan.ts";
import { type LoadContext, Part } from "./part.ts";
import { buildS3Location } from "./s3-location.ts";
import { secretOf } from "./secrets.ts";

export function buildLocation(name: string, part: Part<LocationFile>, context: LoadContext): Location {
  const { value, node } = part;
  switch (value.type) {
    case "s3":
      return buildS3Location(name, new Part(value, node, context.findings), context);
    case "directory":
      return buildDirectory(name, new Part(value, node, context.findings), context);
    case "postgres":
      return buildPostgres(name, new Part(value, node, context.findings), context);
  }
}

function buildDirectory(name: string, part: Part<DirectoryLocationFile>, { file }: LoadContext): DirectoryLocation {
  const { path, prefix = "", mount, symlinks = "skip" } = part.value;
  if (/^~(?:[/\\]|$)/.test(part.written(["path"]))) {
    part.complain(["path"], { code: "PATH_TILDE", message: "`~` is a folder's name here, not your home.", hint: "Write `${HOME}/…`." });
  }
  if (path.includes("\0")) part.complain(["path"], { code: "PATH", message: "A path has no NUL in it.", hint: "Look at the variable that gives it." });
  if (prefix.split("/").some((step, at, steps) => step === "." || step === ".." || (step === "" && at < steps.length - 1))) {
    part.complain(["prefix"], { code: "PREFIX_SHAPE", message: "Beneath a directory a prefix has no `.`, `..` or empty step.", hint: "Put it into `path`." });
  }
  return {
    type: "directory",
    name,
    declaredPath: path,
    path: resolve(dirname(file), path),
    prefix,
    mount: mount === undefined ? undefined : { type: mount.type, source: mount.source },
    symlinks,
  };
}

function buildPostgres(name: string, part: Part<PostgresLocationFile>, context: LoadContext): PostgresLocation {
  const { type: _type, url, host, ...rest } = part.value;
  if (url !== undefined && host !== undefined) {
    part.complain(["host"], { code: "POSTGRES_URL", message: "The server is named twice: by `url` and by `host`.", hint: "Keep one of them." });
  }
  if (!part.has(["url"]) && !part.has(["host"])) {
    part.complainOfKey(["type"], { code: "MISSING_KEY", message: `The location ${name} names no server.`, hint: 'Add `url: "${DATABASE_URL}"`, or `host:`.' });
  }
  readCertificates(part, context);
  const options: Record<string, string | number | Secret> = {};
  for (const [key, value] of Object.entries({ host, ...rest })) {
    if (value !== undefined && !key.startsWith("x-")) options[key] = value;
  }
  // A URL may hold a password, so that the whole of it is a secret.
  for (const key of ["url", "password"]) {
    const secret = secretOf(part.at([key]));
    if (secret !== undefined) options[key] = secret;
  }
  return { type: "postgres", name, options };
}
