import { TextPage } from "./browser/text-page.ts";
import { wrapText } from "./text.ts";

const APPLY_HELP: readonly (readonly [key: string, does: string])[] = [
  ["p", "pause, and go on: what is in flight is finished, nothing new begins"],
  ["r", "another rate, as 20MB/s; `unlimited`; nothing: what the plan says"],
  ["+ -", "more or fewer requests in flight; `a` gives them back to the plan"],
  ["d", "details on and off"],
  ["q", "stop: finish what is in flight; once more: cut it off"],
  ["Ctrl-C", "the same as q; a third time ends it at once"],
  ["?", "this help"],
];
const KEYS = 8;

/** What the keys of an apply do; scrolled where there is no room for all of it. */
export class ApplyHelp extends TextPage {
  constructor() {
    super({ title: "help", lines: (columns) => APPLY_HELP.flatMap(([key, does]) => wrapText(`${key.padEnd(KEYS)}${does}`, columns)) });
  }
}
