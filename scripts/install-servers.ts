/** Finds or installs the real S3 servers to test against: `node scripts/install-servers.ts`. */
import { findOrInstall, type FoundProgram, type GoProgram } from "./support/go-programs.ts";

const SERVERS: readonly GoProgram[] = [
  { name: "minio", variable: "TIDEMARK_MINIO", module: "github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c" },
  { name: "versitygw", variable: "TIDEMARK_VERSITYGW", module: "github.com/versity/versitygw/cmd/versitygw@v1.8.0" },
];

export async function installServers(): Promise<readonly FoundProgram[]> {
  const found: FoundProgram[] = [];
  // One after the other: two compilers at once would take the memory of a small machine.
  for (const server of SERVERS) found.push(await findOrInstall(server));
  return found;
}

if (import.meta.main) {
  for (const { name, path, reason } of await installServers()) process.stdout.write(`${name}: ${path ?? `SKIPPED, ${reason}`}\n`);
}
