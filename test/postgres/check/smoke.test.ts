import { readFileSync, readdirSync } from "node:fs";
import { test } from "vitest";
import { look, makeDatabase, uniqueName } from "./look.ts";
test.each([[10, 18], [13, 15], [15, 15], [18, 18]] as const)("%i %i", async (a, b) => {
  await using source = await makeDatabase(a);
  for (const f of readdirSync("test/postgres/corpus")) for (const st of readFileSync(`test/postgres/corpus/${f}`, "utf8").split(/;\n\n/)) { try { await source.sql(st); } catch (e) { } }
  await using target = await makeDatabase(b, { create: false, name: uniqueName("x") });
  const r = await look({ from: source.url, to: target.url });
  console.log(r.all.filter(f=>f.status!=="pass"||f.code.startsWith("DEP")).map((f) => `${f.status} ${f.code} ${f.subject} | ${f.message} | ${f.hint ?? ""}`).join("\n"));
  await using t2 = await makeDatabase(b);
  const r2 = await look({ from: source.url, to: t2.url, sync: { objects: { include: "all", exclude: [] } } });
  console.log(r2.all.filter((f) => f.status !== "pass").map((f) => `${f.status} ${f.code} ${f.subject} | ${f.message} | ${f.hint ?? ""}`).join("\n"));
  const r3 = await look({ from: source.url, to: t2.url, sync: { level: "table" } });
  console.log(r3.all.filter((f) => f.status !== "pass").map((f) => `${f.status} ${f.code} ${f.subject} | ${f.message} | ${f.hint ?? ""}`).join("\n"));
});
