import { describeFlow, MOST_BYTES_PER_SECOND, UNLIMITED } from "../core/flow.ts";
import type { Flow } from "../core/sync-plan.ts";
import { parseByteRate } from "../core/units.ts";
import type { ControlRequest } from "../state/state-store.ts";
import { ApplyHelp } from "./apply-help.ts";
import type { ApplyProgress } from "./apply-progress.ts";
import type { ApplyControlsShown } from "./apply-view.ts";
import { isCharacter, type KeyName } from "./keys.ts";

export interface ApplyKeysOptions {
  readonly progress: ApplyProgress;
  readonly hasKeys: boolean;
  /** Leaves a request in the state, as `tidemark flow` does: the run looks for it there. */
  readonly request: (run: string, control: ControlRequest) => Promise<void>;
  /** As Ctrl-C: the first stops, the second cuts off. */
  readonly onInterrupt: () => void;
  readonly redraw: () => void;
}

const PAUSE: Flow = { windows: [], outside: "pause" };
const LONGEST_RATE = 20;
/** By then the run has answered, milliseconds. */
const SAID_MS = 3000;
/** How much one key changes the number of requests in flight. */
const STEP = 1.5;
const MOST_CONCURRENCY = 1000;
const QUESTION = "Rate of what is left, such as 20MB/s; `unlimited`; nothing for what the plan says:";

/** What the keys of an apply do. They ask the run for something, and the run answers with events: nothing is changed from here. */
export class ApplyKeys {
  readonly #options: ApplyKeysOptions;
  /** What was asked for with `r`; `plan`: what the plan says. */
  #flow: Flow | "plan" = "plan";
  #isPausedByUs = false;
  #concurrency: number | undefined;
  #details = false;
  #help: ApplyHelp | undefined;
  #prompt: { readonly text: string; readonly problem?: string } | undefined;
  #said: { readonly text: string; readonly at: number } | undefined;
  #stops = 0;
  #asking: Promise<void> = Promise.resolve();

  constructor(options: ApplyKeysOptions) {
    this.#options = options;
  }

  get shown(): ApplyControlsShown {
    return {
      hasKeys: this.#options.hasKeys,
      details: this.#details,
      help: this.#help,
      prompt: this.#prompt === undefined ? undefined : { question: QUESTION, text: this.#prompt.text, problem: this.#prompt.problem },
      said: this.#said === undefined || performance.now() - this.#said.at > SAID_MS ? undefined : this.#said.text,
    };
  }

  press(key: KeyName): void {
    if (this.#prompt !== undefined) this.#type(key, this.#prompt.text);
    else if (this.#help?.key(key) !== true) this.#command(key);
    this.#options.redraw();
  }

  #command(key: KeyName): void {
    this.#said = undefined;
    switch (key) {
      case "p":
        return this.#togglePause();
      case "r":
        this.#prompt = { text: "" };
        return;
      case "+":
      case "=":
        return this.#step(STEP);
      case "-":
        return this.#step(1 / STEP);
      case "a":
        this.#concurrency = undefined;
        return this.#ask("in flight: what the plan says", (sync) => ({ sync, concurrency: undefined }));
      case "d":
        this.#details = !this.#details;
        return;
      case "?":
      case "h":
        this.#help = this.#help === undefined ? new ApplyHelp() : undefined;
        return;
      case "escape":
        this.#help = undefined;
        return;
      case "q":
        // The third Ctrl-C ends it without cleaning up: a letter must not.
        this.#stops += 1;
        if (this.#stops <= 2) this.#options.onInterrupt();
    }
  }

  #togglePause(): void {
    const isPaused = this.#isPausedByUs || this.#options.progress.current?.limit === "pause";
    if (!isPaused) {
      this.#isPausedByUs = true;
      return this.#ask("pausing: what is in flight is finished", (sync) => ({ sync, flow: PAUSE }));
    }
    // Where the plan itself pauses, its flow again would be no way to go on.
    const flow = this.#isPausedByUs ? (this.#flow === "plan" ? undefined : this.#flow) : UNLIMITED;
    this.#isPausedByUs = false;
    this.#ask("going on", (sync) => ({ sync, flow }));
  }

  #type(key: KeyName, text: string): void {
    if (key === "escape") this.#prompt = undefined;
    else if (key === "enter") this.#setRate(text.trim());
    else if (key === "backspace") this.#prompt = { text: [...text].slice(0, -1).join("") };
    else if (key === "ctrl-u") this.#prompt = { text: "" };
    else if (isCharacter(key) && text.length < LONGEST_RATE) this.#prompt = { text: text + key };
  }

  #setRate(text: string): void {
    const flow = flowOf(text);
    if (flow === undefined) {
      // Closed, what is typed next would be keys: a `q` within it would stop the run.
      this.#prompt = { text, problem: `${text} is no rate: 20MB/s, for example, or \`unlimited\`. Esc leaves it.` };
      return;
    }
    this.#prompt = undefined;
    this.#flow = flow;
    const what = flow === "plan" ? "rate: what the plan says" : describeFlow(flow);
    if (this.#isPausedByUs) return this.#say(`${what}, once p lets it go on`);
    // A pause of the plan, or from elsewhere, is a flow like any other: the new one takes its place.
    const isOver = flow !== "plan" && this.#options.progress.current?.limit === "pause";
    this.#ask(isOver ? `going on: ${what}` : what, (sync) => ({ sync, flow: flow === "plan" ? undefined : flow }));
  }

  #step(factor: number): void {
    const { current, inFlight, slots } = this.#options.progress;
    if (current?.isDatabase) {
      this.#say("the sessions of a database sync stay as they are while it runs");
      return;
    }
    const from = this.#concurrency ?? slots ?? Math.max(1, inFlight.count);
    const next = factor > 1 ? Math.min(MOST_CONCURRENCY, Math.ceil(from * factor)) : Math.max(1, Math.floor(from * factor));
    this.#concurrency = next;
    this.#ask(`in flight: at most ${next}`, (sync) => ({ sync, concurrency: next }));
  }

  /** Of every sync that is not done: what somebody holds back at the console is the whole run. */
  #ask(what: string, control: (sync: string) => ControlRequest): void {
    const { progress, request, redraw } = this.#options;
    const { run } = progress;
    if (run === undefined) return;
    this.#say(what);
    const asked = progress.syncs.filter(({ status }) => status !== "ended").map(({ name }) => control(name));
    // One after the other: the last that was pressed is what holds.
    this.#asking = this.#asking.then(async () => {
      try {
        for (const each of asked) await request(run, each);
      } catch (error) {
        this.#say(`the run could not be asked: ${error instanceof Error ? error.message : String(error)}`);
        redraw();
      }
    });
  }

  #say(text: string): void {
    this.#said = { text, at: performance.now() };
  }
}

function flowOf(text: string): Flow | "plan" | undefined {
  if (text === "" || text === "plan") return "plan";
  if (text === "unlimited") return UNLIMITED;
  const rate = parseByteRate(text);
  return rate !== undefined && rate > 0 && rate <= MOST_BYTES_PER_SECOND ? { windows: [], outside: rate } : undefined;
}
