import type { Command } from "commander";

/** A command or a command's command, with what can follow it. */
interface Node {
  readonly path: string;
  readonly summary: string;
  readonly children: readonly string[];
  readonly options: readonly { readonly long: string; readonly description: string }[];
}

/** @returns a script that a shell loads; it completes commands and options, and files elsewhere */
export function completionScript(shell: "bash" | "zsh" | "fish", program: Command): string {
  const nodes = collect(program, "");
  if (shell === "bash") return bash(nodes);
  if (shell === "zsh") return `#compdef tidemark\nautoload -U +X bashcompinit && bashcompinit\n${bash(nodes)}`;
  return fish(nodes);
}

function collect(command: Command, path: string): Node[] {
  const globals = command.parent ? collectOptions(rootOf(command)) : [];
  const own: Node = {
    path,
    summary: command.summary(),
    children: command.commands.map((child) => child.name()),
    options: [...collectOptions(command), ...globals, { long: "--help", description: "show this help" }],
  };
  return [own, ...command.commands.flatMap((child) => collect(child, path === "" ? child.name() : `${path} ${child.name()}`))];
}

function collectOptions(command: Command): Node["options"] {
  return command.options.flatMap(({ long, description }) => (long ? [{ long, description }] : []));
}

function rootOf(command: Command): Command {
  return command.parent ? rootOf(command.parent) : command;
}

function bash(nodes: readonly Node[]): string {
  const cases = nodes.map((node) => `    ${quote(node.path)}) words=${quote([...node.children, ...node.options.map((o) => o.long)].join(" "))};;`);
  const parents = nodes.filter((node) => node.children.length > 0 && node.path !== "").map((node) => node.path);
  return `_tidemark() {
  local cur=\${COMP_WORDS[COMP_CWORD]} path= word words= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    [[ $word == -* ]] && continue
    if [[ -z $path ]]; then path=$word
    elif [[ ${parents.map((parent) => `$path == ${quote(parent)}`).join(" || ")} ]]; then path="$path $word"; break
    fi
  done
  case $path in
${cases.join("\n")}
  esac
  if [[ $cur == -* || ( -z $path && $COMP_CWORD -eq 1 ) || ( ${parents.map((parent) => `$path == ${quote(parent)}`).join(" || ")} ) ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
  else
    COMPREPLY=($(compgen -f -- "$cur"))
  fi
}
complete -o filenames -F _tidemark tidemark
`;
}

function fish(nodes: readonly Node[]): string {
  const lines = nodes.flatMap((node) => {
    const words = node.path.split(" ").filter((word) => word !== "");
    const condition = words.length === 0 ? "__fish_use_subcommand" : words.map((word) => `__fish_seen_subcommand_from ${word}`).join("; and ");
    const children = nodes.filter((child) => child.path !== "" && child.path.split(" ").slice(0, -1).join(" ") === node.path);
    return [
      ...children.map((child) => `complete -c tidemark -n ${quote(condition)} -f -a ${child.path.split(" ").at(-1) ?? ""} -d ${quote(child.summary)}`),
      ...node.options.map((option) => `complete -c tidemark -n ${quote(condition)} -l ${option.long.slice(2)} -d ${quote(option.description)}`),
    ];
  });
  return `${lines.join("\n")}\n`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
