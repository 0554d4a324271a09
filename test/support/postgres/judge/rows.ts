import type pg from "pg";
import { quoteName } from "../../../../src/postgres/names.ts";
import { PINNED } from "./facts.ts";

/** Types that hold floats: 15 digits of them as text are the same on every major, all of their bits as bytes. */
const FLOATS: Readonly<Record<string, string>> = {
  float4: "float4send",
  float8: "float8send",
  point: "point_send",
  line: "line_send",
  lseg: "lseg_send",
  box: "box_send",
  path: "path_send",
  polygon: "poly_send",
  circle: "circle_send",
};

/**
 * How many rows each table and each filled materialized view has, and a sum of their hashes, whatever their order
 * and that of the columns: `rows | table | count | 5 …`. A partitioned table's rows are its partitions', but where a
 * hash decides: the hash of an enum is another at another server. The same on every major.
 */
export async function describeRows(client: pg.Client): Promise<readonly string[]> {
  await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;${PINNED} SET LOCAL extra_float_digits = 0;`);
  try {
    const { rows: tables } = await client.query<{ name: string; partitioned: boolean; columns: readonly Column[] }>(
      `SELECT c.oid::regclass::text AS name, c.relkind = 'p' AS partitioned, (
         SELECT coalesce(jsonb_agg(jsonb_build_object('name', a.attname, 'type', t.typname, 'element', e.typname, 'schema', coalesce(e.typnamespace, t.typnamespace)::regnamespace::text) ORDER BY a.attname::text COLLATE "C"), '[]')
         FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid LEFT JOIN pg_type AS e ON e.oid = t.typelem AND t.typlen = -1 AND t.typcategory = 'A'
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       ) AS columns
       FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
       WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND CASE c.relkind
         WHEN 'r' THEN NOT EXISTS (SELECT 1 FROM pg_inherits AS i JOIN pg_partitioned_table AS p ON p.partrelid = i.inhparent WHERE i.inhrelid = c.oid AND p.partstrat = 'h')
         WHEN 'p' THEN EXISTS (SELECT 1 FROM pg_partitioned_table AS p WHERE p.partrelid = c.oid AND p.partstrat = 'h')
         WHEN 'm' THEN c.relispopulated ELSE false END
       ORDER BY 1`,
    );
    const lines: string[] = [];
    for (const { name, partitioned, columns } of tables) {
      const row = columns.length === 0 ? "''" : `md5(ROW(${columns.map(valueOf).join(", ")})::text)`;
      const { rows } = await client.query<{ n: string; hash: string | null }>(
        `SELECT count(*) AS n, sum(('x' || substr(${row}, 1, 16))::bit(64)::bigint::numeric) AS hash FROM ${partitioned ? "" : "ONLY "}${name} AS judged`,
      );
      lines.push(`rows | ${name.replaceAll("\n", "\\n")} | count and hash | ${rows[0]?.n} ${rows[0]?.hash ?? "-"}`);
    }
    return lines.sort();
  } finally {
    await client.query("ROLLBACK");
  }
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly element: string | null;
  readonly schema: string;
}

function valueOf({ name, type, element, schema }: Column): string {
  const column = `judged.${quoteName(name)}`;
  if (schema !== "pg_catalog") return column;
  const send = FLOATS[type];
  if (send !== undefined) return `${send}(${column})`;
  if (element !== null && element in FLOATS) return `array_send(${column})`;
  return column;
}
