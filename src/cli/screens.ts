import type { Changeset } from "../changeset/changeset.ts";
import { TidemarkError } from "../core/errors.ts";
import { type ScreenTerminal, terminalOf } from "../ui/terminal.ts";
import type { Context } from "./context.ts";

/** Where screens can be drawn: stderr is a terminal, and nobody asked for lines that a program reads. */
export function screenTerminal({ host, json }: Context): ScreenTerminal | undefined {
  return json === undefined ? terminalOf(host) : undefined;
}

/** Ctrl-C where it is a key: as the signal it would have been, so that `main.ts` decides what the first, second and third mean. */
export function interruptByKey(): void {
  process.kill(process.pid, "SIGINT");
}

/**
 * Before any work: whether `--browse` can be done.
 *
 * @throws TidemarkError `TERMINAL_NEEDED`
 */
export function mustHaveScreen(context: Context): void {
  if (screenTerminal(context)?.input !== undefined) return;
  throw new TidemarkError(
    "TERMINAL_NEEDED",
    "--browse needs a terminal that can be drawn on and typed into: stderr or stdin is none, TERM is dumb, or --json is on.",
    {
      hint: "Leave --browse out: the same is printed, and `tidemark show CHANGESET --verbose` prints all of it.",
    },
  );
}

/** Lets somebody look through a changeset. @returns whether it was approved from within, where `canApprove` */
export async function browse(context: Context, changeset: Changeset, canApprove = false): Promise<boolean> {
  const terminal = screenTerminal(context);
  if (terminal === undefined) return false;
  const { browseChangeset } = await import("../ui/browser/open-browser.ts");
  await Promise.all([context.out.flush(), context.err.flush()]);
  const { messages, host } = context;
  const how = await browseChangeset({
    terminal,
    changeset,
    paint: messages.paint,
    onInterrupt: interruptByKey,
    signal: host.interrupts.stop,
    canApprove,
  });
  return how === "approved";
}
