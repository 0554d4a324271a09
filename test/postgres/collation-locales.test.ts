import { expect, test } from "vitest";
import { languageTag } from "../../src/postgres/plan/icu-locale.ts";
import { DatabaseWorkplace, listed } from "../support/postgres/database-workplace.ts";
import { makeDatabase } from "../support/postgres/databases.ts";

const OVER = { accounts: { include: "none" as const, exclude: [] } };

/** What PostgreSQL 18 makes of them. */
const WRITTEN = [
  ["de@colNumeric=yes", "de-u-kn-true"],
  ["de_DE@collation=phonebook;colStrength=secondary", "de-DE-u-co-phonebk-ks-level2"],
  ["en_US@colCaseFirst=upper;colAlternate=shifted", "en-US-u-ka-shifted-kf-upper"],
  ["zh_Hant_TW@collation=stroke", "zh-Hant-TW-u-co-stroke"],
  ["@colStrength=primary", "und-u-ks-level1"],
  ["und-u-ks-level2", "und-u-ks-level2"],
  ["en_US", "en-US"],
  ["de-x-icu", "de-x-icu"],
] as const;

test.each(WRITTEN)("%s is %s", (locale, tag) => {
  expect(languageTag(locale)).toBe(languageTag(tag));
  expect(languageTag(locale)).not.toBe(languageTag("fr"));
});

test.each(["de@colNumeric=no", "de@unheard=of", "de@colStrength=tertiary", "not a locale"])("%s is nothing else", (locale) => {
  for (const [, tag] of WRITTEN) expect(languageTag(locale)).not.toBe(languageTag(tag));
});

test("collations of ICU, which a newer server writes otherwise, are the same when the sync is applied again", async () => {
  await using source = await makeDatabase(15);
  await using target = await makeDatabase(18);
  await source.sql(WRITTEN.map(([locale], at) => `CREATE COLLATION c${at} (provider = icu, locale = '${locale}', deterministic = false)`).join("; "));
  await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
  expect((await work.run(OVER)).status).toBe("applied");
  // Who knows of no earlier run has to compare.
  await using other = await DatabaseWorkplace.make({ from: source.url, to: target.url });
  expect(listed(await other.plan(OVER), "create", "conflict")).toEqual([]);
  await target.sql("DROP COLLATION c0; CREATE COLLATION c0 (provider = icu, locale = 'de-u-kn-false', deterministic = false)");
  expect(listed(await other.plan(OVER), "create", "conflict")).toEqual(["collation public.c0 different"]);
});
