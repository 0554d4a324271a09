import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Secret } from "../../src/core/secret.ts";
import { openS3StateObjects } from "../../src/objects/stores/s3/state-objects.ts";
import { openStateSessions } from "../../src/postgres/state-sessions.ts";
import { type JournalOptions, openJournal } from "../../src/state/journal/open.ts";
import { openPostgresState } from "../../src/state/postgres/open.ts";
import type { WholeState } from "../../src/state/whole.ts";
import { postgresLocation, s3Location } from "../support/sync-plans.ts";

/** A state that several processes share, as plain JSON: another process is told by it. */
export type SharedPlace =
  | {
      readonly kind: "s3";
      readonly endpoint: string;
      readonly region: string;
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly bucket: string;
    }
  | { readonly kind: "postgres"; readonly url: string; readonly schema: string };

/** @param options of a journal, for tests that have the time of a lease pass */
export async function openShared(place: SharedPlace, options: Partial<JournalOptions> = {}): Promise<WholeState> {
  if (place.kind === "s3") {
    const objects = openS3StateObjects(s3Location(place, place.bucket), "tidemark/nightly/");
    return openJournal({ objects, plan: "nightly", access: "create", ...options });
  }
  const sessions = await openStateSessions(postgresLocation("state", { url: new Secret(place.url, "${URL}") }), {});
  return openPostgresState({ sessions, schema: place.schema, plan: "nightly", access: "create" });
}

const CHILD = fileURLToPath(new URL("./shared-child.ts", import.meta.url));

export interface SharedChild extends AsyncDisposable {
  readonly pid: number;
  /** The next line it says; undefined when it ended. */
  said(): Promise<string | undefined>;
  goOn(): void;
  signal(signal: "SIGSTOP" | "SIGCONT"): void;
  kill(): Promise<void>;
}

export type ChildMode = "lease" | "record" | "race";

export function startShared(mode: ChildMode, place: SharedPlace, run: string): SharedChild {
  const child = spawn(process.execPath, [CHILD, mode, JSON.stringify(place), run], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = once(child, "close");
  const kill = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  return {
    pid: child.pid ?? 0,
    async said() {
      const line = await lines.next();
      return line.done === true ? undefined : line.value;
    },
    goOn: () => child.stdin.write("\n"),
    signal: (signal) => child.kill(signal),
    kill,
    [Symbol.asyncDispose]: kill,
  };
}
