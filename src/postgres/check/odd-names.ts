import { shownName } from "../names.ts";
import { type Finding, listed, pass } from "./findings.ts";
import { type SourceScope, sourceName } from "./scope.ts";
import { namesOf, oidsOf, ofKinds } from "./select.ts";

/** Names that other tools do not take. Here they are only worth a word: every name is quoted. */
export async function checkNames(scope: SourceScope): Promise<readonly Finding[]> {
  const { source, selected } = scope;
  const relations = ofKinds(selected, "schema", "table", "view", "materialized-view", "sequence");
  const odd = relations.filter(({ name }) => /[".'<> ]/.test(name));
  const columns = await source.query<{ schema: string; name: string; column: string }>(
    `SELECT n.nspname::text AS schema, c.relname::text AS name, a.attname::text AS column FROM pg_catalog.unnest($1::oid[]) AS s(id)
    JOIN pg_catalog.pg_class c ON c.oid = s.id JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE a.attname::text ~ '["'']' ORDER BY 1, 2, a.attnum`,
    [oidsOf(ofKinds(selected, "table"))],
  );
  const names = [
    ...(/[+" %?\\<>]/.test(source.database) ? [`database ${shownName(undefined, source.database)}`] : []),
    ...namesOf(odd),
    ...columns.map(({ schema, name, column }) => `${shownName(schema, name)}.${shownName(undefined, column)}`),
  ];
  const subject = `${sourceName(scope)}: names`;
  if (names.length === 0) return [pass("NAMES_UNUSUAL", subject, "None has signs that other tools stumble over.")];
  return [
    pass(
      "NAMES_UNUSUAL",
      subject,
      `They are taken as they are, but a plan cannot name them one by one, and other tools may stumble over them: ${listed(names)}.`,
    ),
  ];
}
