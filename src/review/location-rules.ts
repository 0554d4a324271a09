import type { OutlinePart } from "../plan-file/outline.ts";
import { change, type Change, changesBetween, danger, graded, isOpen, isRash, maybe, note, placed, type Remark, type Said, saidIn } from "./change.ts";
import { type ReviewFinding, say, type Sentence } from "./finding.ts";
import { PLACE_KEYS, urlParts } from "./places.ts";
import { nowAndBefore } from "./sync-context.ts";

/** A location that both plans have, under a name each. */
export interface LocationPair {
  readonly before: OutlinePart;
  readonly after: OutlinePart;
  /** Where a sync says that the place is another, it need not be said again. */
  readonly isUsed: boolean;
}

/** What changed about how a location is reached, and what is done there. */
export function locationFindings({ before, after, isUsed }: LocationPair): ReviewFinding[] {
  const found: ReviewFinding[] = [];
  const credentials: Change[] = [];
  for (const changed of changesBetween(before, after)) {
    if (isCredential(changed, after)) credentials.push(changed);
    for (const remark of remarksOn(changed, { before, after, isUsed })) {
      if (isRash(remark, changed)) continue;
      found.push(placed(remark, { place: changed.place, side: changed.side, anchor: changed.anchor, sync: undefined, location: after.name }));
    }
  }
  const [first] = credentials.toSorted((a, b) => Number(a.side === "base") - Number(b.side === "base"));
  const [was, is] = [signerOf(before), signerOf(after)];
  if (first === undefined) return found;
  const sentence = [
    ...say`${after.name} is reached `,
    ...is,
    ...(sameText(was, is) ? say`, by another secret or certificate` : [", and was reached ", ...was]),
    ...say`: other rights may hold there.`,
  ];
  return [...found, placed(change("CREDENTIALS_CHANGED", sentence), { ...pick(first), sync: undefined, location: after.name })];
}

function pick({ place, side, anchor }: Change) {
  return { place, side, anchor };
}

function sameText(a: Sentence, b: Sentence): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function isCredential({ path, before, after }: Change, { kind }: OutlinePart): boolean {
  const [first = ""] = path;
  if (kind === "database") {
    if (first === "url") {
      const [was, is] = [urlParts(before.shown), urlParts(after.shown)];
      return was !== undefined && is !== undefined && (was.user !== is.user || sameParts(was, is));
    }
    return ["user", "password", "certFile", "keyFile"].includes(first);
  }
  return first === "credentials";
}

/** Only what is not shown differs: a password. */
function sameParts(a: NonNullable<ReturnType<typeof urlParts>>, b: NonNullable<ReturnType<typeof urlParts>>): boolean {
  return a.user === b.user && a.host === b.host && a.database === b.database && a.options === b.options;
}

function signerOf(location: OutlinePart): Sentence {
  const said = (...path: readonly string[]) => saidIn(location, ...path).setting?.shown;
  if (location.kind === "database") {
    const user = urlParts(said("url") ?? "")?.user || said("user");
    const password = said("password");
    return [...(user === undefined ? ["as the default user"] : say`as ${user}`), ...(password === undefined ? [] : say` with ${password}`)];
  }
  const [profile, key, role] = [said("credentials", "profile"), said("credentials", "accessKeyId"), said("credentials", "assumeRole", "roleArn")];
  if (said("credentials", "anonymous") !== undefined) return ["without credentials"];
  if (key !== undefined) return say`with the key ${key}`;
  if (role !== undefined) return say`as the role ${role}`;
  return profile === undefined ? ["with the machine's own credentials"] : say`with the profile ${profile}`;
}

function remarksOn(changed: Change, pair: LocationPair): readonly Remark[] {
  const { path, after, before } = changed;
  const { name, kind } = pair.after;
  const [first = ""] = path;
  const found: Remark[] = [];
  if (first === "endpoint" && isPlain(after) && !isPlain(before))
    found.push(danger("PROTECTION_DROPPED", say`${name} is now reached without TLS: ${after.shown}.`));
  if (first === "sslmode" || (first === "url" && sslmodeOf(before) !== sslmodeOf(after))) found.push(sslmode(changed, name));
  const rule = RULES[first];
  if (rule !== undefined) found.push(rule(changed, name));
  if (found.length > 0 || isCredential(changed, pair.after)) return found;
  if (PLACE_KEYS[kind]?.has(first)) return pair.isUsed ? [] : [note("LOCATION_CHANGED", moved(changed, name))];
  if (SPEED.has(first)) return [note("SPEED_CHANGED", [...say`Of ${name}, `, ...nowAndBefore(changed)])];
  return [change("LOCATION_CHANGED", [...say`Of ${name}, `, ...nowAndBefore(changed)])];
}

function moved(changed: Change, name: string): Sentence {
  return [...say`No sync uses ${name}. `, ...nowAndBefore(changed)];
}

function isPlain({ shown, setting }: Said): boolean {
  return setting !== undefined && shown.startsWith("http://");
}

const SSLMODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

function sslmodeOf({ shown }: Said): string | undefined {
  return /(?:^|&)sslmode=([^&]*)/.exec(urlParts(shown)?.options ?? "")?.[1];
}

function sslmode(changed: Change, name: string): Remark {
  const [was, is] = [changed.before, changed.after].map((said) => (changed.path[0] === "url" ? (sslmodeOf(said) ?? "prefer") : String(said.value)));
  const isWeaker = SSLMODES.indexOf(is ?? "") < SSLMODES.indexOf(was ?? "") || isOpen(changed.after);
  const sentence = say`sslmode is now ${is ?? ""}, and was ${was ?? ""}.`;
  return isWeaker
    ? danger("PROTECTION_DROPPED", [...say`The connection to ${name} is protected less: `, ...sentence])
    : change("PROTECTION_ADDED", [...say`The connection to ${name} is protected more: `, ...sentence]);
}

const SPEED: ReadonlySet<string> = new Set(["timeouts", "maxSockets", "connectTimeout", "statementTimeout", "lockTimeout", "ordered"]);

const RULES: Readonly<Record<string, (changed: Change, name: string) => Remark>> = {
  mount: (changed, name) =>
    changed.after.setting === undefined
      ? danger("PROTECTION_DROPPED", say`${name} is no longer refused where ${changed.before.shown} is not mounted there: an unmounted share looks empty.`)
      : change("PROTECTION_ADDED", [...say`${name} is refused where something else is mounted: `, ...nowAndBefore(changed)]),
  symlinks: (changed, name) =>
    maybe(changed.after, "follow")
      ? danger("SCOPE_WIDER", say`Symbolic links of ${name} are now followed: what they point to takes part.`)
      : change(changed.before.value === "follow" ? "SCOPE_NARROWER" : "SCOPE_CHANGED", [
          ...say`Symbolic links of ${name} are treated otherwise: `,
          ...nowAndBefore(changed),
        ]),
  encryption: (changed, name) =>
    graded(changed.after.setting === undefined, changed.after.setting === undefined ? "PROTECTION_DROPPED" : "COPIES_CHANGED", [
      ...say`What is written to ${name} is encrypted otherwise: `,
      ...nowAndBefore(changed),
    ]),
  requesterPays: (changed, name) =>
    maybe(changed.after, true)
      ? change("LOCATION_CHANGED", say`Whoever runs the plan now pays for requests and transfer of ${name}.`)
      : change("LOCATION_CHANGED", say`Whoever runs the plan no longer agrees to pay for ${name}.`),
};
