import { visible } from "../core/escape.ts";
import { type Lost, lostOf, measureLost } from "../report/lost.ts";
import { lostLines } from "./browser/approval-page.ts";
import { type BrowseOptions, browseChangeset } from "./browser/open-browser.ts";
import { isCharacter, type KeyName } from "./keys.ts";
import { lineOf } from "./lines.ts";
import { openScreen } from "./open-screen.ts";
import { wrapText } from "./text.ts";
import { makeTheme } from "./theme.ts";

const LONGEST_ANSWER = 100;
const BROWSE_WORDS: readonly string[] = ["b", "browse"];

export type ApprovalOptions = Omit<BrowseOptions, "canApprove">;

/**
 * Asks below what stands on the terminal whether a plan is to be applied: says again what would be
 * lost, takes the word `yes` and nothing else for an approval, and opens the browser where that is asked for.
 *
 * @throws what `signal` was aborted with
 */
export async function askApproval(options: ApprovalOptions): Promise<boolean> {
  const lost = measuring(options);
  for (;;) {
    const answer = await askOnce(options, lost);
    if (!wantsBrowser(answer)) return answer === "yes";
    if ((await browseChangeset({ ...options, canApprove: true })) === "approved") return true;
  }
}

function wantsBrowser(answer: string): boolean {
  return BROWSE_WORDS.includes(answer.toLowerCase());
}

interface Measuring {
  lost: readonly Lost[];
  readonly done: Promise<void>;
}

function measuring({ changeset, signal }: ApprovalOptions): Measuring {
  const lost = lostOf(changeset);
  const done = measureLost(changeset, lost, signal).then((measured) => {
    state.lost = measured;
  });
  // Whoever waits for it is told.
  done.catch(() => {});
  const state: Measuring = { lost, done };
  return state;
}

async function askOnce({ terminal, changeset, paint, onInterrupt, signal }: ApprovalOptions, measured: Measuring): Promise<string> {
  signal.throwIfAborted();
  const theme = makeTheme(paint);
  let answer = "";
  let isAnswered = false;
  const question = `Apply the plan ${visible(changeset.summary.plan)}?`;
  const end = () => {
    isAnswered = true;
    // What was asked is asked again after the browser.
    screen.close(wantsBrowser(answer) ? "clear" : "keep");
  };
  const screen = openScreen({
    terminal,
    onInterrupt,
    draw: ({ columns, rows }) => {
      const asked = [
        ...wrapText(question, columns).map(theme.strong),
        ...wrapText('Only "yes" is accepted. "b" opens the plan to look through all of it.', columns),
        lineOf([["> ", theme.strong], [visible(answer)], [isAnswered ? "" : "▏"]], columns),
      ];
      // Whatever else is cut off, the question is not.
      return [...lostLines(measured.lost, columns, theme).slice(0, Math.max(0, rows - asked.length)), ...asked];
    },
    onKey(name: KeyName) {
      if (isAnswered) return;
      if (name === "enter") return end();
      if (name === "escape" || name === "ctrl-d") {
        answer = "";
        return end();
      }
      if (name === "backspace") answer = [...answer].slice(0, -1).join("");
      else if (name === "ctrl-u") answer = "";
      else if (isCharacter(name) && answer.length < LONGEST_ANSWER) answer += name;
      screen.redraw();
    },
  });
  const onAbort = () => screen.close("keep");
  signal.addEventListener("abort", onAbort, { once: true });
  let isFailed = false;
  measured.done.then(
    () => screen.redraw(),
    () => {
      isFailed = true;
      screen.close();
    },
  );
  try {
    await screen.closed;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
  signal.throwIfAborted();
  if (isFailed) await measured.done;
  return answer;
}
