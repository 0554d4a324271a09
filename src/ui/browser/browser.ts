import type { Changeset } from "../../changeset/changeset.ts";
import { visible } from "../../core/escape.ts";
import type { Lost } from "../../report/lost.ts";
import { isCharacter, type KeyName } from "../keys.ts";
import { fill, lineOf, type Piece, spread } from "../lines.ts";
import type { ScreenSize } from "../open-screen.ts";
import { cutMiddle, widthOf } from "../text.ts";
import type { Theme } from "../theme.ts";
import { ApprovalPage } from "./approval-page.ts";
import { HelpPage } from "./help-page.ts";
import { OverviewPage } from "./overview-page.ts";
import type { Hint, Page, Shell } from "./page.ts";

export interface BrowserOptions {
  readonly changeset: Changeset;
  readonly theme: Theme;
  readonly redraw: () => void;
  /** `approved` where somebody wrote `yes`. */
  readonly onLeave: (how: "left" | "approved") => void;
  /** Where the plan may be approved from here: what would be lost. */
  readonly lost?: (() => readonly Lost[]) | undefined;
}

interface Prompt {
  readonly label: string;
  value: string;
  readonly onEnter: (text: string) => void;
}

const LONGEST_INPUT = 1024;
/** Below these rows, the line of keys gives its place to the page. */
const ROWS_WITH_HINTS = 6;

/** Pages over a changeset, what was typed, and what is drawn of it. Knows no terminal. */
export class Browser implements Shell {
  readonly theme: Theme;
  readonly #options: BrowserOptions;
  readonly #pages: Page[];
  #prompt: Prompt | undefined;
  #said = "";

  constructor(options: BrowserOptions) {
    this.#options = options;
    this.theme = options.theme;
    this.#pages = [new OverviewPage(this, options.changeset)];
  }

  redraw(): void {
    this.#options.redraw();
  }

  open(page: Page): void {
    this.#pages.push(page);
    this.redraw();
  }

  back(): void {
    if (this.#pages.length > 1) this.#pages.pop()?.close?.();
    this.redraw();
  }

  say(text: string): void {
    this.#said = text;
    this.redraw();
  }

  ask(label: string, value: string, onEnter: (text: string) => void): void {
    this.#prompt = { label, value, onEnter };
    this.redraw();
  }

  /** Ends what goes on in the background. */
  close(): void {
    for (const page of this.#pages) page.close?.();
  }

  draw({ columns, rows }: ScreenSize): readonly string[] {
    const page = this.#page;
    const footer = rows >= ROWS_WITH_HINTS ? [this.#hints(page, columns)] : [];
    const height = Math.max(1, rows - 2 - footer.length);
    // Drawn first: what it says of itself may follow from it.
    const body = fill(page.draw({ columns, rows: height }), height);
    return [this.#heading(columns), ...body, this.#status(page, columns), ...footer];
  }

  key(name: KeyName): void {
    this.#said = "";
    if (this.#prompt) this.#typed(this.#prompt, name);
    else if (!this.#page.key(name)) this.#own(name);
    this.redraw();
  }

  get #page(): Page {
    // SAFETY: the first page is never taken away.
    return this.#pages.at(-1) as Page;
  }

  #own(name: KeyName): void {
    const { lost, onLeave } = this.#options;
    if (name === "q") onLeave("left");
    else if (name === "?") this.open(new HelpPage(this, lost !== undefined));
    else if (name === "a" && lost !== undefined) this.#approve(lost);
    else if (name === "escape" || name === "left" || name === "h" || name === "backspace") this.back();
  }

  #approve(lost: NonNullable<BrowserOptions["lost"]>): void {
    const { summary } = this.#options.changeset;
    if (!summary.hasChanges) return this.say("There is nothing to approve: no changes.");
    if (!(this.#page instanceof ApprovalPage)) this.open(new ApprovalPage(this, lost));
    this.ask(`Apply the plan ${visible(summary.plan)}? Only "yes" is accepted: `, "", (answer) => {
      if (answer === "yes") return this.#options.onLeave("approved");
      this.back();
      this.say("Not approved. Nothing was changed.");
    });
  }

  #typed(prompt: Prompt, name: KeyName): void {
    if (name === "enter") {
      this.#prompt = undefined;
      prompt.onEnter(prompt.value);
    } else if (name === "escape" || (name === "backspace" && prompt.value === "")) {
      this.#prompt = undefined;
      if (this.#page instanceof ApprovalPage) this.back();
    } else if (name === "backspace" || name === "delete") prompt.value = [...prompt.value].slice(0, -1).join("");
    else if (name === "ctrl-u") prompt.value = "";
    else if (isCharacter(name) && prompt.value.length < LONGEST_INPUT) prompt.value += name;
  }

  #heading(columns: number): string {
    const { summary } = this.#options.changeset;
    const titles = [visible(summary.plan), ...this.#pages.map(({ title }) => title)].filter((title) => title !== "");
    const left = cutMiddle(` ${titles.join(" › ")}`, columns);
    return spread([[left, this.theme.strong]], [[`${summary.planId.slice(0, 19)}… `, this.theme.faint]], columns);
  }

  #status(page: Page, columns: number): string {
    if (this.#prompt) {
      const { label, value } = this.#prompt;
      const asked = cutMiddle(label, Math.max(1, columns - 8));
      // The end of what is typed is what one looks at.
      const shown = tail(visible(value), columns - widthOf(asked) - 1);
      return lineOf([[asked, this.theme.strong], [shown], ["▏"]], columns);
    }
    if (this.#said !== "") return lineOf([[` ${visible(this.#said)}`, this.theme.warn]], columns);
    const { left, right } = page.status();
    return spread([[" "], ...left], [...right, [" "]], columns);
  }

  #hints(page: Page, columns: number): string {
    const everywhere: readonly Hint[] = [...(this.#options.lost === undefined ? [] : [["a", "approve"] as const]), ["?", "help"], ["q", "quit"]];
    const own =
      this.#prompt === undefined
        ? page.hints
        : ([
            ["enter", "go"],
            ["esc", "give up"],
          ] as const);
    const last = this.#prompt === undefined ? everywhere : [];
    const widthOfHint = ([keys, use]: Hint) => widthOf(keys) + use.length + 3;
    // How to get help and out is told however narrow it is.
    let left = columns - 1 - last.reduce((sum, hint) => sum + widthOfHint(hint), 0);
    const shown = own.filter((hint) => {
      if (widthOfHint(hint) > left) return false;
      left -= widthOfHint(hint);
      return true;
    });
    const pieces = [...shown, ...last].flatMap(([keys, use]): Piece[] => [
      [keys, this.theme.strong],
      [` ${use}  `, this.theme.faint],
    ]);
    return lineOf([[" "], ...pieces], columns);
  }
}

function tail(text: string, width: number): string {
  const characters = [...text];
  while (characters.length > 0 && widthOf(characters.join("")) > width) characters.shift();
  return characters.join("");
}
