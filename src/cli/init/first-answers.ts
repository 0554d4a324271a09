import { TidemarkError } from "../../core/errors.ts";
import { didYouMean } from "../../core/near-name.ts";
import { type FirstLocation, locationFromUrl, type S3Access } from "./first-location.ts";
import type { FirstPlan } from "./first-plan.ts";

/** What may be said of an end by an option or in the dialogue: `from` becomes the location `source`. */
export type Side = "from" | "to";
export const LOCATION_NAMES: Readonly<Record<Side, string>> = { from: "source", to: "destination" };

/** As options say it, and as the dialogue fills it in. */
export interface FirstAnswers {
  readonly from?: string | undefined;
  readonly fromEndpoint?: string | undefined;
  readonly fromRegion?: string | undefined;
  readonly fromCredentials?: string | undefined;
  readonly fromPassword?: boolean | undefined;
  readonly to?: string | undefined;
  readonly toEndpoint?: string | undefined;
  readonly toRegion?: string | undefined;
  readonly toCredentials?: string | undefined;
  readonly toPassword?: boolean | undefined;
  readonly onExisting?: string | undefined;
  /** How many; undefined: nothing is deleted. */
  readonly delete?: string | undefined;
  readonly accounts?: string | undefined;
  readonly rows?: string | undefined;
}

/**
 * An end as a plan names it.
 *
 * @throws TidemarkError `USAGE`
 */
export function firstLocation(answers: FirstAnswers, side: Side): FirstLocation {
  const location = locationFromUrl(answers[side] ?? "", LOCATION_NAMES[side]);
  const [endpoint, region, credentials, hasPassword] = [
    answers[`${side}Endpoint`],
    answers[`${side}Region`],
    answers[`${side}Credentials`],
    answers[`${side}Password`],
  ];
  if (location.kind !== "s3" && (endpoint !== undefined || region !== undefined || credentials !== undefined)) {
    throw new TidemarkError(
      "USAGE",
      `--${side}-${endpoint !== undefined ? "endpoint" : region !== undefined ? "region" : "credentials"} belongs to an s3:// location.`,
    );
  }
  if (location.kind !== "postgres" && hasPassword) throw new TidemarkError("USAGE", `--${side}-password belongs to a postgres:// location.`);
  if (location.kind === "postgres") return { ...location, hasPassword: hasPassword ?? false };
  return location.kind === "s3"
    ? { ...location, endpoint: endpoint || undefined, region: region || undefined, credentials: credentialsOf(credentials) }
    : location;
}

/** `chain`, `keys`, `anonymous`, or `profile:NAME`. */
function credentialsOf(text: string | undefined): S3Access["credentials"] {
  if (text === undefined || text === "chain") return undefined;
  if (text === "keys" || text === "anonymous") return text;
  const [, profile] = /^profile:(.+)$/su.exec(text) ?? [];
  if (profile !== undefined) return { profile };
  throw new TidemarkError("USAGE", `There are no credentials called ${text}.`, {
    hint: didYouMean(text, ["chain", "keys", "anonymous"], "Say chain, profile:NAME, keys, or anonymous."),
  });
}

/**
 * What a plan is made of.
 *
 * @throws TidemarkError `USAGE`
 */
export function firstPlanOf(name: string, answers: FirstAnswers): FirstPlan {
  const from = firstLocation(answers, "from");
  const to = firstLocation(answers, "to");
  if ((from.kind === "postgres") !== (to.kind === "postgres")) {
    throw new TidemarkError("USAGE", "A database cannot be synced with a store of objects.", { hint: "Both ends are databases, or neither is." });
  }
  const other = from.kind === "postgres" ? (["onExisting", "delete"] as const) : (["accounts", "rows"] as const);
  for (const key of other) {
    if (answers[key] === undefined) continue;
    throw new TidemarkError("USAGE", `--${key === "onExisting" ? "on-existing" : key} is no matter of ${from.kind === "postgres" ? "databases" : "objects"}.`);
  }
  return { name, from, to, onExisting: answers.onExisting, maxDeletes: deletesOf(answers.delete), accounts: answers.accounts, onDifferent: answers.rows };
}

function deletesOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= 0 && text.trim() !== "") return count;
  throw new TidemarkError("USAGE", `--delete: \`${text}\` is no number of objects.`, { hint: "Say how many a plan may delete at most: --delete 100." });
}
