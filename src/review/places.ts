import { posix } from "node:path";
import type { OutlinePart } from "../plan-file/outline.ts";
import { saidIn } from "./change.ts";

/** Where an end of a sync is, as far as the plan's text tells. */
export interface EndPlace {
  /** For people. */
  readonly shown: string;
  /** Equal where two are the same place. */
  readonly identity: string;
  /** The store, and what its keys begin with: to tell whether one place lies in another. */
  readonly store: string;
  readonly prefix: string;
}

/** Keys of a location that tell where it is. All others tell how it is reached and what is done there. */
export const PLACE_KEYS: Readonly<Record<string, ReadonlySet<string>>> = {
  s3: new Set(["bucket", "prefix", "endpoint"]),
  directory: new Set(["path", "prefix"]),
  database: new Set(["url", "host", "port", "database", "service"]),
};

/** @param location undefined where the plan has none of that name */
export function endPlace(sync: OutlinePart, end: "from" | "to", locations: ReadonlyMap<string, OutlinePart>): EndPlace {
  const name = saidIn(sync, end, "location");
  const location = typeof name.value === "string" ? locations.get(name.value) : undefined;
  const instead = INSTEAD.map((key) => [key, saidIn(sync, end, key)] as const).filter(([, said]) => said.setting !== undefined);
  const list = instead.map(([key, { shown }]) => `${key} ${shown}`).join(", ");
  if (location === undefined) {
    const shown = list === "" ? name.shown : list;
    return { shown, identity: `? ${shown}`, store: `? ${shown}`, prefix: "" };
  }
  const prefix = text(sync, end, "prefix");
  const place = location.kind === "database" ? databasePlace(location) : objectPlace(location, prefix);
  return list === "" ? place : { ...place, shown: `${list} of ${place.shown}`, identity: `${place.identity} ${list}`, store: `${place.store} ${list}` };
}

const INSTEAD = ["manifest", "inventory", "errorsOf", "urls"] as const;

function text(part: OutlinePart, ...path: readonly string[]): string {
  const said = saidIn(part, ...path);
  return said.setting?.shown ?? (typeof said.value === "string" || typeof said.value === "number" ? String(said.value) : "");
}

function objectPlace(location: OutlinePart, beneath: string): EndPlace {
  const prefix = text(location, "prefix") + beneath;
  if (location.kind === "directory") {
    const path = posix.normalize(text(location, "path")).replace(/(?<=.)\/$/, "");
    const whole = `${path === "/" ? "" : path}/${prefix}`;
    return {
      shown: `${text(location, "path").replace(/(?<=.)\/$/, "")}/${prefix}`.replace(/^\/\//, "/"),
      identity: `directory ${whole}`,
      store: "directory",
      prefix: whole,
    };
  }
  const endpoint = text(location, "endpoint").replace(/\/+$/, "");
  const bucket = text(location, "bucket");
  const store = `s3 ${endpoint.replace(/^https?:\/\//, "")} ${bucket}`;
  return { shown: `s3://${bucket}/${prefix}${endpoint === "" ? "" : ` at ${endpoint}`}`, identity: `${store}/${prefix}`, store, prefix };
}

const POSTGRES_URL = /^postgres(?:ql)?:\/\/(?:([^@/?#]*)@)?([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/i;

/** The parts of a connection URL, references and stars as they stand in it. undefined where it is a reference as a whole. */
export function urlParts(url: string): { readonly user: string; readonly host: string; readonly database: string; readonly options: string } | undefined {
  const found = POSTGRES_URL.exec(url);
  return found === null ? undefined : { user: found[1] ?? "", host: found[2] ?? "", database: found[3] ?? "", options: found[4] ?? "" };
}

function databasePlace(location: OutlinePart): EndPlace {
  const url = text(location, "url");
  const parts = urlParts(url);
  const service = text(location, "service");
  if (url !== "" && parts === undefined) return { shown: url, identity: `database ${url} ${service}`, store: `database ${url}`, prefix: "" };
  const host = parts === undefined ? `${text(location, "host")}:${text(location, "port")}` : /:\d+$/.test(parts.host) ? parts.host : `${parts.host}:5432`;
  const database = parts?.database || text(location, "database");
  const named = service === "" ? "" : `service ${service}`;
  const isNamed = url !== "" || text(location, "host") !== "";
  return {
    shown: isNamed ? `${host}/${database}${named === "" ? "" : ` (${named})`}` : `${named}${database === "" ? "" : ` ${database}`}`,
    identity: `database ${isNamed ? host : ""} ${database} ${service}`,
    store: `database ${host} ${database} ${service}`,
    prefix: "",
  };
}
