import type { Changeset } from "../changeset/changeset.ts";
import type { Emit } from "../core/events.ts";
import type { SyncPlan } from "../core/sync-plan.ts";
import type { Messages } from "../report/messages.ts";
import { type Sample, Timeline, writeSamples } from "../report/progress/timeline.ts";
import { keepChangeset } from "./kept-changesets.ts";
import { stateFolder } from "./plan-source.ts";

/** Remembers of a run what its report will need: how it went over time, and what it applied. */
export interface RunRecording {
  /** Listens beside whoever shows it. */
  readonly emit: Emit;
  /** What the state keeps with the run. Asked for when it ends. */
  notes(): string;
  samples(): readonly Sample[];
}

export interface RunRecordingOptions {
  readonly changeset: Changeset;
  readonly plan: SyncPlan;
  /** `--state`. */
  readonly state: string | undefined;
  readonly messages: Messages;
  readonly emit: Emit;
}

export function recordRun({ changeset, plan, state, messages, emit }: RunRecordingOptions): RunRecording {
  const timeline = new Timeline();
  // Told once: what the state keeps and what a page shows at once are the same.
  let samples: readonly Sample[] | undefined;
  const end = () => (samples ??= timeline.samples());
  const folder = stateFolder(plan, state);
  return {
    emit(event) {
      timeline.take(event);
      if (event.type === "runStarted" && folder !== undefined) {
        try {
          keepChangeset(folder, event.run, changeset.path);
        } catch (error) {
          // Its report will have no names of what went well, and the run is none the worse for it.
          messages.debug(`The changeset could not be kept for the run's report: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      emit(event);
    },
    notes: () => writeSamples(end()),
    samples: end,
  };
}
