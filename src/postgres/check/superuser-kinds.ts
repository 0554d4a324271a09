import type { DatabaseKind } from "../../driver/database-action.ts";
import { shownName } from "../names.ts";
import { confirm, counted, fail, type Finding, listed, pass } from "./findings.ts";
import { type BothScope, destinationName } from "./scope.ts";
import { namesOf, ofKinds, oidsOf } from "./select.ts";

/** Kinds that only a superuser may create, whatever is in them. */
const SUPERUSER_KINDS: readonly DatabaseKind[] = [
  "event-trigger",
  "text-search-parser",
  "text-search-template",
  "operator-class",
  "operator-family",
  "access-method",
  "foreign-data-wrapper",
  "language",
];
/** Kinds that need a destination of at least this version. */
const GATED_KINDS: readonly DatabaseKind[] = ["event-trigger", "text-search-parser", "text-search-template"];
const GATE = 110_011;
const SUBSCRIBERS_FROM = 160_000;
const SUPPORT_FROM = 120_000;
const PROKIND_FROM = 110_000;

/** What only a superuser may create, where the destination's role is none. Managed services let some of it through. */
export async function checkSuperuserKinds(scope: BothScope): Promise<readonly Finding[]> {
  return [checkGate(scope), await checkSuperuser(scope)];
}

function checkGate(scope: BothScope): Finding {
  const { server, selected } = scope;
  const subject = `${destinationName(scope)}: kinds of objects`;
  const gated = ofKinds(selected, ...GATED_KINDS);
  if (gated.length === 0 || server.version >= GATE) return pass("KINDS_NEED_NEWER", subject, "Its version takes every kind that is selected.");
  return fail(
    "KINDS_NEED_NEWER",
    subject,
    `Event triggers, text search parsers and text search templates need PostgreSQL 11.11 or later there: ${listed(namesOf(gated))}.`,
    "Upgrade the destination, or exclude them.",
  );
}

async function checkSuperuser(scope: BothScope): Promise<Finding> {
  const { server, selected } = scope;
  const subject = `${destinationName(scope)}: superuser`;
  if (server.isSuperuser) return pass("SUPERUSER_NEEDED", subject, `${server.user} is one, and may create every kind.`);
  const kinds = ofKinds(selected, ...SUPERUSER_KINDS).map(({ kind, schema, name }) => `${kind} ${shownName(schema, name)}`);
  const needed = [...kinds, ...(await readSpecial(scope)), ...(await subscriptions(scope))];
  if (needed.length === 0) return pass("SUPERUSER_NEEDED", subject, `Nothing that is selected needs one; ${server.user} is none.`);
  return confirm(
    "SUPERUSER_NEEDED",
    subject,
    `${server.user} is no superuser, and only those may create ${counted(needed.length, "object")}: ${listed(needed)}.`,
    "Apply as a superuser, exclude them, or confirm where your service lets its owner role create them.",
  );
}

/** Functions, types, casts and publications of which only some need a superuser. */
async function readSpecial({ source, selected }: BothScope): Promise<readonly string[]> {
  const support = source.version >= SUPPORT_FROM ? "OR p.prosupport <> 0" : "";
  // The language of an aggregate is "internal", and anybody may create one.
  const isAggregate = source.version >= PROKIND_FROM ? "p.prokind = 'a'" : "p.proisagg";
  const rows = await source.query<{ kind: DatabaseKind; oid: number }>(
    `SELECT 'function' AS kind, p.oid FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang
      JOIN pg_catalog.unnest($1::oid[]) AS s(id) ON s.id = p.oid
      WHERE (NOT ${isAggregate} AND NOT l.lanpltrusted AND l.lanname NOT IN ('sql', 'plpgsql')) OR p.proleakproof ${support}
    UNION ALL SELECT 'type', t.oid FROM pg_catalog.pg_type t JOIN pg_catalog.unnest($2::oid[]) AS s(id) ON s.id = t.oid WHERE t.typtype IN ('b', 'p')
    UNION ALL SELECT 'cast', c.oid FROM pg_catalog.pg_cast c JOIN pg_catalog.unnest($3::oid[]) AS s(id) ON s.id = c.oid WHERE c.castmethod = 'b'
    UNION ALL SELECT 'publication', b.oid FROM pg_catalog.pg_publication b JOIN pg_catalog.unnest($4::oid[]) AS s(id) ON s.id = b.oid WHERE b.puballtables`,
    [
      oidsOf(ofKinds(selected, "function", "procedure", "aggregate")),
      oidsOf(ofKinds(selected, "type")),
      oidsOf(ofKinds(selected, "cast")),
      oidsOf(ofKinds(selected, "publication")),
    ],
  );
  const found = new Set(rows.map(({ kind, oid }) => `${kind} ${oid}`));
  return selected.objects
    .filter(({ kind, oid }) => found.has(`${kind === "procedure" ? "function" : kind} ${oid}`))
    .map(({ kind, schema, name }) => `${kind} ${shownName(schema, name)}`);
}

async function subscriptions({ server, selected }: BothScope): Promise<readonly string[]> {
  const names = namesOf(ofKinds(selected, "subscription")).map((name) => `subscription ${name}`);
  if (names.length === 0 || server.version < SUBSCRIBERS_FROM) return names;
  const [row] = await server.query<{ may: boolean }>("SELECT pg_catalog.pg_has_role('pg_create_subscription', 'USAGE') AS may");
  return row?.may === true ? [] : names;
}
