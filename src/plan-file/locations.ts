import { dirname, resolve } from "node:path";
import type { DirectoryLocation, Location, PostgresLocation } from "../core/sync-plan.ts";
import type { Secret } from "../core/secret.ts";
import { parseDuration } from "../core/units.ts";
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
  const { type: _type, url, host, caFile: _caFile, certFile, keyFile, connectTimeout: _c, statementTimeout: _s, lockTimeout: _l, ...rest } = part.value;
  if (url !== undefined && host !== undefined) {
    part.complain(["host"], { code: "POSTGRES_URL", message: "The server is named twice: by `url` and by `host`.", hint: "Keep one of them." });
  }
  if (!["url", "host", "service"].some((key) => part.has([key]))) {
    part.complainOfKey(["type"], { code: "MISSING_KEY", message: `The location ${name} names no server.`, hint: 'Add `url: "${DATABASE_URL}"`, or `host:`.' });
  }
  const beside = (path: string | undefined) => (path === undefined || path === "" ? undefined : resolve(dirname(context.file), path));
  const found = {
    host,
    ...rest,
    ca: readCertificates(part, context),
    certFile: beside(certFile),
    keyFile: beside(keyFile),
    connectTimeout: milliseconds(part, "connectTimeout", 1),
    statementTimeout: milliseconds(part, "statementTimeout", 0),
    lockTimeout: milliseconds(part, "lockTimeout", 0),
  };
  const options: Record<string, string | number | Secret> = {};
  for (const [key, value] of Object.entries(found)) {
    // A variable with an empty default stands for an option that is not set.
    if (value !== undefined && value !== "" && !key.startsWith("x-")) options[key] = value;
  }
  // A URL may hold a password, so that the whole of it is a secret.
  for (const key of ["url", "password"]) {
    const secret = secretOf(part.at([key]));
    if (secret !== undefined) options[key] = secret;
  }
  return { type: "postgres", name, options };
}

/** What a timeout of PostgreSQL can hold, in milliseconds: 24 days. */
const LONGEST = 2 ** 31 - 1;

function milliseconds(part: Part<PostgresLocationFile>, which: "connectTimeout" | "statementTimeout" | "lockTimeout", least: number): number | undefined {
  const text = part.value[which];
  const ms = text === undefined ? undefined : parseDuration(text);
  if (ms === undefined || (ms >= least && ms <= LONGEST)) return ms;
  part.complain([which], {
    code: "OUT_OF_RANGE",
    message: `\`${which}\` is not between ${least} ms and 24 days.`,
    hint: least === 0 ? "Write `0s` for any time." : "Write a time that connecting may take.",
  });
  return undefined;
}
