import { createInterface } from "node:readline/promises";
import { TidemarkError } from "../core/errors.ts";
import type { Context } from "./context.ts";

/**
 * Asks a question on stderr.
 *
 * @throws TidemarkError `INTERRUPTED` at Ctrl-C or where stdin ends
 */
export async function ask({ host, err }: Context, question: string): Promise<string> {
  await err.flush();
  const lines = createInterface({ input: host.stdin, output: host.stderr, terminal: true });
  // In raw mode Ctrl-C is a key, not a signal.
  lines.on("SIGINT", () => void host.interrupts.interrupt());
  const ended = new Promise<never>((_, reject) => lines.once("close", () => reject(new TidemarkError("INTERRUPTED", "There was no answer."))));
  try {
    return await Promise.race([lines.question(question, { signal: host.interrupts.stop }), ended]);
  } catch (error) {
    if (host.interrupts.interrupted) throw new TidemarkError("INTERRUPTED", "Interrupted.", { cause: error });
    throw error;
  } finally {
    ended.catch(() => {});
    lines.close();
  }
}

/**
 * Asks for the word `yes`, and takes nothing else for it.
 *
 * @param flag what says yes where nobody can be asked
 * @throws TidemarkError `APPROVAL_NEEDED` where stdin is not a terminal
 */
export async function approve(context: Context, question: string, flag: string): Promise<boolean> {
  if (!context.interactive) {
    throw new TidemarkError("APPROVAL_NEEDED", "This needs an approval, and nobody can be asked: stdin is not a terminal, or --json is on.", {
      hint: `Say it with ${flag}.`,
    });
  }
  return (await ask(context, `${question}\nOnly "yes" is accepted: `)) === "yes";
}
