import { expect, test } from "vitest";
import { packSecrets, unpackSecrets } from "../../src/core/portable.ts";
import { Secret } from "../../src/core/secret.ts";

test("secrets and sets survive the way to another thread", () => {
  const value = { keys: new Set(["a"]), list: [{ secret: new Secret("value", "${NAME}") }], none: undefined, count: 1 };
  const there = unpackSecrets(structuredClone(packSecrets(value))) as typeof value;
  expect(there.keys).toEqual(new Set(["a"]));
  expect(there.list[0]?.secret).toBeInstanceOf(Secret);
  expect(there.list[0]?.secret.reveal()).toBe("value");
  expect(String(there.list[0]?.secret)).toBe("${NAME}");
  expect(there.count).toBe(1);
});
