import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** A Chromium of this machine: what `CHROMIUM` names, or one in the PATH. @returns undefined where there is none */
export function findChromium(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  const named = env["CHROMIUM"];
  const folders = [...(env["PATH"] ?? "").split(delimiter), "/usr/bin"];
  const places = named === undefined || named === "" ? folders.flatMap((folder) => NAMES.map((name) => join(folder, name))) : [named];
  return places.find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
