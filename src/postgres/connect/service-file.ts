import { readFile } from "node:fs/promises";
import { TidemarkError } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import { type Settings, settingsOf, type Written } from "./keywords.ts";

export interface ServiceFiles {
  /** The files to look into, the first that knows the service counts. */
  readonly paths: readonly string[];
}

/**
 * What `pg_service.conf` says of a service.
 *
 * @throws {TidemarkError} POSTGRES_SERVICE where no file knows it or it is not right; POSTGRES_OPTION
 * @see https://www.postgresql.org/docs/current/libpq-pgservice.html
 */
export async function readService(name: string, { paths }: ServiceFiles): Promise<Settings> {
  for (const path of paths) {
    const text = await read(path);
    const entries = text === undefined ? undefined : sectionOf(text, name, path);
    if (entries) return settingsOf(entries, { place: `The service ${name} in ${path}`, secret: (value) => new Secret(value, `(password of service ${name})`) });
  }
  throw new TidemarkError("POSTGRES_SERVICE", `There is no service ${name} in ${paths.join(" or ")}.`, {
    hint: "Add a section of that name, or point PGSERVICEFILE at the file that has it.",
  });
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new TidemarkError("POSTGRES_SERVICE", `${path} cannot be read (${String(code)}).`, { hint: "Look at its permissions.", cause: error });
  }
}

/** Lines are never part of an error: any may hold a password. */
function sectionOf(text: string, name: string, path: string): Written[] | undefined {
  let entries: Written[] | undefined;
  for (const [at, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    if (line.startsWith("[")) {
      if (entries) return entries;
      if (line === `[${name}]`) entries = [];
      continue;
    }
    if (!entries) continue;
    const equals = line.indexOf("=");
    const key = line.slice(0, Math.max(equals, 0));
    const problem =
      line.startsWith("ldap") && equals < 0
        ? "a service from LDAP, which is not looked up"
        : key === ""
          ? "no `key=value`"
          : key === "service"
            ? "a service in a service"
            : undefined;
    if (problem !== undefined) {
      throw new TidemarkError("POSTGRES_SERVICE", `${path}, line ${at + 1}: there is ${problem}.`, {
        hint: "Write `key=value` without spaces around the `=`.",
      });
    }
    entries.push({ key, value: line.slice(equals + 1) });
  }
  return entries;
}
