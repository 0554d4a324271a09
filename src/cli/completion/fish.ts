import type { CompletedCommand, Value } from "./model.ts";

/** @see https://fishshell.com/docs/current/completions.html */
export function fishScript(commands: readonly CompletedCommand[]): string {
  const children = commands.flatMap(({ path, children: own }) => own.map(({ name }) => quote(`${path}>${name}`)));
  return `# What an option of a command takes: a kind, and whether many; or words behind a colon.
function __tidemark_value
  switch "$argv[1]>$argv[2]"
${valueCases(commands).join("\n")}
  end
end
function __tidemark_child
  contains -- "$argv[1]>$argv[2]" ${children.join(" ")}
end
function __tidemark_argument
  switch "$argv[1]>$argv[2]"
${argumentCases(commands).join("\n")}
    case '*'
      echo text
  end
end
function __tidemark_options
  switch "$argv[1]"
${commands.map(({ path, options }) => `    case ${quote(path)}\n      printf '%s\\n' ${options.map(({ names, description }) => quote(`${names[0] ?? ""}\t${description}`)).join(" ")}`).join("\n")}
  end
end
function __tidemark_commands
  switch "$argv[1]"
${commands.flatMap(({ path, children: own }) => (own.length === 0 ? [] : [`    case ${quote(path)}\n      printf '%s\\n' ${own.map(({ name, summary }) => quote(`${name}\t${summary}`)).join(" ")}`])).join("\n")}
    case '*'
      return 1
  end
end
function __tidemark_complete
  set -l before (commandline -opc)
  set -l program $before[1]
  set -e before[1]
  set -l cur (commandline -ct)
  set -l start ''
  if string match -q -- '--*=*' $cur
    set -l parts (string split -m 1 = -- $cur)
    set -a before $parts[1]
    set start "$parts[1]="
    set cur $parts[2]
  end
  set -l cmd ''
  set -l kind ''
  set -l plan ''
  set -l count 0
  for word in $before
    if string match -q -- '-?*' $word
      set kind ''
      string match -q -- '*=*' $word; or set kind (__tidemark_value "$cmd" $word)
      continue
    end
    if test -n "$kind"
      string match -q -- '* many' "$kind"; or set kind ''
      continue
    end
    if __tidemark_child "$cmd" $word
      set cmd (string trim -- "$cmd $word")
      set count 0
      continue
    end
    test -n "$plan"; or set plan $word
    set count (math $count + 1)
  end
  if string match -q -- '-*' $cur; and begin; test -z "$kind"; or string match -q -- '* many' "$kind"; end
    __tidemark_options "$cmd"
    return
  end
  if test -z "$kind"
    __tidemark_commands "$cmd"; and return
    set kind (__tidemark_argument "$cmd" $count)
  end
  switch (string replace ' many' '' -- "$kind")
    case plan
      for path in (__fish_complete_path $cur)
        string match -qr -- '(/|\\.ya?ml)(\\t|$)' $path; and echo $start$path
      end
    case file
      for path in (__fish_complete_path $cur); echo $start$path; end
    case folder
      for path in (__fish_complete_directories $cur); echo $start$path; end
    case sync
      test -n "$plan"; and for name in ($program __complete syncs $plan 2>/dev/null); echo $start$name; end
    case code
      for line in ($program __complete codes 2>/dev/null); echo $start$line; end
    case confirmation
      for line in ($program __complete confirmations 2>/dev/null); echo $start$line; end
    case ':*'
      for word in (string split ' ' -- (string sub -s 2 -- (string replace ' many' '' -- "$kind"))); echo $start$word; end
  end
end
complete -c tidemark -f -a '(__tidemark_complete)'
`;
}

function valueCases(commands: readonly CompletedCommand[]): string[] {
  const cases = new Map<string, string[]>();
  for (const { path, options } of commands) {
    for (const { names, value, isMany } of options) {
      if (value === undefined) continue;
      const text = `${kindOf(value)}${isMany ? " many" : ""}`;
      cases.set(text, [...(cases.get(text) ?? []), ...names.map((name) => quote(`${path}>${name}`))]);
    }
  }
  return [...cases].map(([text, patterns]) => `    case ${patterns.join(" ")}\n      echo ${quote(text)}`);
}

function argumentCases(commands: readonly CompletedCommand[]): string[] {
  return commands.flatMap(({ path, arguments: values, isVariadic }) =>
    values.map((value, at) => `    case ${quote(`${path}>${isVariadic && at === values.length - 1 ? "*" : at}`)}\n      echo ${quote(kindOf(value))}`),
  );
}

function kindOf(value: Value): string {
  return typeof value === "string" ? value : `:${value.join(" ")}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", String.raw`\'`)}'`;
}
