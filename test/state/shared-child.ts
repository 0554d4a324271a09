import { writeSync } from "node:fs";
import { hostname } from "node:os";
import { applied, runStart } from "./samples.ts";
import { openShared, type SharedPlace } from "./shared-place.ts";

/** Another process with the same shared state, driven by lines: it says what it has done, and goes on when it is given a line. */
const [mode, place = "", run = ""] = process.argv.slice(2);
const lines = process.stdin[Symbol.asyncIterator]();
const state = await openShared(JSON.parse(place) as SharedPlace);
const owner = { run, owner: "child", host: hostname(), pid: process.pid };

/** Written before it returns: what a killed process has said, it has done. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

if (mode === "race") {
  say("ready");
  await lines.next();
  say(await state.lock("d", owner).then(() => "locked", codeOf));
  await lines.next();
} else {
  const lease = await state.lock(mode === "record" ? `d${run}` : "d", owner);
  await state.startRun(runStart(run, { pid: process.pid }), [lease]);
  if (mode === "lease") {
    say(String(lease.epoch));
    await lines.next();
    say(await state.record(run, [applied(1, run)], [lease]).then(() => "recorded", codeOf));
    say(await lease.beat().then(() => "beaten", codeOf));
  } else {
    for (let batch = 0; ; batch += 1) {
      await state.record(
        run,
        Array.from({ length: 20 }, (_, at) => applied(batch * 20 + at + 1, `${run}-${batch}-${at}`)),
        [lease],
      );
      say(String(batch));
    }
  }
}
await state.close();
process.stdin.destroy();
