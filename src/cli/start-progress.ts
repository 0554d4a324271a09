import { makeProgress, type Progress, type ProgressMode } from "../report/progress/progress.ts";
import type { Context } from "./context.ts";

/**
 * Begins to show how far the work is.
 *
 * `auto` is a live line in a terminal and a line every ten seconds elsewhere; with `--json`, events
 * among the data. `json` without `--json` puts the events on stderr.
 */
export function startProgress(context: Context, asked: "auto" | ProgressMode): Progress {
  const { host, out, err, messages, json } = context;
  // A live line or an event is worth nothing when it comes with the next piece of output.
  const flush = () => {
    void err.flush();
    if (json) void out.flush();
  };
  const columns = host.stderr.columns ?? 80;
  const mode = asked !== "auto" ? asked : json ? "json" : host.stderr.isTTY === true ? "tty" : "plain";
  const target = json ?? { line: (value: object) => err.line(JSON.stringify(value)) };
  return makeProgress({ mode, messages, json: target, flush, columns });
}
