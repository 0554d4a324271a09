import { visible } from "../../../core/escape.ts";
import { formatBytes, formatCount } from "../../../core/units.ts";
import type { PageData } from "../page-data.ts";
import { sideBySide, type SideText } from "../side-by-side.ts";
import { element, required } from "./dom.ts";
import type { Rows } from "./rows.ts";
import { shownTime } from "./times.ts";

/** @returns shows all that is known of one row, over the page */
export function makeDetail(data: PageData): (rows: Rows, row: number) => void {
  const dialog = required("detail");
  if (!(dialog instanceof HTMLDialogElement)) throw new Error("#detail is no dialog");
  // A click beside it, as people expect.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  return (rows, row) => {
    dialog.replaceChildren(...contentOf(data, rows, row, () => dialog.close()));
    dialog.showModal();
    dialog.scrollTop = 0;
  };
}

function contentOf({ words, page }: PageData, rows: Rows, row: number, close: () => void): Node[] {
  const kind = rows.kind[row] ?? "";
  const action = rows.action[row] ?? "";
  const detail = rows.detail(row) ?? {};
  const button = element("button", { type: "button", class: "close" }, "Close");
  button.addEventListener("click", close);
  const { mark = "", word = kind } = words[kind] ?? {};
  const { replaced } = detail;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["Action", action === kind ? undefined : (words[action]?.word ?? action)],
    ["Sync", rows.sync[row]],
    ["Reason", rows.reason[row]],
    ["Rows", rows.rows[row] === 0 ? undefined : `about ${formatCount(rows.rows[row] ?? 0)}`],
    ["Size", rows.at[row] === -1 && rows.bytes[row] === 0 ? undefined : bothBytes(rows.bytes[row] ?? 0)],
    ["Last changed", rows.at[row] === -1 ? undefined : `${shownTime(rows.at[row] ?? -1)} UTC`],
    [
      "Replaces",
      replaced &&
        [replaced.bytes === undefined ? "" : bothBytes(replaced.bytes), replaced.at === undefined ? "" : `of ${shownTime(replaced.at)} UTC`].join(" ").trim(),
    ],
    ["Tried", detail.startedAt === undefined ? undefined : `${shownTime(detail.startedAt)} to ${shownTime(detail.finishedAt ?? -1)} UTC`],
    ["Owner", detail.owner],
    ["Only rows where", detail.where],
    ["Columns", detail.columns?.join(", ")],
  ];
  return [
    element(
      "div",
      { class: "detail-head" },
      element("span", { class: `pill of-${kind}` }, element("span", { class: "mark", "aria-hidden": "true" }, mark), word),
      element("h2", { id: "detail-title" }, visible(rows.key[row] ?? "")),
      button,
    ),
    element(
      "dl",
      { class: "detail-facts" },
      ...facts.flatMap(([name, value]) => (value === undefined || value === "" ? [] : [element("dt", {}, name), element("dd", {}, visible(value))])),
    ),
    ...(detail.message === undefined ? [] : [element("p", { class: "message" }, visible(detail.message))]),
    ...(detail.hint === undefined ? [] : [element("p", { class: "hint" }, visible(detail.hint))]),
    ...(detail.difference === undefined || detail.difference === "" ? [] : [element("h3", {}, "How the definitions differ"), sides(detail.difference, page)]),
    ...(detail.ddl === undefined ? [] : [element("h3", {}, "Definition"), element("pre", { tabindex: 0 }, shownLines(detail.ddl))]),
    ...(detail.isCut === true ? [element("p", { class: "note" }, "A part of it is left out of this page.")] : []),
  ];
}

function bothBytes(bytes: number): string {
  return bytes < 1000 ? formatBytes(bytes) : `${formatBytes(bytes)} (${formatCount(bytes)} bytes)`;
}

function sides(difference: string, page: PageData["page"]): HTMLElement {
  const body = element("tbody");
  for (const { before, after, isSame } of sideBySide(difference))
    body.append(element("tr", {}, ...cells(before, isSame, "gone", "-"), ...cells(after, isSame, "come", "+")));
  return element(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": "Difference of the definitions" },
    element(
      "table",
      { class: "sides" },
      element("colgroup", {}, element("col", { class: "sign" }), element("col"), element("col", { class: "sign" }), element("col")),
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          element("th", { scope: "col", colspan: 2 }, page === "comparison" ? "Destination" : "Destination, as it is"),
          element("th", { scope: "col", colspan: 2 }, "Source"),
        ),
      ),
      body,
    ),
  );
}

function cells(side: SideText | undefined, isSame: boolean, change: "gone" | "come", mark: string): HTMLElement[] {
  if (!side) return [element("td", { class: "sign" }), element("td", { class: "void" })];
  if (isSame) return [element("td", { class: "sign" }), element("td", {}, shownLines(side.text))];
  const { text, from, to } = side;
  const parts =
    to > from ? [shownLines(text.slice(0, from)), element("mark", {}, shownLines(text.slice(from, to))), shownLines(text.slice(to))] : [shownLines(text)];
  return [element("td", { class: `sign ${change}` }, mark), element("td", { class: change }, ...parts)];
}

/** Line breaks break lines, tabs indent; all else that would not be seen is escaped. */
function shownLines(text: string): string {
  return text
    .split("\n")
    .map((line) => visible(line.replaceAll("\t", "    ")))
    .join("\n");
}
