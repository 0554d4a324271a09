/**
 * Builds the CLI and runs the tests that need Node and npm only: `npm test [-- FILTER…]`.
 * Further arguments go to vitest.
 */
import { build, runVitest } from "./support/vitest.ts";

process.exitCode = (await build())
  ? (await runVitest("test", ["--project", "unit", "--project", "postgres", "--project", "e2e", "--project", "screens", ...process.argv.slice(2)])).code
  : 1;
