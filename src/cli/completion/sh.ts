import type { CompletedCommand, Value } from "./model.ts";

/** @see https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html */
export function bashScript(commands: readonly CompletedCommand[]): string {
  return `${core(commands)}
_tidemark() {
  local cur=\${COMP_WORDS[COMP_CWORD]} kind many plan cmd lines line IFS=$'\\n'
  # Bash takes --sync=name for three words.
  [[ $cur == '=' ]] && cur=
  _tidemark_look "$cur" "\${COMP_WORDS[@]:1:COMP_CWORD-1}"
  COMPREPLY=()
  case $kind in
    plan)
      type compopt >/dev/null 2>&1 && compopt -o filenames
      for line in $(compgen -f -- "$cur"); do
        if [[ -d $line || $line == *.yaml || $line == *.yml ]]; then COMPREPLY+=("$line"); fi
      done
      return ;;
    file) type compopt >/dev/null 2>&1 && compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;
    folder) type compopt >/dev/null 2>&1 && compopt -o filenames; COMPREPLY=($(compgen -d -- "$cur")); return ;;
    sync) [[ -n $plan ]] && lines=$("\${COMP_WORDS[0]}" __complete syncs "$plan" 2>/dev/null) ;;
    code) lines=$("\${COMP_WORDS[0]}" __complete codes 2>/dev/null) ;;
    confirmation) lines=$("\${COMP_WORDS[0]}" __complete confirmations 2>/dev/null) ;;
  esac
  for line in $lines; do
    line=\${line%%$'\\t'*}
    [[ $line == "$cur"* ]] && COMPREPLY+=("$line")
  done
}
complete -F _tidemark tidemark
`;
}

/** @see https://zsh.sourceforge.io/Doc/Release/Completion-System.html */
export function zshScript(commands: readonly CompletedCommand[]): string {
  return `#compdef tidemark
${core(commands)}
_tidemark() {
  local cur=$PREFIX kind many plan cmd lines line
  local -a before items
  before=("\${(@)words[2,CURRENT-1]}")
  if [[ $cur == --*=* ]]; then
    before+=("\${cur%%=*}")
    cur=\${cur#*=}
    compset -P 1 '*='
  fi
  _tidemark_look "$cur" "\${before[@]}"
  case $kind in
    plan) _files -g '*.(yaml|yml)(-.)'; return ;;
    file) _files; return ;;
    folder) _files -/; return ;;
    text) _message 'a value'; return ;;
    sync) [[ -n $plan ]] && lines=$("\${words[1]}" __complete syncs "\${(Q)plan}" 2>/dev/null) ;;
    code) lines=$("\${words[1]}" __complete codes 2>/dev/null) ;;
    confirmation) lines=$("\${words[1]}" __complete confirmations 2>/dev/null) ;;
  esac
  for line in "\${(@f)lines}"; do
    [[ -n $line ]] && items+=("\${\${line%%$'\\t'*}//:/\\\\:}\${\${(M)line%%$'\\t'*}:+:\${line#*$'\\t'}}")
  done
  _describe -t "$kind" "$kind" items
}
if [[ $funcstack[1] == _tidemark ]]; then _tidemark "$@"; else compdef _tidemark tidemark; fi
`;
}

/**
 * What bash and zsh share: functions that tell, from the words before the cursor, what may follow.
 * They set `kind` to a kind of value or to `word`, `lines` to words with descriptions, and `plan`.
 */
function core(commands: readonly CompletedCommand[]): string {
  const children = commands.flatMap(({ path, children: own }) => own.map(({ name }) => quote(`${path}>${name}`)));
  return `# What option $2 of command $1 takes.
_tidemark_value() {
  case "$1>$2" in
${byValue(commands).join("\n")}
  esac
}
# Whether $2 is a command of command $1.
_tidemark_child() {
  case "$1>$2" in
    ${children.join("|")}) return 0;;
  esac
  return 1
}
# What stands after $2 arguments of command $1.
_tidemark_argument() {
  case "$1>$2" in
${argumentCases(commands).join("\n")}
    *) kind=text;;
  esac
}
# Options of command $1.
_tidemark_options() {
  kind=word
  case $1 in
${commands.map((command) => `    ${quote(command.path)}) lines=${quote(optionLines(command))};;`).join("\n")}
  esac
}
# Commands of command $1; none: says so.
_tidemark_commands() {
  case $1 in
${commands.flatMap((command) => (command.children.length === 0 ? [] : [`    ${quote(command.path)}) kind=word lines=${quote(command.children.map(({ name, summary }) => `${name}\t${summary}`).join("\n"))};;`])).join("\n")}
    *) return 1;;
  esac
}
# $1: the word that is typed; the others: those before it, without the program.
_tidemark_look() {
  local cur=$1 word count=0
  shift
  kind= many= plan= cmd= lines=
  for word in "$@"; do
    if [[ $word == '=' ]]; then continue; fi
    if [[ $word == -?* ]]; then kind= many=; [[ $word == *=* ]] || _tidemark_value "$cmd" "$word"; continue; fi
    if [[ -n $kind ]]; then [[ -n $many ]] || kind=; continue; fi
    if _tidemark_child "$cmd" "$word"; then cmd="\${cmd:+$cmd }$word" count=0; continue; fi
    if [[ -z $plan ]]; then plan=$word; fi
    count=$((count + 1))
  done
  # A plan may also stand behind the cursor's option, or be named by one; then there are no names.
  if [[ $cur == -* && ( -z $kind || -n $many ) ]]; then _tidemark_options "$cmd"
  elif [[ -z $kind ]]; then lines=; _tidemark_commands "$cmd" || _tidemark_argument "$cmd" "$count"
  fi
}`;
}

function byValue(commands: readonly CompletedCommand[]): string[] {
  const cases = new Map<string, string[]>();
  for (const { path, options } of commands) {
    for (const { names, value, isMany } of options) {
      if (value === undefined) continue;
      const action = `${assign(value)}${isMany ? " many=1" : ""}`;
      cases.set(action, [...(cases.get(action) ?? []), ...names.map((name) => quote(`${path}>${name}`))]);
    }
  }
  return [...cases].map(([action, patterns]) => `    ${patterns.join("|")}) ${action};;`);
}

function argumentCases(commands: readonly CompletedCommand[]): string[] {
  return commands.flatMap(({ path, arguments: values, isVariadic }) =>
    values.map((value, at) => `    ${quote(`${path}>`)}${isVariadic && at === values.length - 1 ? "*" : at}) ${assign(value)};;`),
  );
}

function assign(value: Value): string {
  return typeof value === "string" ? `kind=${value}` : `kind=word lines=${quote(value.join("\n"))}`;
}

function optionLines({ options }: CompletedCommand): string {
  return options.map(({ names, description }) => `${names[0] ?? ""}\t${description}`).join("\n");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
