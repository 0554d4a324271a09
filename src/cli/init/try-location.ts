import { TidemarkError } from "../../core/errors.ts";
import type { ObjectEnd, PostgresLocation, SyncPlan } from "../../core/sync-plan.ts";
import { problemsOf, readPlanText, type ReadOptions } from "./read-plan-text.ts";
import type { FirstLocation } from "./first-location.ts";
import { firstPlan, type FirstPlan } from "./first-plan.ts";

/** What was found out about a place, as a check says it. */
export interface Finding {
  readonly code: string;
  readonly status: "pass" | "confirm" | "fail";
  readonly message: string;
  readonly hint: string | undefined;
  /** No plan can name the place as it is: what is written would not be valid. */
  readonly isFinal?: boolean | undefined;
}

export interface TryOptions {
  readonly location: FirstLocation;
  /** `write` tries that too, and leaves nothing behind. */
  readonly access: "read" | "write";
  /** The process's variables, and the secrets that were typed under the names that the plan refers to. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the plan file will be: relative paths begin there. */
  readonly planFile: string;
  readonly signal: AbortSignal;
}

/** Looks at a place before there is a plan: whether it is there, what we may do, and what is not as it should be. */
export async function* tryLocation(options: TryOptions): AsyncGenerator<Finding> {
  const { location, access, env, planFile } = options;
  const { plan, diagnostics } = readPlanText(planWith(location, access), { planFile, env });
  if (plan === undefined) {
    const wrong = diagnostics.find(({ severity }) => severity === "error");
    yield { code: wrong?.code ?? "PLAN_INVALID", status: "fail", message: wrong?.message ?? "No plan can name it.", hint: wrong?.hint, isFinal: true };
    return;
  }
  try {
    const end = endOf(plan, access);
    if ("prefix" in end) yield* tryStore(end, options);
    else yield* tryDatabase(end.location, options);
  } catch (error) {
    options.signal.throwIfAborted();
    if (!(error instanceof TidemarkError)) throw error;
    yield { code: error.code, status: "fail", message: error.message, hint: error.hint };
  }
}

/** That both ends are one place, or lie in each other, where they do: trying either would not tell. */
export function overlapOf(plan: FirstPlan, options: ReadOptions): Finding | undefined {
  const wrong = problemsOf(firstPlan(plan), { ...options, plan }).find(({ code }) => code === "ENDS_OVERLAP");
  return wrong && { code: wrong.code, status: "fail", message: wrong.message, hint: wrong.hint, isFinal: true };
}

/** A plan in which the place is an end, and the other end is one that nobody looks at. */
function planWith(location: FirstLocation, access: "read" | "write"): string {
  const other: FirstLocation =
    location.kind === "postgres"
      ? { kind: "postgres", name: "elsewhere", url: "postgres://elsewhere.invalid/none" }
      : { kind: "directory", name: "elsewhere", path: "/dev/null/none" };
  return firstPlan({ name: "first", ...(access === "read" ? { from: location, to: other } : { from: other, to: location }) });
}

function endOf({ syncs }: SyncPlan, access: "read" | "write"): ObjectEnd | { readonly location: PostgresLocation } {
  const [sync] = syncs;
  if (sync === undefined) throw new Error("A plan of ours has no sync.");
  return access === "read" ? sync.from : sync.to;
}

async function* tryStore(end: ObjectEnd, { access, signal }: TryOptions): AsyncGenerator<Finding> {
  const { openWriteStore } = await import("../../objects/stores/open-store.ts");
  const store = await openWriteStore(end, { emit: () => {}, ownPaths: [], isDestination: access === "write" });
  try {
    yield* store.check(access, signal);
  } finally {
    await store.close();
  }
}

async function* tryDatabase(location: PostgresLocation, { access, env, signal }: TryOptions): AsyncGenerator<Finding> {
  const [{ resolveConnection }, { openSession }, { openIfThere, openMaintenance }] = await Promise.all([
    import("../../postgres/connect/options.ts"),
    import("../../postgres/connect/session.ts"),
    import("../../postgres/ends.ts"),
  ]);
  const connection = await resolveConnection(location, { env });
  const own = access === "write" ? await openIfThere(connection, { signal }) : await openSession(connection, { signal });
  const session = own ?? (await openMaintenance(connection));
  try {
    const where = `PostgreSQL ${Math.floor(session.version / 10_000)} at ${session.host}, as ${session.user}`;
    if (own === undefined)
      yield {
        code: "DATABASE_MISSING",
        status: "pass",
        message: `${where}. The database ${connection.database} is not there yet; it is created.`,
        hint: undefined,
      };
    else yield { code: "DATABASE_CONNECT", status: "pass", message: `${where}, database ${session.database}.`, hint: undefined };
    if (access === "write" && session.isStandby) {
      yield { code: "DESTINATION_READ_ONLY", status: "fail", message: "Nothing can be written there: it is a standby.", hint: "Name the primary." };
    }
  } finally {
    await session.close();
  }
}
