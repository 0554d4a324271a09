import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { setImmediate, setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { openState } from "../../src/state/open.ts";
import { temporaryFolder } from "../support/temp.ts";
import { applied, collect, OWNER, runStart } from "./samples.ts";

const CHILD = fileURLToPath(new URL("./child.ts", import.meta.url));

interface Child extends AsyncDisposable {
  /** The next line it says; undefined when it ended. */
  said(): Promise<string | undefined>;
  goOn(): void;
  kill(): Promise<void>;
}

function start(mode: "hold" | "record" | "lease", folder: string, argument = ""): Child {
  const child = spawn(process.execPath, [CHILD, mode, folder, argument], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = once(child, "close");
  const kill = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  return {
    async said() {
      const line = await lines.next();
      return line.done === true ? undefined : line.value;
    },
    goOn: () => child.stdin.write("\n"),
    kill,
    [Symbol.asyncDispose]: kill,
  };
}

test("while another process writes, this one goes on, and its write comes through after", async () => {
  await using folder = await temporaryFolder();
  const state = await openState({ folder: folder.path, plan: "plan", create: true });
  await state.startRun(runStart("r1"), []);
  await using holder = start("hold", folder.path);
  expect(await holder.said()).toBe("held");
  let isRecorded = false;
  const writes = Promise.all([state.record("r1", [applied(1, "a")], []).then(() => (isRecorded = true)), state.lock("d", OWNER), state.request("r1", "stop")]);
  // A write that waited within SQLite would not return before the other lets go, and that only happens below.
  for (let turns = 0; turns < 100; turns += 1) await setImmediate();
  expect(isRecorded).toBe(false);
  expect(await collect(state.slice("s"))).toEqual([]);
  holder.goOn();
  await writes;
  expect(await collect(state.slice("s"))).toHaveLength(1);
  await state.close();
});

test("a write gives up where another process never ends, and nothing was written", async () => {
  await using folder = await temporaryFolder();
  const state = await openState({ folder: folder.path, plan: "plan", create: true, patienceMs: 200 });
  await state.startRun(runStart("r1"), []);
  await using holder = start("hold", folder.path);
  expect(await holder.said()).toBe("held");
  await expect(state.record("r1", [applied(1, "a")], [])).rejects.toMatchObject({ code: "STATE_BUSY" });
  await holder.kill();
  await state.record("r1", [applied(2, "b")], []);
  expect((await collect(state.slice("s"))).map(({ key }) => key)).toEqual(["b"]);
  await state.close();
});

test("a process that lost its lock cannot write", async () => {
  await using folder = await temporaryFolder();
  await using child = start("lease", folder.path);
  const epoch = Number(await child.said());
  const state = await openState({ folder: folder.path, plan: "plan", create: true, now: () => Date.now() + 60_000 });
  const taken = await state.lock("d", OWNER);
  expect(taken.epoch).toBe(epoch + 1);
  child.goOn();
  expect(await child.said()).toBe("LEASE_LOST");
  expect(await state.counts()).toEqual({});
  expect(await state.interruptDead()).toEqual(["child"]);
  await state.close();
});

test("a lock is not taken from a process that lives, and at once from one that was killed", async () => {
  await using folder = await temporaryFolder();
  await using child = start("lease", folder.path);
  expect(await child.said()).toBe("1");
  const state = await openState({ folder: folder.path, plan: "plan", create: true });
  await expect(state.lock("d", OWNER)).rejects.toMatchObject({ code: "LOCKED" });
  await child.kill();
  expect((await state.lock("d", OWNER)).epoch).toBe(2);
  await state.close();
});

test("killed at any instant, nothing that was said to be recorded is lost, and nothing is half there", { timeout: 120_000 }, async () => {
  await using folder = await temporaryFolder();
  const said = new Map<string, number>();
  for (let round = 0; round < 24; round += 1) {
    const run = `run${round}`;
    await using child = start("record", folder.path, run);
    let last = -1;
    const until = Math.floor(Math.random() * 25);
    while (last < until) last = Number((await child.said())?.split(" ")[0] ?? until);
    await setTimeout(Math.random() * 8);
    await child.kill();
    for (let line = await child.said(); line !== undefined; line = await child.said()) last = Number(line.split(" ")[0]);
    said.set(run, last);
  }
  const state = await openState({ folder: folder.path, plan: "plan", create: true });
  const kept = new Set((await collect(state.slice("s"))).map(({ key }) => key));
  expect(new Set(await state.interruptDead())).toEqual(new Set(said.keys()));
  const runs = await state.runs();
  let wanted = 0;
  for (const [run, last] of said) {
    const applications = runs.find((info) => info.run === run)?.counts["s"]?.applied ?? 0;
    expect(applications % 20, run).toBe(0);
    expect(applications / 20, run).toBeGreaterThanOrEqual(last + 1);
    expect(applications / 20, run).toBeLessThanOrEqual(last + 2);
    for (let key = 0; key < applications; key += 1) expect(kept).toContain(`${run}-${Math.floor(key / 20)}-${key % 20}`);
    wanted += applications;
  }
  expect(kept.size).toBe(wanted);
  const open = (await state.openIntents("s")).map(({ key }) => key);
  for (const [run, last] of said) for (let batch = 0; batch <= last; batch += 1) expect(open).toContain(`${run}-${batch}`);
  await state.close();
});
