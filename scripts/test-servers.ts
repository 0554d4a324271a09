/**
 * Runs the store conformance suite and the end-to-end paths against MinIO and versitygw: `npm run test:servers`.
 * A server that cannot be had here is said and counted as skipped.
 */
import { installServers } from "./install-servers.ts";
import { writeResult } from "./support/results.ts";
import { build, runVitest } from "./support/vitest.ts";

const servers = await installServers();
const missing = servers.filter((server) => server.path === undefined);
for (const { name, reason } of missing) process.stdout.write(`SKIPPED: ${name}: ${reason}\n`);

if (missing.length === servers.length) {
  await writeResult("servers", { passed: 0, failed: 0, skipped: missing.length });
} else if (await build()) {
  const environment = Object.fromEntries(servers.flatMap(({ variable, path }) => (path === undefined ? [] : [[variable, path]])));
  const { code, ...result } = await runVitest("servers", ["--project", "servers", ...process.argv.slice(2)], { environment });
  await writeResult("servers", { ...result, skipped: result.skipped + missing.length });
  process.exitCode = code;
} else {
  process.exitCode = 1;
}
