import type { PostgresSync } from "../../core/sync-plan.ts";
import type { Session } from "../connect/session.ts";
import type { SelectedObjects } from "./select.ts";

/** What a check of the source alone looks at. */
export interface SourceScope {
  readonly sync: PostgresSync;
  readonly source: Session;
  readonly selected: SelectedObjects;
}

/** What a check of the destination alone looks at. */
export interface DestinationScope {
  readonly sync: PostgresSync;
  /** undefined: the database does not exist yet. */
  readonly destination: Session | undefined;
  /** On the destination's server, whatever the database. */
  readonly server: Session;
}

export interface BothScope extends SourceScope, DestinationScope {
  readonly existing: readonly ExistingObject[] | undefined;
}

/** An object that is selected and whose name is taken at the destination already. */
export interface ExistingObject {
  /** Of its action, e.g. `table public.users`. */
  readonly key: string;
  readonly identical: boolean;
}

/** How an end is called in a check's subject. */
export function sourceName({ sync }: Pick<SourceScope, "sync">): string {
  return `${sync.from.location.name} (source)`;
}

export function destinationName({ sync }: Pick<SourceScope, "sync">): string {
  return `${sync.to.location.name} (destination)`;
}

/** Major version of a session's server. */
export function majorOf({ version }: Pick<Session, "version">): number {
  return version >= 100_000 ? Math.floor(version / 10_000) : Math.floor(version / 100) / 100;
}
