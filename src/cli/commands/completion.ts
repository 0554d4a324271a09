import { Argument, Command } from "commander";
import { EXIT } from "../exit-codes.ts";
import { describe } from "../help.ts";
import type { Cli } from "../cli.ts";

type Shell = "bash" | "zsh" | "fish";

export function completionCommand(cli: Cli): Command {
  return describe(new Command("completion"), {
    summary: "print a completion script for a shell",
    examples: [
      ["tidemark completion bash > ~/.local/share/bash-completion/completions/tidemark", "bash"],
      ["tidemark completion zsh > ~/.zfunc/_tidemark", "zsh, with ~/.zfunc in fpath before compinit"],
      ["tidemark completion fish > ~/.config/fish/completions/tidemark.fish", "fish"],
    ],
    exits: ["done", "error"],
  })
    .addArgument(new Argument("SHELL", "bash, zsh or fish").choices(["bash", "zsh", "fish"]))
    .action(
      cli.handle<[Shell], object>(async ({ out }, [shell]) => {
        const { completionScript } = await import("../completion/script.ts");
        out.write(completionScript(shell, cli.program));
        return EXIT.done;
      }),
    );
}
