/** What a program needs to be found, loaded and to have temporary files; nothing that tells a secret. */
const PASSED = [
  "PATH",
  "HOME",
  "TMPDIR",
  "LD_LIBRARY_PATH",
  "DYLD_LIBRARY_PATH",
  "DYLD_FALLBACK_LIBRARY_PATH",
  "SYSTEMROOT",
  "SYSTEMDRIVE",
  "PATHEXT",
  "TEMP",
  "TMP",
  "USERPROFILE",
];

/**
 * Variables for a pg_dump. None of our own with a secret, and no `PG*`, which would lead it elsewhere than
 * to the session it is lent. Its messages are read: they are in English.
 */
export function childEnvironment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const passed = PASSED.map((name) => [name, process.env[name]] as const).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(passed), LC_ALL: "C", PG_COLOR: "never", ...more };
}
