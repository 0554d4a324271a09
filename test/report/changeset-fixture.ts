import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { Action } from "../../src/changeset/action.ts";
import type { Changeset } from "../../src/changeset/changeset.ts";
import type { PlanNotice } from "../../src/changeset/summary.ts";
import { createChangeset } from "../../src/changeset/write.ts";
import { type DatabaseDetail, writeDatabaseDetail } from "../../src/driver/database-action.ts";
import { Output } from "../../src/report/output.ts";

export interface FixtureSync {
  readonly name: string;
  /** Default: objects. */
  readonly kind?: "objects" | "postgres";
  readonly from?: string;
  readonly to?: string;
  readonly actions: readonly Partial<Action>[];
  readonly notices?: readonly PlanNotice[];
}

/** A real changeset in a temporary folder; both go away with it. */
export async function changesetOf(syncs: readonly FixtureSync[]): Promise<Changeset & Disposable> {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-report-"));
  const origin = { plan: "nightly", planFile: "nightly.yaml", planHash: "sha256:0", lineage: "", tidemark: "0.0.0" };
  const writer = createChangeset({ path: join(folder, "changes"), origin, listSkips: true });
  for (const { name, kind = "objects", from = "s3://archive/", to = "s3://cold/", actions, notices = [] } of syncs) {
    const end = (display: string) => ({ location: "place", display, identity: display, resolved: display });
    writer.beginSync({ name, kind, from: end(from), to: end(to), destination: to, options: "{}" });
    writer.add(
      actions.map((action) => ({
        action: "copy",
        key: "key",
        reason: "absent",
        bytes: 1,
        source: versionFor(action),
        destination: destinationFor(action),
        detail: undefined,
        ...action,
      })),
    );
    writer.endSync({ source: actions.length, destination: 0 }, notices);
  }
  const changeset = writer.seal({ list: 2, head: 0, read: 0 });
  return {
    path: changeset.path,
    origin: changeset.origin,
    summary: changeset.summary,
    actions: (filter) => changeset.actions(filter),
    span: (sync, part) => changeset.span(sync, part),
    numbers: (filter) => changeset.numbers(filter),
    destinationBytes: (filter) => changeset.destinationBytes(filter),
    close: () => changeset.close(),
    [Symbol.dispose]() {
      changeset.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** An action of a database sync, as the driver writes it. */
export function databaseAction(detail: DatabaseDetail, change: Partial<Action> = {}): Partial<Action> {
  const name = detail.schema === undefined ? detail.name : `${detail.schema}.${detail.name}`;
  return {
    action: "create",
    key: `${detail.kind} ${name}`,
    reason: "absent",
    bytes: 0,
    source: { fingerprint: "f" },
    destination: undefined,
    detail: writeDatabaseDetail(detail),
    ...change,
  };
}

function versionFor({ action }: Partial<Action>) {
  return action === "delete" ? undefined : { size: 1, modified: "2024-05-01T10:00:00.000Z", etag: "e" };
}

function destinationFor({ action }: Partial<Action>) {
  return action === "delete" || action === "overwrite" ? { size: 1, modified: "2024-05-01T10:00:00.000Z", etag: "d" } : undefined;
}

/** @returns all that `write` wrote */
export async function textOf(write: (out: Output) => void | Promise<void>): Promise<string> {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  const out = new Output(stream);
  await write(out);
  await out.flush();
  return Buffer.concat(chunks).toString();
}

/** Names that try to end a table, ping somebody, move the cursor or turn text around. */
export const HOSTILE_KEYS = [
  "a | b",
  "`code`",
  "```\n</details>\n# heading",
  "@octocat #123 GH-1",
  "<!-- --><script>alert(1)</script>",
  "[link](javascript:alert(1))",
  "\u001b[2J\u001b[31mred",
  "\u202Egpj.exe",
  "line\nbreak\r\nbreak",
  "https://example.com/x",
  "back\\slash\\|",
  "\u2028sep\u200Bzero",
  " lead and trail ",
  "::set-output name=x::y",
] as const;
