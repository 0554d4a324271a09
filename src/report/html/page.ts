import { contentPolicy, type PageAssets } from "./assets.ts";
import { ChunkWriter, type PageRow } from "./chunks.ts";
import { markup, Markup, scriptJson } from "./markup.ts";
import { DATA_ID, PAGE_MARKER, type PageData } from "./page-data.ts";
import { tableSection, type TableWords } from "./table-section.ts";

export interface Page {
  /** Of the window: `nightly · plan`. */
  readonly title: string;
  /** What kind of report it is: `Plan`. */
  readonly kicker: string;
  readonly heading: string;
  /** The sentence that counts. */
  readonly verdict: Markup;
  /** Facts beneath it, such as the plan's identity. */
  readonly facts: readonly (readonly [name: string, value: Markup])[];
  /** Parts with a heading each, also named in the navigation. */
  readonly sections: readonly PageSection[];
  readonly data: PageData;
  readonly table: TableWords;
  /** Rows for the table, those that matter most first. As many are taken as there is room for. */
  rows(): AsyncIterable<PageRow>;
  /** Rows that there are, those that `rows` would give beyond what is taken among them. Asked when these are written. */
  total(): number;
  readonly tidemark: string;
}

export interface PageSection {
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='8' fill='%23125e70'/%3E%3Cpath d='M5 13q5.5-5 11 0t11 0M5 21q5.5-5 11 0t11 0' fill='none' stroke='%23fff' stroke-width='3' stroke-linecap='round'/%3E%3C/svg%3E";

/**
 * Writes a page in pieces: what it says first, then the rows, then the script that brings it to life.
 * Holds a piece at a time, however many rows there are.
 */
export async function writePage(page: Page, assets: PageAssets, write: (text: string) => Promise<void>): Promise<void> {
  await write(`${PAGE_MARKER}${head(page, assets)}${opening(page)}`);
  for (const { id, title, body } of page.sections)
    await write(markup`<section id="${id}" aria-labelledby="${id}-title">\n<h2 id="${id}-title">${title}</h2>\n${body}\n</section>\n`.text);
  const chunks = new ChunkWriter(write);
  for await (const row of page.rows()) if (!(await chunks.add(row))) break;
  await chunks.flush();
  await write(
    tableSection({
      ...page.table,
      columns: page.data.columns,
      listed: chunks.listed,
      kinds: chunks.kinds,
      total: page.total(),
      textsLeftOut: chunks.textsLeftOut,
    }).text,
  );
  await write(closing(page, assets));
}

function head({ title }: Page, assets: PageAssets): string {
  return markup`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(contentPolicy(assets))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="${new Markup(ICON)}">
<style>${new Markup(assets.style)}</style>
</head>
`.text;
}

function opening({ kicker, heading, verdict, facts, sections, table }: Page): string {
  const parts = [...sections, { id: "table", title: table.title }];
  return markup`<body>
<a class="skip" href="#main">Skip to the report</a>
<header class="top">
<div class="bar">
<p class="brand"><span class="brand-mark" aria-hidden="true"></span>Tidemark <span class="brand-kind">${kicker}</span></p>
<nav aria-label="Parts of this report"><ul>${parts.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<div class="theme" role="group" aria-label="Theme" hidden><button type="button" data-theme-choice="auto" aria-pressed="true">Auto</button><button type="button" data-theme-choice="light" aria-pressed="false">Light</button><button type="button" data-theme-choice="dark" aria-pressed="false">Dark</button></div>
</div>
</header>
<main id="main" tabindex="-1">
<div class="lead">
<h1>${heading}</h1>
<p class="verdict">${verdict}</p>
<dl class="facts">${facts.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
</div>
`.text;
}

function closing({ data, tidemark }: Page, { script }: PageAssets): string {
  return markup`</main>
<footer><p>Written by Tidemark ${tidemark}. This page is whole in itself: it asks nothing of any network, and holds no secret that Tidemark knows of.</p></footer>
<dialog id="detail" aria-labelledby="detail-title"></dialog>
<script type="application/json" id="${DATA_ID}">${new Markup(scriptJson(data))}</script>
<script>${new Markup(script)}</script>
</body>
</html>
`.text;
}
