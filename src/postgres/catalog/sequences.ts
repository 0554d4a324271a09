import type { Session } from "../connect/session.ts";
import { qualifiedName } from "../names.ts";

/** Where a sequence stands. Whole numbers of 64 bits, as text. */
export interface SequenceValue {
  readonly schema: string;
  readonly name: string;
  readonly last: string;
  readonly called: boolean;
  readonly increment: string;
  /** Of whose configuration it is a part; undefined: of none. */
  readonly extension: string | undefined;
}

const AT_ONCE = 400;

/** Reads the values of all sequences that the role may read. Of extensions' own only those that are their users' configuration. */
export async function readSequences(session: Session): Promise<readonly SequenceValue[]> {
  const sequences = await session.query<{ schema: string; name: string; increment: string; extension: string | null }>(`
    SELECT n.nspname AS schema, c.relname AS name, s.seqincrement::text AS increment, x.extension
    FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN (SELECT e.extname::text AS extension, unnest(e.extconfig) AS relid FROM pg_catalog.pg_extension e) x ON x.relid = c.oid
    WHERE c.relpersistence <> 't' AND pg_catalog.has_table_privilege(c.oid, 'SELECT') AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
      AND (x.relid IS NOT NULL OR NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'))
    ORDER BY 1, 2`);
  const values: SequenceValue[] = [];
  for (let from = 0; from < sequences.length; from += AT_ONCE) {
    const page = sequences.slice(from, from + AT_ONCE);
    const parts = page.map(({ schema, name }, at) => `SELECT ${at} AS at, last_value::text AS last, is_called AS called FROM ${qualifiedName(schema, name)}`);
    for (const { at, last, called } of await session.query<{ at: number; last: string; called: boolean }>(parts.join(" UNION ALL "))) {
      const sequence = page[at];
      if (sequence) values.push({ ...sequence, extension: sequence.extension ?? undefined, last, called });
    }
  }
  return values;
}

/**
 * Where the destination's sequence is to stand: `margin` steps ahead in its own direction.
 * A value beyond the sequence's bounds is cut off by whoever sets it.
 */
export function targetValue({ last, increment }: SequenceValue, margin: number): bigint {
  const ahead = BigInt(margin);
  return BigInt(last) + (BigInt(increment) < 0n ? -ahead : ahead);
}

/** The same where a destination's sequence is to stand at the same value: of what was set, when nobody may look. */
export function valueFingerprint(value: SequenceValue, margin: number): string {
  return `${targetValue(value, margin)} ${value.called || margin > 0 ? "called" : "new"}`;
}

/** Whether a destination's sequence gives only values that the source never gave and, without a margin, the same next one. */
export function isSequenceDone(source: SequenceValue, destination: SequenceValue, margin: number): boolean {
  if (margin === 0) return source.last === destination.last && source.called === destination.called;
  const [from, to] = [BigInt(source.last), BigInt(destination.last)];
  const distance = BigInt(source.increment) < 0n ? from - to : to - from;
  return distance >= 0n && distance <= BigInt(margin) * 2n;
}
