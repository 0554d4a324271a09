import type { KeyName } from "../keys.ts";
import { LineEditor } from "./line-editor.ts";
import type { Answers, Question, Remark } from "./question.ts";

export interface DialogueOptions {
  /** What is asked after these answers; undefined: nothing more. */
  readonly next: (answers: Answers) => Question | undefined;
  /** Something is to be drawn anew. */
  readonly onChange: () => void;
  /** Every question is answered. */
  readonly onEnd: (answers: Answers) => void;
  /** `attempt` or `look` failed for no reason of the answer. */
  readonly onFailure: (error: unknown) => void;
}

interface Asked {
  readonly question: Question;
  readonly value: string;
  /** What trying it said. */
  readonly tried: readonly Remark[];
}

/** Milliseconds without a key after which what was typed is looked at. */
const PAUSE_MS = 150;

/** Asks one question after another; each may be gone back to. Knows keys and answers, and draws nothing. */
export class Dialogue {
  readonly #options: DialogueOptions;
  readonly #answered: Asked[] = [];
  #question: Question | undefined;
  #editor = new LineEditor();
  #choice = 0;
  #scroll = 0;
  #remarks: readonly Remark[] = [];
  /** What of the answer was tried and found wanting: the same, given again, is taken. */
  #warned: { readonly value: string; readonly remarks: readonly Remark[] } | undefined;
  #attempt: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: DialogueOptions) {
    this.#options = options;
    this.#ask();
  }

  get answered(): readonly Asked[] {
    return this.#answered;
  }

  get question(): Question | undefined {
    return this.#question;
  }

  get editor(): LineEditor {
    return this.#editor;
  }

  get choice(): number {
    return this.#choice;
  }

  get scroll(): number {
    return this.#scroll;
  }

  get remarks(): readonly Remark[] {
    return this.#remarks;
  }

  get isTrying(): boolean {
    return this.#attempt !== undefined;
  }

  /** Whether the answer that stands there was tried, and is taken all the same when it is given again. */
  get isWarned(): boolean {
    return this.#warned !== undefined && this.#warned.value === this.#value();
  }

  press(key: KeyName): void {
    const question = this.#question;
    if (question === undefined) return;
    if (key === "escape") return this.#attempt === undefined ? this.#back() : this.#cancel();
    if (key === "enter") return this.#attempt === undefined ? this.#give() : undefined;
    // Who goes on typing means something else than what is being tried.
    if (this.#attempt !== undefined) this.#cancel();
    if (question.kind === "choice") this.#choose(question, key);
    else if (this.#editor.press(key)) this.#typed();
    this.#options.onChange();
  }

  /** Ends what is under way. */
  close(): void {
    clearTimeout(this.#timer);
    this.#attempt?.abort();
    this.#question = undefined;
  }

  #ask(value?: string): void {
    const answers = new Map(this.#answered.map(({ question, value: given }) => [question.id, given]));
    this.#question = this.#options.next(answers);
    this.#remarks = [];
    this.#warned = undefined;
    this.#scroll = 0;
    const question = this.#question;
    if (question === undefined) return this.#options.onEnd(answers);
    // A secret is typed again: what stands there cannot be seen.
    const initial = question.kind === "secret" ? "" : (value ?? question.initial ?? "");
    this.#editor = new LineEditor(initial);
    this.#choice = Math.max(0, question.choices?.findIndex((choice) => choice.value === initial) ?? 0);
    this.#typed();
    this.#options.onChange();
  }

  #value(): string {
    const { kind, choices } = this.#question ?? {};
    if (kind === "choice") return choices?.[this.#choice]?.value ?? "";
    return kind === "secret" ? this.#editor.text : this.#editor.text.trim();
  }

  #choose({ choices = [], preview = [] }: Question, key: KeyName): void {
    const by = { up: -1, k: -1, down: 1, j: 1, tab: 1 }[key];
    if (by !== undefined) this.#choice = (this.#choice + by + choices.length) % choices.length;
    else if (/^[1-9]$/.test(key) && Number(key) <= choices.length) this.#choice = Number(key) - 1;
    else if (key === "pageDown" || key === " ") this.#scroll = Math.min(preview.length - 1, this.#scroll + 5);
    else if (key === "pageUp") this.#scroll = Math.max(0, this.#scroll - 5);
  }

  #typed(): void {
    clearTimeout(this.#timer);
    const question = this.#question;
    if (this.#warned !== undefined) this.#remarks = this.isWarned ? this.#warned.remarks : [];
    if (question?.look === undefined) return;
    this.#timer = setTimeout(() => {
      const value = this.#value();
      Promise.resolve(question.look?.(value)).then((remarks = []) => {
        // Meanwhile there may be another answer, or another question.
        if (this.#question !== question || this.#value() !== value || this.isTrying || this.isWarned) return;
        this.#remarks = remarks;
        this.#options.onChange();
      }, this.#options.onFailure);
    }, PAUSE_MS);
  }

  #give(): void {
    const question = this.#question;
    if (question === undefined) return;
    clearTimeout(this.#timer);
    const value = this.#value();
    if (question.attempt === undefined || this.isWarned) return this.#accept(question, value, this.isWarned ? this.#remarks : []);
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#remarks = [];
    this.#options.onChange();
    this.#try(question, value, attempt).catch((error: unknown) => {
      if (!attempt.signal.aborted) this.#options.onFailure(error);
    });
  }

  async #try(question: Question, value: string, attempt: AbortController): Promise<void> {
    const found: Remark[] = [];
    let isFinal = false;
    for await (const remark of question.attempt?.(value, attempt.signal) ?? []) {
      if (attempt.signal.aborted) return;
      found.push(remark);
      isFinal ||= remark.isFinal === true;
      this.#remarks = [...found];
      this.#options.onChange();
    }
    if (attempt.signal.aborted) return;
    this.#attempt = undefined;
    const isBad = found.some(({ mark }) => mark === "bad");
    if (!isBad) return this.#accept(question, value, found);
    if (!isFinal) this.#warned = { value, remarks: found };
    this.#options.onChange();
  }

  #accept(question: Question, value: string, tried: readonly Remark[]): void {
    this.#answered.push({ question, value, tried });
    this.#ask();
  }

  #cancel(): void {
    this.#attempt?.abort();
    this.#attempt = undefined;
    this.#remarks = [{ mark: "plain", text: "Not tried to the end." }];
    this.#options.onChange();
  }

  #back(): void {
    const last = this.#answered.pop();
    if (last !== undefined) this.#ask(last.value);
  }
}
