import type { PostgresSync } from "../core/sync-plan.ts";
import type { CompareContext, ComparePage, PlanContext } from "../driver/sync-driver.ts";
import type { ItemRecord } from "../state/state-store.ts";
import type { Ends } from "./ends.ts";

export async function* compareDatabase(_sync: PostgresSync, _ends: Ends, _context: CompareContext): AsyncGenerator<ComparePage> {}

export async function* rebuildDatabase(_sync: PostgresSync, _ends: Ends, _context: PlanContext): AsyncGenerator<readonly ItemRecord[]> {}
