import { describe, expect, test } from "vitest";
import { type FlowOptions, flowOf } from "../../src/cli/flow-options.ts";
import { describeFlow } from "../../src/core/flow.ts";

const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];

describe("the options of `tidemark flow`", () => {
  test.each<[FlowOptions, string]>([
    [{ rate: "50MB/s" }, "at most 50 MB/s"],
    [{ rate: "1 MiB/s" }, "at most 1 MB/s"],
    [{ outside: "pause" }, "paused"],
    [{ outside: "unlimited" }, "without a limit"],
    [{ window: ["08:00-18:00=50MB/s"] }, "at most 50 MB/s from 08:00 to 18:00 (UTC), otherwise without a limit"],
    [
      { window: ["08:00-18:00=50MB/s", "22:00-02:30=1GB/s"], days: "fri,mon", timezone: "Europe/Berlin", outside: "pause" },
      "at most 50 MB/s from 08:00 to 18:00 on mon, fri (Europe/Berlin), at most 1 GB/s from 22:00 to 02:30 on mon, fri (Europe/Berlin), otherwise paused",
    ],
    [{ window: ["00:00-24:00=2MB/s"], outside: "1MB/s" }, "at most 2 MB/s all day (UTC), otherwise at most 1 MB/s"],
  ])("%j", (options, said) => {
    const flow = flowOf(options);
    expect(flow && describeFlow(flow)).toBe(said);
  });

  test("are numbers in the end", () => {
    expect(flowOf({ window: ["22:00-02:30=1.5MB/s"] })).toEqual({
      windows: [{ start: 1320, end: 150, days: EVERY_DAY, timezone: "UTC", bytesPerSecond: 1_500_000 }],
      outside: "unlimited",
    });
  });

  test("--reset is what the plan says", () => expect(flowOf({ reset: true })).toBeUndefined());

  test.each<[FlowOptions, RegExp]>([
    [{}, /not said/],
    [{ reset: true, rate: "1MB/s" }, /--rate has no place beside --reset/],
    [{ rate: "1MB/s", outside: "pause" }, /--outside has no place beside --rate/],
    [{ rate: "1MB/s", window: ["08:00-09:00=1MB/s"] }, /--window has no place/],
    [{ rate: "fast" }, /no rate/],
    [{ rate: "0MB/s" }, /no rate/],
    [{ rate: "10000MB/s" }, /no rate/],
    [{ rate: "50MB" }, /no rate/],
    [{ outside: "paused" }, /no rate/],
    [{ rate: "1MB/s", days: "mon" }, /--days belongs to --window/],
    [{ outside: "pause", timezone: "UTC" }, /--timezone belongs to --window/],
    [{ window: ["8-18=1MB/s"] }, /no window/],
    [{ window: ["08:00-18:00"] }, /no window/],
    [{ window: ["08:00-08:00=1MB/s"] }, /ends when it begins/],
    [{ window: ["08:00-18:00=1MB/s", "17:00-19:00=1MB/s"] }, /overlaps/],
    [{ window: ["01:00-02:00=1MB/s", "03:00-04:00=1MB/s", "05:00-06:00=1MB/s", "07:00-08:00=1MB/s"] }, /at most 3/],
    [{ window: ["08:00-18:00=1MB/s"], days: "mon,funday" }, /no day/],
    [{ window: ["08:00-18:00=1MB/s"], timezone: "Europe/Berln" }, /no time zone/],
  ])("%j is refused", (options, message) => expect(() => flowOf(options)).toThrow(message));
});
