import type { Answers, Question } from "../../ui/dialogue/question.ts";
import { type FirstAnswers, firstLocation, firstPlanOf, LOCATION_NAMES, type Side } from "./first-answers.ts";
import { type FirstLocation, isDatabase, splitPassword, variablesOf } from "./first-location.ts";
import { firstPlan, type FirstPlan } from "./first-plan.ts";
import { lookAt, maskPassword, mustMatch } from "./look-at.ts";
import { problemsOf } from "./read-plan-text.ts";
import { locationOr, nothing, only, remark, type TriedRemark } from "./remarks.ts";
import { ACCOUNTS_QUESTION, DELETE_QUESTION, endpointQuestion, EXISTING_QUESTION, MOST_DELETES_QUESTION, ROWS_QUESTION } from "./rule-questions.ts";
import { type Finding, overlapOf, tryLocation } from "./try-location.ts";

export interface QuestionOptions {
  /** What options have said already is not asked. */
  readonly given: FirstAnswers;
  readonly planFile: string;
  readonly name: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export const WRITE = "write";
const PASSWORD_CODES: ReadonlySet<string> = new Set(["POSTGRES_PASSWORD_MISSING", "POSTGRES_AUTH"]);

/** The questions of `init`, each made from the answers before it. Secrets stay in here, and are in no plan. */
export class FirstQuestions {
  readonly #options: QuestionOptions;
  /** Ends whose server asked for a password. */
  readonly #asksPassword = new Set<Side>();

  constructor(options: QuestionOptions) {
    this.#options = options;
  }

  /** @returns undefined where nothing is left to ask */
  next(answers: Answers): Question | undefined {
    return this.#end("from", answers) ?? this.#end("to", answers) ?? this.#rules(answers) ?? (answers.has(WRITE) ? undefined : this.#confirm(answers));
  }

  /** What was said, by options and in the dialogue. Holds no secret. */
  said(answers: Answers): FirstAnswers {
    const { given } = this.#options;
    const side = (which: Side) => {
      const url = answers.get(which);
      const credentials = answers.get(`${which}.credentials`);
      return {
        ...(url !== undefined && { [which]: splitPassword(url).url }),
        ...(answers.get(`${which}.endpoint`) && { [`${which}Endpoint`]: answers.get(`${which}.endpoint`) }),
        ...(credentials !== undefined && {
          [`${which}Credentials`]: credentials === "profile" ? `profile:${answers.get(`${which}.profile`) ?? ""}` : credentials,
        }),
        ...(this.#passwordOf(which, answers) !== undefined && { [`${which}Password`]: true }),
      };
    };
    const deletes = answers.get("delete") === "yes" ? (answers.get("maxDeletes") ?? "100") : undefined;
    return {
      ...given,
      ...side("from"),
      ...side("to"),
      ...(answers.has("onExisting") && { onExisting: answers.get("onExisting") }),
      ...(deletes !== undefined && { delete: deletes }),
      ...(answers.has("accounts") && { accounts: answers.get("accounts") }),
      ...(answers.has("rows") && { rows: answers.get("rows") }),
    };
  }

  #end(side: Side, answers: Answers): Question | undefined {
    const { given } = this.#options;
    if (given[side] === undefined && !answers.has(side)) return this.#url(side, answers);
    const url = given[side] ?? answers.get(side) ?? "";
    if (isDatabase(url)) return this.#asksPassword.has(side) && !answers.has(`${side}.password`) ? this.#password(side, answers) : undefined;
    // What was said by options is not asked about further.
    if (!url.startsWith("s3://") || given[side] !== undefined) return undefined;
    if (!answers.has(`${side}.endpoint`) && given[`${side}Endpoint`] === undefined) return endpointQuestion(side, this.#options.env);
    if (given[`${side}Credentials`] !== undefined) return undefined;
    if (!answers.has(`${side}.credentials`)) return this.#credentials(side, answers);
    const how = answers.get(`${side}.credentials`);
    if (how === "profile" && !answers.has(`${side}.profile`))
      return this.#tried(side, answers, { id: `${side}.profile`, title: "Profile", help: "A section of ~/.aws/config or ~/.aws/credentials.", kind: "text" });
    if (how !== "keys") return undefined;
    const [id = "", secret = ""] = variablesOf({ kind: "s3", name: LOCATION_NAMES[side], bucket: "", prefix: "", credentials: "keys" });
    // What is set already is not asked for.
    if (this.#options.env[id] === undefined && !answers.has(`${side}.keyId`))
      return { id: `${side}.keyId`, title: "Access key ID", help: `To try it now. The plan refers to it as \${${id}}.`, kind: "text" };
    if (!answers.has(`${side}.secret`) && this.#options.env[secret] === undefined) {
      return this.#tried(side, answers, {
        id: `${side}.secret`,
        title: "Secret access key",
        help: `To try it now. It is written nowhere: the plan refers to it as \${${secret}}.`,
        kind: "secret",
      });
    }
    return undefined;
  }

  #url(side: Side, answers: Answers): Question {
    const isSource = side === "from";
    const ownKind = isSource ? undefined : this.#kindOf("from", answers);
    const help =
      ownKind === "postgres"
        ? "postgres://user@host/database"
        : isSource
          ? "s3://bucket/prefix, a directory, or postgres://user@host/database"
          : "s3://bucket/prefix, or a directory";
    return {
      id: side,
      title: isSource ? "Copy from" : "Copy to",
      help,
      kind: "text",
      shown: maskPassword,
      look: (value) => (value === "" ? [] : lookAt(value, side, ownKind, this.#options.planFile)),
      attempt: (value, signal) => this.#attemptUrl(side, value, answers, signal),
    };
  }

  async *#attemptUrl(side: Side, value: string, answers: Answers, signal: AbortSignal): AsyncGenerator<TriedRemark> {
    const now = new Map([...answers, [side, value]]);
    this.#asksPassword.delete(side);
    const location = locationOr(() => {
      const end = firstLocation(this.said(now), side);
      mustMatch(end, side === "from" ? undefined : this.#kindOf("from", now));
      return end;
    });
    if ("mark" in location) yield { ...location, isFinal: true };
    // Who wants to reach it otherwise is asked first.
    else if (location.kind !== "s3") {
      for await (const finding of this.#tryEnd(side, location, now, signal)) {
        if (location.kind === "postgres" && PASSWORD_CODES.has(finding.code)) {
          this.#asksPassword.add(side);
          yield { mark: "warn", text: finding.message };
        } else yield remark(finding);
      }
    }
  }

  #credentials(side: Side, answers: Answers): Question {
    const base: Question = {
      id: `${side}.credentials`,
      title: "Credentials",
      kind: "choice",
      initial: "chain",
      choices: [
        { value: "chain", label: "the usual chain", help: "environment, profile, SSO, role of the machine" },
        { value: "profile", label: "a profile", help: "of the AWS configuration files" },
        { value: "keys", label: "keys in variables", help: "the plan names the variables" },
        { value: "anonymous", label: "none", help: "a public bucket" },
      ],
    };
    return {
      ...base,
      attempt: (value, signal) => {
        const [id = "", secret = ""] = variablesOf({ kind: "s3", name: LOCATION_NAMES[side], bucket: "", prefix: "", credentials: "keys" });
        const isComplete =
          value === "chain" || value === "anonymous" || (value === "keys" && this.#options.env[id] !== undefined && this.#options.env[secret] !== undefined);
        return isComplete ? this.#attempt(side, new Map([...answers, [base.id, value]]), signal) : nothing();
      },
    };
  }

  #password(side: Side, answers: Answers): Question {
    const [variable = ""] = variablesOf({ kind: "postgres", name: LOCATION_NAMES[side], url: "", hasPassword: true });
    return this.#tried(side, answers, {
      id: `${side}.password`,
      title: "Password",
      help: `To try it now. It is written nowhere: the plan refers to it as \${${variable}}. Blank: none; .pgpass and PGPASSWORD are read as ever.`,
      kind: "secret",
    });
  }

  /** A question whose answer is all that is missing to try the end. */
  #tried(side: Side, answers: Answers, question: Question): Question {
    return { ...question, attempt: (value, signal) => this.#attempt(side, new Map([...answers, [question.id, value]]), signal) };
  }

  async *#attempt(side: Side, answers: Answers, signal: AbortSignal): AsyncGenerator<TriedRemark> {
    const location = locationOr(() => firstLocation(this.said(answers), side));
    if ("mark" in location) yield { ...location, isFinal: true };
    else for await (const finding of this.#tryEnd(side, location, answers, signal)) yield remark(finding);
  }

  async *#tryEnd(side: Side, location: FirstLocation, answers: Answers, signal: AbortSignal): AsyncGenerator<Finding> {
    const { name, planFile } = this.#options;
    const env = { ...this.#options.env, ...this.secrets(answers) };
    const plan = locationOr(() => firstPlanOf(name, this.said(answers)));
    const overlap = "mark" in plan ? undefined : overlapOf(plan, { planFile, env });
    if (overlap !== undefined) yield overlap;
    else yield* tryLocation({ location, access: side === "from" ? "read" : "write", env, planFile, signal });
  }

  /** What was typed, by the variables that the plan refers to it by. */
  secrets(answers: Answers): Record<string, string> {
    const values: Record<string, string> = {};
    for (const side of ["from", "to"] as const) {
      const name = LOCATION_NAMES[side];
      const [id = "", secret = ""] = variablesOf({ kind: "s3", name, bucket: "", prefix: "", credentials: "keys" });
      const [password = ""] = variablesOf({ kind: "postgres", name, url: "", hasPassword: true });
      for (const [variable, value] of [
        [id, answers.get(`${side}.keyId`)],
        [secret, answers.get(`${side}.secret`)],
        [password, this.#passwordOf(side, answers)],
      ] as const) {
        if (value !== undefined && value !== "") values[variable] = value;
      }
    }
    return values;
  }

  #passwordOf(side: Side, answers: Answers): string | undefined {
    const typed = answers.get(`${side}.password`);
    if (typed !== undefined && typed !== "") return typed;
    return splitPassword(answers.get(side) ?? "").password;
  }

  #kindOf(side: Side, answers: Answers): FirstLocation["kind"] | undefined {
    const location = locationOr(() => firstLocation(this.said(answers), side));
    return "mark" in location ? undefined : location.kind;
  }

  #rules(answers: Answers): Question | undefined {
    const { given } = this.#options;
    if (this.#kindOf("from", answers) === "postgres") {
      if (given.accounts === undefined && !answers.has("accounts")) return ACCOUNTS_QUESTION;
      return given.rows === undefined && !answers.has("rows") ? ROWS_QUESTION : undefined;
    }
    if (given.onExisting === undefined && !answers.has("onExisting")) return EXISTING_QUESTION;
    if (given.delete !== undefined) return undefined;
    if (!answers.has("delete")) return DELETE_QUESTION;
    return answers.get("delete") === "yes" && !answers.has("maxDeletes") ? MOST_DELETES_QUESTION : undefined;
  }

  #confirm(answers: Answers): Question {
    const { name, planFile, env } = this.#options;
    const plan = locationOr(() => firstPlanOf(name, this.said(answers)));
    const text = "mark" in plan ? "" : firstPlan(plan);
    const problem = "mark" in plan ? plan : problemOf(text, { plan, planFile, env });
    return {
      id: WRITE,
      title: `Write ${planFile}?`,
      kind: "choice",
      choices: [{ value: WRITE, label: "write it", help: "nothing is copied yet" }],
      preview: text.trimEnd().split("\n"),
      look: () => (problem === undefined ? [] : [problem]),
      attempt: () => (problem === undefined ? nothing() : only({ ...problem, isFinal: true })),
    };
  }
}

/** Why the plan as a whole would not be valid: two ends that are one place, for instance. */
function problemOf(
  text: string,
  { plan, planFile, env }: { readonly plan: FirstPlan; readonly planFile: string; readonly env: QuestionOptions["env"] },
): TriedRemark | undefined {
  const wrong = problemsOf(text, { plan, planFile, env })[0];
  return wrong && { mark: "bad", text: `${wrong.message} [${wrong.code}]`, hint: wrong.hint };
}
