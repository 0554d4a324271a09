import type { Command } from "commander";
import { fishScript } from "./fish.ts";
import { completedCommands } from "./model.ts";
import { bashScript, zshScript } from "./sh.ts";

/**
 * A script that a shell loads. It knows the commands, options and words itself, so that completing
 * them starts nothing; names of syncs and codes it asks the program for.
 */
export function completionScript(shell: "bash" | "zsh" | "fish", program: Command): string {
  const commands = completedCommands(program);
  if (shell === "bash") return bashScript(commands);
  return shell === "zsh" ? zshScript(commands) : fishScript(commands);
}
