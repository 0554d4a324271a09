import { expect, test } from "vitest";
import type { StateStore } from "../../src/state/state-store.ts";
import { DatabaseWorkplace } from "../support/postgres/database-workplace.ts";
import { makeDatabase } from "../support/postgres/databases.ts";

/** The same state, which tells what is recorded and when an intent ends. */
function watched(state: StateStore, heard: string[]): StateStore {
  const record: StateStore["record"] = async (run, outcomes, leases) => {
    await state.record(run, outcomes, leases);
    heard.push(...outcomes.map(({ key }) => key));
  };
  const intents: StateStore["intents"] = (...words) => {
    const writer = state.intents(...words);
    return {
      begin: (...of) => writer.begin(...of),
      end: async (id) => {
        heard.push("intent ended");
        await writer.end(id);
      },
    };
  };
  return new Proxy(state, {
    get: (target, name) => {
      if (name === "record") return record;
      if (name === "intents") return intents;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

test("the intent of the rows ends when all that was filled is recorded: killed before, a run that goes on knows whose the rows are", async () => {
  await using source = await makeDatabase(15);
  await using target = await makeDatabase(15);
  await source.sql("CREATE TABLE a (id serial); INSERT INTO a VALUES (1), (2); CREATE TABLE b (id int); INSERT INTO b VALUES (1)");
  await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
  const heard: string[] = [];
  const result = await work.apply(await work.plan(), {}, { state: watched(work.state, heard) });
  expect(result.status).toBe("applied");
  const end = heard.indexOf("intent ended");
  const filled = heard.flatMap((key, at) => (/^(rows|sequence-value) /.test(key) ? [at] : []));
  expect(filled).toHaveLength(3);
  expect(end).toBeGreaterThan(Math.max(...filled));
});
