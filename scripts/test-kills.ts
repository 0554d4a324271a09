/** Kills the built CLI at random instants, many times, and looks at what is left: `npm run test:kills`. Minutes, not seconds. */
import { build, runVitest } from "./support/vitest.ts";

process.exitCode = (await build()) ? (await runVitest("kills", ["--project", "kills", ...process.argv.slice(2)])).code : 1;
