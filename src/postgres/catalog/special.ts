import type { Session } from "../connect/session.ts";

/** Objects that are only what they are by what the catalog says of them. By OID. */
export interface SpecialObjects {
  /** Functions in C or built into the server. */
  readonly compiled: ReadonlySet<number>;
  readonly leakproof: ReadonlySet<number>;
  /** Functions that have a planner support function, or are one. */
  readonly support: ReadonlySet<number>;
  readonly baseTypes: ReadonlySet<number>;
  readonly binaryCasts: ReadonlySet<number>;
  /** Roles that are superusers. */
  readonly superusers: ReadonlySet<string>;
  /** Languages that are no extension's. */
  readonly languages: ReadonlyMap<number, Language>;
}

export interface Language {
  readonly trusted: boolean;
  readonly handler: FunctionName | undefined;
  readonly inline: FunctionName | undefined;
  readonly validator: FunctionName | undefined;
}

interface FunctionName {
  readonly schema: string;
  readonly name: string;
}

const SUPPORT_FROM = 120_000;
const PROKIND_FROM = 110_000;
/** OIDs below are the server's own. */
const FIRST_NORMAL = 16_384;

export async function readSpecialObjects(session: Session): Promise<SpecialObjects> {
  const support = session.version >= SUPPORT_FROM ? "p.prosupport <> 0" : "false";
  // The catalog calls the language of every aggregate internal, whatever its functions are written in.
  const isAggregate = session.version >= PROKIND_FROM ? "p.prokind = 'a'" : "p.proisagg";
  const rows = await session.query<{ what: Exclude<keyof SpecialObjects, "languages">; oid: string }>(`
    SELECT 'compiled' AS what, p.oid::text AS oid FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang
      WHERE p.oid >= ${FIRST_NORMAL} AND l.lanname IN ('c', 'internal') AND NOT ${isAggregate}
    UNION ALL SELECT 'leakproof', p.oid::text FROM pg_catalog.pg_proc p WHERE p.oid >= ${FIRST_NORMAL} AND p.proleakproof
    UNION ALL SELECT 'support', p.oid::text FROM pg_catalog.pg_proc p WHERE p.oid >= ${FIRST_NORMAL} AND ${support}
    UNION ALL SELECT 'baseTypes', t.oid::text FROM pg_catalog.pg_type t WHERE t.oid >= ${FIRST_NORMAL} AND t.typtype = 'b' AND t.typelem = 0
    UNION ALL SELECT 'binaryCasts', c.oid::text FROM pg_catalog.pg_cast c WHERE c.oid >= ${FIRST_NORMAL} AND c.castmethod = 'b'
    UNION ALL SELECT 'superusers', rolname FROM pg_catalog.pg_roles WHERE rolsuper`);
  const of = (what: (typeof rows)[number]["what"]) => new Set(rows.filter((row) => row.what === what).map(({ oid }) => Number(oid)));
  return {
    compiled: of("compiled"),
    leakproof: of("leakproof"),
    support: of("support"),
    baseTypes: of("baseTypes"),
    binaryCasts: of("binaryCasts"),
    superusers: new Set(rows.filter(({ what }) => what === "superusers").map(({ oid }) => oid)),
    languages: await readLanguages(session),
  };
}

async function readLanguages(session: Session): Promise<ReadonlyMap<number, Language>> {
  const name = (column: string) =>
    `(SELECT json_build_object('schema', n.nspname, 'name', p.proname) FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE p.oid = l.${column})`;
  const rows = await session.query<{
    oid: string;
    trusted: boolean;
    handler: FunctionName | null;
    inline: FunctionName | null;
    validator: FunctionName | null;
  }>(`
    SELECT l.oid::text AS oid, l.lanpltrusted AS trusted, ${name("lanplcallfoid")} AS handler, ${name("laninline")} AS inline, ${name("lanvalidator")} AS validator
    FROM pg_catalog.pg_language l WHERE l.lanispl AND l.oid >= ${FIRST_NORMAL}`);
  return new Map(
    rows.map(({ oid, trusted, handler, inline, validator }) => [
      Number(oid),
      { trusted, handler: handler ?? undefined, inline: inline ?? undefined, validator: validator ?? undefined },
    ]),
  );
}
