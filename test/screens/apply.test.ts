import { expect, test } from "vitest";
import { makeGate, makeWorld, planFile, type World } from "../e2e/cli.ts";
import { type Pty, type PtyOptions, startTerminal } from "../support/terminal.ts";

const FILES = 24;

interface Valve {
  /** Uploads that the server was asked for. */
  readonly asked: () => number;
  /** Resolves when so many have come. */
  reached(count: number): Promise<void>;
  open(): void;
}

/** Holds every upload until it is opened: nothing of a run can end before the test says so. */
function holdUploads(world: World, key = /^media\/f/): Valve {
  const gate = makeGate();
  const waiting = new Set<() => void>();
  let count = 0;
  world.server.faults.add({
    match: { operation: "PutObject", key },
    effect: {
      kind: "hold",
      until: () => {
        count += 1;
        for (const look of waiting) look();
        return gate.opened;
      },
    },
  });
  return {
    asked: () => count,
    reached: (wanted) =>
      new Promise((resolve) => {
        const look = () => {
          if (count < wanted) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    open: () => gate.open(),
  };
}

async function worldOf(rules: readonly string[], files = FILES, size = 1000): Promise<World> {
  const world = await makeWorld();
  const names = Array.from({ length: files }, (_, at) => `here/f${String(at).padStart(2, "0")}`);
  await world.write({ "plan.yaml": planFile(rules), ...Object.fromEntries(names.map((name) => [name, name.padEnd(size)])) });
  return world;
}

function apply(world: World, options: Partial<PtyOptions> = {}, ...args: readonly string[]): Pty {
  return startTerminal(["apply", "plan.yaml", "--auto-approve", ...args], { cwd: world.folder.path, ...options, env: { ...world.env, ...options.env } });
}

/** What is left on the terminal is what was there before, and what was said. */
function expectRestored(terminal: Pty): void {
  expect(terminal.modes()).toMatchObject({ alternate: false, cursor: true, bracketedPaste: false });
  expect(terminal.history().join("\n")).not.toContain("q stop");
}

const SECOND_SYNC = `  docs:
    from: here
    to: { location: cold, prefix: docs/ }
    needs: [media]
    concurrency: 2
`;

test("bars that move and end, with what is in flight", async () => {
  await using world = await worldOf(["concurrency: 2"]);
  await world.write({ "plan.yaml": planFile(["concurrency: 2"]) + SECOND_SYNC });
  const first = holdUploads(world, /^media\/f00/);
  const rest = holdUploads(world, /^media\/f23/);
  const second = holdUploads(world, /^docs\/f/);
  await using terminal = apply(world);
  await terminal.shows(/Applying nightly +0:\d\d +0 of 2 syncs/);
  await terminal.shows(/in flight.*:\s+f\d\d +1 kB/);
  const early = (await terminal.shows(/media █+[^█░]?░+ +91% +22 of 24/)).join("\n");
  expect(early).toMatch(/docs +waiting/);
  expect(terminal.modes()).toMatchObject({ alternate: false, cursor: false });
  first.open();
  rest.open();
  await terminal.shows(/✓ media █+ +100% +24 of 24/);
  await terminal.shows(/docs +░+ +0% +0 of 24/);
  second.open();
  expect((await terminal.exited).code).toBe(0);
  expect(terminal.history().join("\n")).toMatch(/media: 24 applied.*\n+docs: 24 applied.*\n+Applied in/);
  expectRestored(terminal);
});

test("p holds back all that has not begun, and lets it go on", async () => {
  await using world = await worldOf(["concurrency: 2"]);
  const valve = holdUploads(world);
  await using terminal = apply(world);
  await terminal.shows("2 in flight");
  terminal.type("p");
  await terminal.shows("Paused until somebody lets it go on");
  valve.open();
  // Outcomes are told long after the next request would have been sent.
  await terminal.shows("2 of 24");
  await terminal.shows("p go on");
  expect(valve.asked()).toBe(2);
  terminal.type("p");
  expect((await terminal.exited).code).toBe(0);
  expect(valve.asked()).toBe(24);
});

test("r changes the rate of a run that would take hours", async () => {
  await using world = await worldOf(["rate: { bytes: 1 B/s }"], 3, 20_000);
  await using terminal = apply(world);
  await terminal.shows("At most 1 B/s");
  terminal.type("r");
  await terminal.shows("Rate of what is left");
  terminal.type("fast\r");
  await terminal.shows("fast is no rate");
  // The prompt stays: `q` here would stop the run.
  terminal.type("q");
  await terminal.shows("> fastq▏");
  terminal.press("ctrl-u");
  terminal.type("50MB/s\r");
  await terminal.shows("at most 50 MB/s");
  expect((await terminal.exited).code).toBe(0);
  expect(world.server.keys("cold")).toHaveLength(3);
});

test("+ and - change how many requests are in flight", async () => {
  await using world = await worldOf(["concurrency: 1"]);
  const valve = holdUploads(world);
  await using terminal = apply(world);
  await terminal.shows("1 in flight");
  terminal.type("+");
  await terminal.shows("in flight: at most 2");
  await valve.reached(2);
  terminal.type("+");
  await valve.reached(3);
  valve.open();
  expect((await terminal.exited).code).toBe(0);
});

test("what fails is said as it happens, and how to try it again", async () => {
  await using world = await worldOf(["concurrency: 4"]);
  world.server.faults.add({ match: { operation: "PutObject", key: "media/f07" }, effect: { kind: "answer", status: 403, code: "AccessDenied" } });
  const valve = holdUploads(world);
  await using terminal = apply(world);
  await terminal.shows("4 in flight");
  valve.open();
  expect((await terminal.exited).code).toBe(3);
  const text = terminal.history().join("\n");
  expect(text).toMatch(/^media: refused: f07: /m);
  const [, run = ""] = /Try what failed again: tidemark apply plan\.yaml --retry-failed ([0-9a-f-]+)/.exec(text.replaceAll(/\n(?=[0-9a-f-]+\n)/g, "")) ?? [];
  expect(run).not.toBe("");
  expectRestored(terminal);

  world.server.faults.clear();
  await world.write({ "here/new": "not of that changeset" });
  const again = await world.run("apply", "plan.yaml", "--retry-failed", run);
  expect([again.code, again.stdout], again.stderr).toEqual([0, expect.stringContaining("1 applied")]);
  expect(world.server.keys("cold")).toHaveLength(24);
});

test.each(["q", "ctrl-c"] as const)("%s finishes what is in flight; once more cuts it off", async (key) => {
  await using world = await worldOf(["concurrency: 2"]);
  const valve = holdUploads(world);
  await using terminal = apply(world);
  const press = () => (key === "q" ? terminal.type("q") : terminal.press("ctrl-c"));
  await terminal.shows("2 in flight");
  press();
  await terminal.shows("what is in flight is finished");
  press();
  await terminal.shows("Cutting off what is in flight");
  expect((await terminal.exited).code).toBe(130);
  valve.open();
  expect(valve.asked()).toBe(2);
  expectRestored(terminal);
});

test("q once: what is in flight is finished, and nothing else begins", async () => {
  await using world = await worldOf(["concurrency: 2"]);
  const valve = holdUploads(world);
  await using terminal = apply(world);
  await terminal.shows("2 in flight");
  terminal.type("q");
  await terminal.shows("what is in flight is finished");
  valve.open();
  expect((await terminal.exited).code).toBe(130);
  expect(world.server.keys("cold")).toHaveLength(2);
  expect(terminal.history().join("\n")).toContain("Apply again to go on");
});

test.each([
  [40, 24],
  [300, 50],
  [80, 10],
  [40, 6],
])("%i columns and %i rows: nothing is wider, and the screen is not taller", async (columns, rows) => {
  await using world = await worldOf(["concurrency: 8"]);
  await world.write({ [`here/f00\u001b[31m ${"\u{1f4a9}".repeat(40)}`]: "x".repeat(3000) });
  const valve = holdUploads(world);
  await using terminal = apply(world, { columns, rows });
  const lines = await terminal.shows(/0 of 25/);
  expect(lines.filter((line) => line.includes("media") && line.includes("%"))).toHaveLength(1);
  terminal.type("d");
  if (rows > 10) expect((await terminal.shows("8 in flight")).join("\n")).toContain("\\x1b[31m");
  terminal.type("?");
  await terminal.shows("? back");
  terminal.type("?");
  await terminal.shows("? help");
  // Nothing was scrolled away by a frame that is too tall: that would stand there twice.
  expect(terminal.history().filter((line) => line.includes(" 0 of 25"))).toHaveLength(1);
  valve.open();
  expect((await terminal.exited).code).toBe(0);
  expectRestored(terminal);
});

test("the help in a low window is scrolled to its end", async () => {
  await using world = await worldOf(["concurrency: 2"]);
  const valve = holdUploads(world);
  await using terminal = apply(world, { columns: 40, rows: 10 });
  await terminal.shows("2 in flight");
  terminal.type("?");
  await terminal.shows("more lines");
  terminal.press("pageDown");
  await terminal.shows("this help");
  valve.open();
  expect((await terminal.exited).code).toBe(0);
});

test("a terminal that is resized in the middle", async () => {
  await using world = await worldOf(["concurrency: 2"]);
  const valve = holdUploads(world);
  await using terminal = apply(world, { columns: 120, rows: 30 });
  await terminal.shows("2 in flight");
  terminal.resize(40, 10);
  await terminal.until("a narrow frame", (lines) => lines.some((line) => /p pause {2}q stop {2}\? help/.test(line)));
  terminal.resize(120, 30);
  await terminal.shows("d details");
  valve.open();
  expect((await terminal.exited).code).toBe(0);
  expectRestored(terminal);
});

test("NO_COLOR: no colour, and all that it said is there", async () => {
  await using world = await worldOf(["concurrency: 2"]);
  const valve = holdUploads(world);
  await using terminal = apply(world, { env: { NO_COLOR: "1" } });
  await terminal.shows("2 in flight");
  valve.open();
  expect((await terminal.exited).code).toBe(0);
  expect(terminal.raw()).not.toMatch(/\u001b\[(?:3\d|9\d|1|2|7)m/);
});

test("--progress plain and TERM=dumb: lines, and no key is taken", async () => {
  for (const [args, env] of [
    [["--progress", "plain"], {}],
    [[], { TERM: "dumb" }],
  ] as const) {
    await using world = await worldOf([]);
    await using terminal = apply(world, { env }, ...args);
    expect((await terminal.exited).code).toBe(0);
    expect(terminal.history().join("\n")).toContain("media: started");
    expect(terminal.raw()).not.toMatch(/\u001b\[\?/);
  }
});

test("a screen that breaks is no matter of the apply, which goes on with lines", async () => {
  await using world = await worldOf(["concurrency: 2"]);
  await world.write({
    "break.mjs":
      "const { repeat } = String.prototype; String.prototype.repeat = function (count) { if (this == '░') throw new Error('a broken screen'); return repeat.call(this, count); };",
  });
  const valve = holdUploads(world);
  await using terminal = apply(world, { nodeOptions: ["--import", "./break.mjs"] }, "--log-level", "debug");
  await terminal.shows("a broken screen");
  valve.open();
  expect((await terminal.exited).code).toBe(0);
  expect(world.server.keys("cold")).toHaveLength(24);
  expect(terminal.history().join("\n")).toContain("media: finished");
  expect(terminal.modes()).toMatchObject({ alternate: false, cursor: true });
});
