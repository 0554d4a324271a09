import type { PlanNotice } from "../../changeset/summary.ts";
import { visible } from "../../core/escape.ts";
import { wrapText } from "../text.ts";
import type { Shell } from "./page.ts";
import { TextPage } from "./text-page.ts";

/** A warning in full, with what to do about it. */
export class NoticePage extends TextPage {
  constructor({ theme }: Shell, { code, message, hint }: PlanNotice) {
    super({
      title: "warning",
      lines: (columns) => [
        ...wrapText(visible(message), columns).map((line) => theme.warn(line)),
        theme.faint(visible(code, { maxLength: columns })),
        ...(hint === undefined ? [] : ["", ...wrapText(visible(hint), columns)]),
      ],
    });
  }
}
