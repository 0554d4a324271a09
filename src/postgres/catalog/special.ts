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
}

const SUPPORT_FROM = 120_000;
const PROKIND_FROM = 110_000;
/** OIDs below are the server's own. */
const FIRST_NORMAL = 16_384;

export async function readSpecialObjects(session: Session): Promise<SpecialObjects> {
  const support = session.version >= SUPPORT_FROM ? "p.prosupport <> 0" : "false";
  // The catalog calls the language of every aggregate internal, whatever its functions are written in.
  const isAggregate = session.version >= PROKIND_FROM ? "p.prokind = 'a'" : "p.proisagg";
  const rows = await session.query<{ what: keyof SpecialObjects; oid: string }>(`
    SELECT 'compiled' AS what, p.oid::text AS oid FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang
      WHERE p.oid >= ${FIRST_NORMAL} AND l.lanname IN ('c', 'internal') AND NOT ${isAggregate}
    UNION ALL SELECT 'leakproof', p.oid::text FROM pg_catalog.pg_proc p WHERE p.oid >= ${FIRST_NORMAL} AND p.proleakproof
    UNION ALL SELECT 'support', p.oid::text FROM pg_catalog.pg_proc p WHERE p.oid >= ${FIRST_NORMAL} AND ${support}
    UNION ALL SELECT 'baseTypes', t.oid::text FROM pg_catalog.pg_type t WHERE t.oid >= ${FIRST_NORMAL} AND t.typtype = 'b' AND t.typelem = 0
    UNION ALL SELECT 'binaryCasts', c.oid::text FROM pg_catalog.pg_cast c WHERE c.oid >= ${FIRST_NORMAL} AND c.castmethod = 'b'
    UNION ALL SELECT 'superusers', rolname FROM pg_catalog.pg_roles WHERE rolsuper`);
  const of = (what: keyof SpecialObjects) => new Set(rows.filter((row) => row.what === what).map(({ oid }) => Number(oid)));
  return {
    compiled: of("compiled"),
    leakproof: of("leakproof"),
    support: of("support"),
    baseTypes: of("baseTypes"),
    binaryCasts: of("binaryCasts"),
    superusers: new Set(rows.filter(({ what }) => what === "superusers").map(({ oid }) => oid)),
  };
}
