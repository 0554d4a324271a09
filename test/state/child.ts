import { writeSync } from "node:fs";
import { hostname } from "node:os";
import { DatabaseSync } from "node:sqlite";
import { openState, statePath } from "../../src/state/open.ts";
import { applied, runStart } from "./samples.ts";

/**
 * Another process with the same state, driven by lines: it says what it has done, and goes on when it
 * is given a line.
 */
const [mode, folder = "", argument = ""] = process.argv.slice(2);
const lines = process.stdin[Symbol.asyncIterator]();

/** Written before it returns: what a killed process has said, it has done. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}

if (mode === "hold") {
  const db = new DatabaseSync(statePath(folder, "plan"));
  db.exec("BEGIN IMMEDIATE");
  say("held");
  await lines.next();
  db.exec("ROLLBACK");
  db.close();
} else if (mode === "record") {
  const state = await openState({ folder, plan: "plan", create: true });
  const lease = await state.lock(`d${argument}`, { run: argument, owner: "child", host: hostname(), pid: process.pid });
  await state.startRun(runStart(argument), [lease]);
  const intents = state.intents(argument, "s", [lease]);
  for (let batch = 0; ; batch += 1) {
    const id = await intents.begin("multipart", `${argument}-${batch}`, "upload");
    await state.record(
      argument,
      Array.from({ length: 20 }, (_, i) => applied(batch * 20 + i + 1, `${argument}-${batch}-${i}`)),
      [lease],
    );
    say(`${batch} ${id}`);
  }
} else if (mode === "lease") {
  const state = await openState({ folder, plan: "plan", create: true });
  const lease = await state.lock("d", { run: "child", owner: "child", host: hostname(), pid: process.pid });
  await state.startRun(runStart("child"), [lease]);
  say(String(lease.epoch));
  await lines.next();
  const refused = await state.record("child", [applied(1, "child")], [lease]).then(
    () => "recorded",
    (error: unknown) => (error instanceof Error && "code" in error ? String(error.code) : "no code"),
  );
  say(refused);
  await state.close();
} else {
  throw new Error(`unknown mode ${mode}`);
}
process.stdin.destroy();
