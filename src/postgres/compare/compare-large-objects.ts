import type { ComparePage, Difference } from "../../driver/sync-driver.ts";
import type { Session } from "../connect/session.ts";

interface Digest {
  readonly oid: number;
  readonly digest: string;
}

const PAGE = 500;
/** `lo_get` of more at once takes as much memory of the server. */
const CHUNK = 2 ** 20;
/** INV_READ of libpq-fs.h, by which a large object's end is looked for. */
const READ = 0x40000;

/** Compares the content of all large objects, which are the same where their numbers are. Pages of differences. */
export async function* compareLargeObjects(source: Session, destination: Session, signal: AbortSignal): AsyncGenerator<ComparePage> {
  const [from, to] = [digests(source, signal), digests(destination, signal)];
  let [one, other] = await Promise.all([next(from), next(to)]);
  let differences: Difference[] = [];
  let equal = 0;
  while (one !== undefined || other !== undefined) {
    const key = `large-object ${Math.min(one?.oid ?? Infinity, other?.oid ?? Infinity)}`;
    const order = (one?.oid ?? Infinity) - (other?.oid ?? Infinity);
    if (order < 0) differences.push({ key, difference: "missing", reason: "not-in-destination" });
    else if (order > 0) differences.push({ key, difference: "extra", reason: "not-in-source" });
    else if (one?.digest === other?.digest) equal += 1;
    else differences.push({ key, difference: "different", reason: "values" });
    [one, other] = await Promise.all([order <= 0 ? next(from) : one, order >= 0 ? next(to) : other]);
    if (differences.length === PAGE) {
      yield { level: "values", equal, differences };
      differences = [];
      equal = 0;
    }
  }
  if (differences.length > 0 || equal > 0) yield { level: "values", equal, differences };
}

async function next(digestsOfEnd: AsyncGenerator<Digest, void>): Promise<Digest | undefined> {
  const { value } = await digestsOfEnd.next();
  return value ?? undefined;
}

async function* digests(session: Session, signal: AbortSignal): AsyncGenerator<Digest, void> {
  for (let after = 0; ;) {
    signal.throwIfAborted();
    const page = await session.query<Digest & Record<string, unknown>>(
      `SELECT m.oid::int8::float8 AS oid, pg_catalog.md5(coalesce(pg_catalog.string_agg(pg_catalog.md5(pg_catalog.lo_get(m.oid, o.at, ${CHUNK})), '' ORDER BY o.at), '')) AS digest
      FROM (SELECT oid FROM pg_catalog.pg_largeobject_metadata WHERE oid > $1::int8::oid ORDER BY oid LIMIT ${PAGE}) m
      CROSS JOIN LATERAL (SELECT pg_catalog.lo_lseek64(pg_catalog.lo_open(m.oid, ${READ}), 0, 2) AS size OFFSET 0) s
      LEFT JOIN LATERAL pg_catalog.generate_series(0, s.size - 1, ${CHUNK}) AS o(at) ON true
      GROUP BY m.oid ORDER BY m.oid`,
      [after],
    );
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.oid;
  }
}
