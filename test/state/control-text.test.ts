import { describe, expect, test } from "vitest";
import { readControl, writeControl } from "../../src/state/control-text.ts";

const WINDOW = { start: 0, end: 1440, days: [0], timezone: "UTC", bytesPerSecond: 1 };
const flow = (over: object, windows: readonly object[] = [WINDOW]) => JSON.stringify({ type: "flow", sync: "s", flow: { windows, outside: "pause", ...over } });

test("what is written is read again", () => {
  for (const control of [
    "stop",
    "abort",
    { sync: "s", flow: undefined },
    { sync: "s", flow: { windows: [WINDOW], outside: 5 } },
    { sync: "s", concurrency: undefined },
    { sync: "s", concurrency: "auto" },
    { sync: "s", concurrency: 8 },
  ] as const) {
    expect(readControl(writeControl(control))).toEqual(control);
  }
});

describe("what a newer version or somebody else wrote is left out", () => {
  test.each([
    "halt",
    "",
    "{",
    "null",
    "[]",
    '"stop"',
    JSON.stringify({ type: "other", sync: "s", flow: null }),
    JSON.stringify({ type: "flow", sync: 5, flow: null }),
    JSON.stringify({ type: "flow", sync: "s" }),
    JSON.stringify({ type: "concurrency", sync: "s" }),
    JSON.stringify({ type: "concurrency", sync: "s", concurrency: 0 }),
    JSON.stringify({ type: "concurrency", sync: "s", concurrency: 1.5 }),
    JSON.stringify({ type: "concurrency", sync: "s", concurrency: 1e9 }),
    JSON.stringify({ type: "concurrency", sync: "s", concurrency: "8" }),
    flow({ outside: "fast" }),
    flow({ outside: 0 }),
    flow({ outside: -1 }),
    flow({ outside: 1e12 }),
    flow({ outside: null }),
    flow({ windows: "none" }),
    flow({}, [WINDOW, WINDOW, WINDOW, WINDOW]),
    flow({}, [{ ...WINDOW, start: 1440 }]),
    flow({}, [{ ...WINDOW, start: 0.5 }]),
    flow({}, [{ ...WINDOW, end: 0 }]),
    flow({}, [{ ...WINDOW, end: 1441 }]),
    flow({}, [{ ...WINDOW, days: [] }]),
    flow({}, [{ ...WINDOW, days: [7] }]),
    flow({}, [{ ...WINDOW, days: 1 }]),
    flow({}, [{ ...WINDOW, timezone: "Nowhere/Land" }]),
    flow({}, [{ ...WINDOW, bytesPerSecond: "1" }]),
  ])("%s", (text) => expect(readControl(text)).toBeUndefined());
});
