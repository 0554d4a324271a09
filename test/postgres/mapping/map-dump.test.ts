import { expect, test } from "vitest";
import { Secret } from "../../../src/core/secret.ts";
import { readSpecialObjects } from "../../../src/postgres/catalog/special.ts";
import { type ConnectionOptions, resolveConnection } from "../../../src/postgres/connect/options.ts";
import { openSession } from "../../../src/postgres/connect/session.ts";
import type { DumpEntry } from "../../../src/postgres/dump/archive.ts";
import { isSessionSetting, withUniqueKeys } from "../../../src/postgres/dump/classify.ts";
import { dumpSchema } from "../../../src/postgres/dump/dump-schema.ts";
import { hideSecrets } from "../../../src/postgres/dump/secrets.ts";
import { mapDump } from "../../../src/postgres/mapping/map-dump.ts";
import { looseKey } from "../../../src/postgres/mapping/mapping.ts";
import { temporaryName, withTemporaryShadow } from "../../../src/postgres/mapping/shadow-database.ts";
import { SourceNames } from "../../../src/postgres/mapping/source-names.ts";
import { loadCorpus, makeRoles } from "../../support/postgres/corpus.ts";
import { makeDatabase, type TestDatabase } from "../../support/postgres/databases.ts";
import type { Major } from "../../support/postgres/servers.ts";
import { postgresLocation } from "../../support/sync-plans.ts";

const never = new AbortController().signal;

function optionsOf({ url }: TestDatabase): Promise<ConnectionOptions> {
  return resolveConnection(postgresLocation("test", { url: new Secret(url, "${URL}") }), { env: {} });
}

async function dumpOf(options: ConnectionOptions) {
  const session = await openSession(options);
  try {
    const { languages } = await readSpecialObjects(session);
    return { entries: hideSecrets((await dumpSchema({ session, signal: never })).entries), languages };
  } finally {
    await session.close();
  }
}

/** Every schema gets another name, and every table too. */
function everythingElse(entries: readonly DumpEntry[]) {
  const schemas = entries.flatMap(({ type, tag }) => (type === "SCHEMA" && !tag.startsWith("pg_") ? [tag] : []));
  return {
    database: undefined,
    schemas: Object.fromEntries(["public", ...schemas].map((name) => [name, `${name.slice(0, 20)} "x"`])),
    tables: {},
    rename: [{ from: "^([^]{1,12})$", to: "$1 'y'" }],
  };
}

/** A signature that servers from 14 on print in another way. */
const LEFT_OUT = /^comment PROCEDURE /;

test.each<[Major, Major]>([
  [10, 18],
  [13, 15],
  [15, 15],
  [18, 18],
])("all of the corpus, from %i tried out on %i, is found again under the names that were foretold", async (from, to) => {
  await using roles = await makeRoles({ on: [from] });
  await using source = await makeDatabase(from);
  await using server = await makeDatabase(to);
  await loadCorpus(source, { major: from, roles });
  const { entries, languages } = await dumpOf(await optionsOf(source));
  const names = new SourceNames(everythingElse(entries), entries);
  names.verify(entries);
  const like = entries.find(({ type }) => type === "DATABASE");
  const { entries: mapped, warnings } = await withTemporaryShadow(
    { server: await optionsOf(server), name: temporaryName(server.name), like, dropped: async () => {} },
    (shadow) => mapDump({ entries, names, languages, shadow, signal: never }),
  );
  const keyed = withUniqueKeys(entries).filter(({ entry }) => !isSessionSetting(entry));
  const predicted = new Map(withUniqueKeys(entries.map((entry) => names.predicted(entry))).map(({ key }, at) => [entries[at], key]));
  const odd = keyed.flatMap(({ key, entry }) => {
    const to = mapped.get(key);
    if (to?.problem !== undefined) return [`${key}: ${to.problem}`];
    return to !== undefined && looseKey(to.key) === looseKey(predicted.get(entry) ?? "") ? [] : [`${key}: ${to?.key} and not ${predicted.get(entry)}`];
  });
  expect(odd.filter((line) => !LEFT_OUT.test(line))).toEqual([]);
  expect(mapped.size).toBe(withUniqueKeys(entries).length);
  expect(warnings).toEqual([]);
});
