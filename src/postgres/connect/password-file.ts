import { readFile, stat } from "node:fs/promises";
import { Secret } from "../../core/secret.ts";

export interface PasswordFor {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

export interface FoundPassword {
  readonly password: Secret | undefined;
  /** Why the file was passed over; for whom misses the password. */
  readonly remark: string | undefined;
}

/**
 * Looks a password up in a password file. As libpq does, one that others may read is passed over.
 *
 * @see https://www.postgresql.org/docs/current/libpq-pgpass.html
 */
export async function findPassword(path: string, wanted: PasswordFor): Promise<FoundPassword> {
  const none = (remark?: string): FoundPassword => ({ password: undefined, remark });
  let text: string;
  try {
    const { mode, isFile } = await look(path);
    if (!isFile) return none(`${path} is no plain file, and was passed over.`);
    if (process.platform !== "win32" && (mode & 0o077) !== 0) return none(`${path} may be read by others, and was passed over: \`chmod 0600\` it.`);
    text = await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    return none(code === "ENOENT" || code === "ENOTDIR" ? undefined : `${path} cannot be read (${String(code)}).`);
  }
  const values = [wanted.host, String(wanted.port), wanted.database, wanted.user];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    const fields = fieldsOf(line);
    if (!fields || !values.every((value, at) => fields.match[at] === "*" || unescaped(fields.match[at] ?? "") === value)) continue;
    return fields.password === "" ? none() : { password: new Secret(fields.password, `(password of ${path})`), remark: undefined };
  }
  return none();
}

async function look(path: string): Promise<{ mode: number; isFile: boolean }> {
  const found = await stat(path);
  return { mode: found.mode, isFile: found.isFile() };
}

/** Colons part the fields unless a backslash stands before them; in the password they are themselves. */
function fieldsOf(line: string): { match: readonly string[]; password: string } | undefined {
  const found = /^((?:[^:\\]|\\.)*):((?:[^:\\]|\\.)*):((?:[^:\\]|\\.)*):((?:[^:\\]|\\.)*):(.*)$/s.exec(line);
  if (!found) return undefined;
  return { match: found.slice(1, 5), password: unescaped(found[5] ?? "") };
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/gs, "$1");
}
