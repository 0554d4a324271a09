import { visible } from "../../core/escape.ts";
import { type Lost, lostDetails } from "../../report/lost.ts";
import { cutMiddle, wrapText } from "../text.ts";
import type { Theme } from "../theme.ts";
import type { Shell } from "./page.ts";
import { TextPage } from "./text-page.ts";

/** What is lost, once more and in full, behind the question for the word. */
export class ApprovalPage extends TextPage {
  constructor({ theme }: Shell, lost: () => readonly Lost[]) {
    super({ title: "approve", lines: (columns) => lostLines(lost(), columns, theme) });
  }
}

/** What would be lost, in full. */
export function lostLines(lost: readonly Lost[], columns: number, theme: Theme): string[] {
  if (lost.length === 0) return ["Nothing at the destinations is deleted or overwritten."];
  return lost.flatMap((each) => [
    ...each.lines.flatMap((line) => wrapText(`${visible(each.sync)}: ${line}`, columns).map(theme.remove)),
    ...lostDetails(each).map((line) => `  ${cutMiddle(line, Math.max(1, columns - 2))}`),
  ]);
}
