/** Colours that say what kind of thing a text is; how they look is decided here only. */
export interface Paint {
  readonly enabled: boolean;
  add(text: string): string;
  change(text: string): string;
  remove(text: string): string;
  warn(text: string): string;
  good(text: string): string;
  strong(text: string): string;
  faint(text: string): string;
}

export const PLAIN: Paint = makePaint(false);

/** @param enabled false gives every text back as it is */
export function makePaint(enabled: boolean): Paint {
  const style = (open: number, close: number) => (text: string) => (enabled && text !== "" ? `\u001b[${open}m${text}\u001b[${close}m` : text);
  return {
    enabled,
    add: style(32, 39),
    change: style(33, 39),
    remove: style(31, 39),
    warn: style(33, 39),
    good: style(32, 39),
    strong: style(1, 22),
    faint: style(2, 22),
  };
}

/**
 * Whether a stream gets colours.
 *
 * @param flag false: the user said `--no-color`
 * @see https://no-color.org and https://force-color.org
 */
export function wantsColor(flag: boolean, env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
  if (!flag) return false;
  if (env["NO_COLOR"]) return false;
  if (env["FORCE_COLOR"] !== undefined && env["FORCE_COLOR"] !== "") return env["FORCE_COLOR"] !== "0" && env["FORCE_COLOR"] !== "false";
  return isTerminal && env["TERM"] !== "dumb";
}
