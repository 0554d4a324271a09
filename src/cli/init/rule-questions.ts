import type { Question } from "../../ui/dialogue/question.ts";
import { nothing, only } from "./remarks.ts";

export const EXISTING_QUESTION: Question = {
  id: "onExisting",
  title: "Where the destination has something else under the same name",
  kind: "choice",
  choices: [
    { value: "overwrite", label: "overwrite", help: "make it as it is at the source" },
    { value: "skip", label: "skip", help: "leave it as it is" },
    { value: "ifNewer", label: "if newer", help: "only where the source is newer" },
    { value: "fail", label: "fail", help: "refuse the plan" },
  ],
};
export const DELETE_QUESTION: Question = {
  id: "delete",
  title: "Delete at the destination what the source does not have",
  kind: "choice",
  choices: [
    { value: "no", label: "no", help: "only add and replace" },
    { value: "yes", label: "yes", help: "an exact mirror" },
  ],
};
export const MOST_DELETES_QUESTION: Question = {
  id: "maxDeletes",
  title: "How many deletions a plan may have",
  help: "A plan with more is refused: an empty source is mostly a mistake.",
  kind: "text",
  initial: "100",
  attempt: (value) => (/^\d{1,15}$/.test(value) ? nothing() : only({ mark: "bad", text: "Say a number.", isFinal: true })),
};
export const ACCOUNTS_QUESTION: Question = {
  id: "accounts",
  title: "Roles of the server",
  kind: "choice",
  choices: [
    { value: "all", label: "copy them", help: "with passwords, memberships and privileges, as far as they may be read" },
    { value: "none", label: "leave them", help: "the destination has its own" },
  ],
};
export const ROWS_QUESTION: Question = {
  id: "rows",
  title: "Tables that have rows at the destination already",
  kind: "choice",
  choices: [
    { value: "report", label: "report", help: "as a conflict, and leave them" },
    { value: "ignore", label: "ignore", help: "leave them, and say nothing" },
    { value: "replace", label: "replace", help: "empty them and copy anew" },
  ],
};

/** Of a store that is not AWS. @param env where the usual variables may say it already */
export function endpointQuestion(side: string, env: Readonly<Record<string, string | undefined>>): Question {
  return {
    id: `${side}.endpoint`,
    title: "Endpoint",
    help: "https://… of another store than AWS; blank: AWS",
    kind: "text",
    initial: env["AWS_ENDPOINT_URL_S3"] ?? env["AWS_ENDPOINT_URL"] ?? "",
    attempt: (value) =>
      value === "" || /^(?:https?:\/\/[^/?#\s@]+(?:\/[^?#\s]*)?|\$\{.*\})$/.test(value)
        ? nothing()
        : only({ mark: "bad", text: "An endpoint begins with http:// or https://.", isFinal: true }),
  };
}
