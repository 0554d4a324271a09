/** Every kind of database object, each with data, on every pair of majors: `npm run test:databases`. Takes minutes. */
import { build, runVitest } from "./support/vitest.ts";

process.exitCode = (await build()) ? (await runVitest("databases", ["--project", "databases", ...process.argv.slice(2)])).code : 1;
