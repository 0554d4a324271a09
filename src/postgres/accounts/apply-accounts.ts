import { ItemError } from "../../core/errors.ts";
import type { Secret } from "../../core/secret.ts";
import type { DatabaseDetail } from "../../driver/database-action.ts";
import { sqlStateOf } from "../connect/errors.ts";
import type { Session } from "../connect/session.ts";
import { isWord, meaningful, splitStatements, stringOf, tokens } from "../dump/lexer.ts";
import { shownName } from "../names.ts";
import { passwordReference, readRoles, readVerifier } from "./read-roles.ts";
import { defineRole } from "./role-definition.ts";
import { setPassword } from "./set-password.ts";

const DUPLICATE_OBJECT = "42710";
const UNIQUE_VIOLATION = "23505";
const NO_PERMISSION = "42501";

/**
 * Creates a role as it was reviewed, in one transaction, with the password that it has at the source now.
 *
 * @param destination idle, and in no transaction
 * @throws ItemError `stale` `DESTINATION_CHANGED` where another role of that name is there by now;
 *   `stale` `SOURCE_CHANGED` where the role or its password is gone; `refused` `ROLE_PASSWORD_UNREADABLE`;
 *   errors of the destination's server
 */
export async function createRole(source: Session, destination: Session, name: string, { ddl = "" }: DatabaseDetail): Promise<void> {
  const [create = "", ...rest] = splitStatements(ddl);
  const bare = withoutPassword(create, name);
  const verifier = bare === create ? undefined : await currentVerifier(source, name);
  await destination.query("BEGIN");
  try {
    await destination.query(bare);
    if (verifier !== undefined) await setPassword(destination, name, verifier);
    for (const statement of rest) await destination.query(statement);
    await destination.query("COMMIT");
  } catch (error) {
    // Where the connection is lost, so is the transaction.
    await destination.query("ROLLBACK").catch(() => {});
    const state = sqlStateOf(error);
    if (state !== DUPLICATE_OBJECT && state !== UNIQUE_VIOLATION) throw error;
    if (await isAsPlanned(destination, name, [bare, ...rest].join(""), verifier)) return;
    throw new ItemError(
      "stale",
      "DESTINATION_CHANGED",
      `The destination has a role ${shownName(undefined, name)} now, and not the one that was reviewed: it is left as it is.`,
      {
        hint: "Plan again: the role is then taken as it is.",
        cause: error,
      },
    );
  }
}

/** Makes a role a member of another, as it was reviewed. Doing it again changes nothing. @throws errors of the server */
export async function grantMembership(destination: Session, { ddl = "" }: DatabaseDetail): Promise<void> {
  await destination.query(ddl);
}

/** Leaves out `PASSWORD '${password of …}'`. The same text where there is none. */
function withoutPassword(create: string, name: string): string {
  const all = [...tokens(create)];
  const at = all.findIndex((token) => stringOf(token) === passwordReference(name));
  const before = all.findLastIndex((token, place) => place < at && token.kind !== "space");
  if (before < 0 || !isWord(all[before], "password")) return create;
  return all
    .filter((_, place) => place < before || place > at)
    .map(({ text }) => text)
    .join("");
}

async function currentVerifier(source: Session, name: string): Promise<Secret> {
  let verifier: Secret | undefined;
  try {
    verifier = await readVerifier(source, name);
  } catch (error) {
    if (sqlStateOf(error) !== NO_PERMISSION) throw error;
    throw new ItemError("refused", "ROLE_PASSWORD_UNREADABLE", `The password of ${shownName(undefined, name)} may no longer be read at the source.`, {
      hint: "Grant SELECT on pg_catalog.pg_authid at the source, or plan again: the role is then created without its password.",
      cause: error,
    });
  }
  if (verifier !== undefined) return verifier;
  throw new ItemError("stale", "SOURCE_CHANGED", `The source's role ${shownName(undefined, name)} is gone, or has no password any more.`, {
    hint: "Plan again.",
  });
}

/** Whether an earlier run, which could not tell of it, has created the role. */
async function isAsPlanned(destination: Session, name: string, ddl: string, verifier: Secret | undefined): Promise<boolean> {
  const target = await readRoles(destination);
  const role = target.roles.find((each) => each.name === name);
  if (role === undefined || role.superuser || role.replication || role.bypassRls) return false;
  if (verifier !== undefined && target.passwordsReadable && (await readVerifier(destination, name))?.reveal() !== verifier.reveal()) return false;
  return sameMeaning(defineRole({ role: { ...role, password: "none" }, target }).ddl, ddl);
}

/** The same tokens, whatever stands between them. */
function sameMeaning(one: string, other: string): boolean {
  const words = (text: string) => JSON.stringify(meaningful(text).map(({ text: word }) => word));
  return words(one) === words(other);
}
