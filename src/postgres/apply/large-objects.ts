import { ItemError } from "../../core/errors.ts";
import type { RunContext } from "../../driver/sync-driver.ts";
import type { Outcome } from "../../state/outcome.ts";
import type { Session } from "../connect/session.ts";
import { quoteLiteral, quoteName } from "../names.ts";
import type { ActionItem } from "./action-item.ts";
import { applied, unapplied } from "./outcomes.ts";

export interface CopyLargeObjectsOptions {
  /** Within the run's snapshot. */
  readonly source: Session;
  readonly destination: Session;
  readonly item: ActionItem;
  /** Those that are at the destination are an interrupted run's, and are written again. */
  readonly replaces: boolean;
  readonly context: RunContext;
}

const PAGE = 500;
const CHUNK = 2 ** 20;

interface LargeObject {
  readonly oid: string;
  /** null where the owner is a superuser, which is not carried over. */
  readonly owner: string | null;
  readonly comment: string | null;
  readonly grants: readonly { readonly role: string; readonly privilege: string; readonly grantable: boolean }[] | null;
}

/**
 * Copies all large objects under their own numbers, which is what rows refer to them by, with owner,
 * comment and privileges where those roles are at the destination.
 */
export async function copyLargeObjects({ source, destination, item, replaces, context }: CopyLargeObjectsOptions): Promise<Outcome> {
  const startedAt = Date.now();
  let bytes = 0;
  try {
    const roles = new Set((await destination.query<{ name: string }>("SELECT rolname AS name FROM pg_catalog.pg_roles")).map(({ name }) => name));
    for (let after = "0"; ;) {
      const page = await readPage(source, after);
      for (const object of page) {
        context.abort.throwIfAborted();
        bytes += await copyOne({ source, destination, object, replaces, context, roles });
      }
      const last = page.at(-1);
      if (last === undefined) break;
      after = last.oid;
    }
    const version = { fingerprint: "large-objects", versionId: context.run, modified: new Date(startedAt).toISOString() };
    return applied(item.action, { bytes, source: version, destination: { fingerprint: "large-objects" }, startedAt });
  } catch (error) {
    return unapplied(item.action, error, startedAt);
  }
}

function readPage(source: Session, after: string): Promise<readonly LargeObject[]> {
  return source.query<LargeObject & Record<string, unknown>>(
    `SELECT m.oid::text AS oid, CASE WHEN r.rolsuper THEN NULL ELSE r.rolname END AS owner, pg_catalog.obj_description(m.oid, 'pg_largeobject') AS comment,
       (SELECT json_agg(json_build_object('role', CASE WHEN a.grantee = 0 THEN 'public' ELSE pg_catalog.pg_get_userbyid(a.grantee) END, 'privilege', a.privilege_type, 'grantable', a.is_grantable))
        FROM pg_catalog.aclexplode(m.lomacl) a WHERE a.grantee <> m.lomowner) AS grants
     FROM pg_catalog.pg_largeobject_metadata m LEFT JOIN pg_catalog.pg_roles r ON r.oid = m.lomowner
     WHERE m.oid > $1::oid ORDER BY m.oid LIMIT ${PAGE}`,
    [after],
  );
}

interface CopyOne {
  readonly source: Session;
  readonly destination: Session;
  readonly object: LargeObject;
  readonly replaces: boolean;
  readonly context: RunContext;
  readonly roles: ReadonlySet<string>;
}

async function copyOne({ source, destination, object, replaces, context, roles }: CopyOne): Promise<number> {
  const { budget, abort, emit } = context;
  const { oid } = object;
  await destination.query("BEGIN");
  try {
    await makePlace(destination, oid, replaces);
    let at = 0;
    for (;;) {
      const [row] = await source.query<{ part: Buffer | null }>("SELECT pg_catalog.lo_get($1::oid, $2::bigint, $3::int) AS part", [oid, at, CHUNK]);
      const part = row?.part;
      if (!part || part.length === 0) break;
      await budget.take(part.length, 0, abort);
      await destination.query("SELECT pg_catalog.lo_put($1::oid, $2::bigint, $3::bytea)", [oid, at, part]);
      emit({ type: "transferred", bytes: part.length });
      at += part.length;
    }
    for (const statement of aboutObject(object, roles)) await destination.query(statement);
    await destination.query("COMMIT");
    return at;
  } catch (error) {
    await destination.query("ROLLBACK").catch(() => {});
    throw error;
  }
}

/** @throws ItemError `stale` where a large object of that number is there and is not ours */
async function makePlace(destination: Session, oid: string, replaces: boolean): Promise<void> {
  const there = await destination.query("SELECT FROM pg_catalog.pg_largeobject_metadata WHERE oid = $1::oid", [oid]);
  if (there.length > 0 && !replaces) {
    throw new ItemError(
      "stale",
      "DESTINATION_CHANGED",
      `The destination has a large object ${oid} that was not there when this was reviewed: it is left as it is.`,
      {
        hint: "Plan again.",
      },
    );
  }
  if (there.length > 0) await destination.query("SELECT pg_catalog.lo_unlink($1::oid)", [oid]);
  await destination.query("SELECT pg_catalog.lo_create($1::oid)", [oid]);
}

function aboutObject({ oid, owner, comment, grants }: LargeObject, roles: ReadonlySet<string>): readonly string[] {
  const object = `LARGE OBJECT ${BigInt(oid)}`;
  const statements: string[] = [];
  if (comment !== null) statements.push(`COMMENT ON ${object} IS ${quoteLiteral(comment)}`);
  for (const { role, privilege, grantable } of grants ?? []) {
    if (role !== "public" && !roles.has(role)) continue;
    // aclexplode gives SELECT and UPDATE, in its own words.
    statements.push(`GRANT ${privilege} ON ${object} TO ${role === "public" ? "PUBLIC" : quoteName(role)}${grantable ? " WITH GRANT OPTION" : ""}`);
  }
  if (owner !== null && roles.has(owner)) statements.push(`ALTER ${object} OWNER TO ${quoteName(owner)}`);
  return statements;
}
