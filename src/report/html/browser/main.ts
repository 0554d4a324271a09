/** What a report's page does once it is opened. Everything that it says in words stands in the page already. */
import { DATA_ID, type PageData } from "../page-data.ts";
import { drawCharts } from "./charts.ts";
import { makeDetail } from "./detail.ts";
import { required } from "./dom.ts";
import { allowStyleAttributes } from "./policy.ts";
import { startTable } from "./start-table.ts";
import { Rows } from "./rows.ts";
import { startTheme } from "./theme.ts";

allowStyleAttributes();
// SAFETY: written by Tidemark into the same page.
const data = JSON.parse(required(DATA_ID).textContent) as PageData;
const theme = startTheme();
const place = document.getElementById("rows");
const rows = new Rows(data);
if (place) startTable({ place, data, rows, showDetail: makeDetail(data) });
// The table is what waits: pictures are drawn after the first frame.
requestAnimationFrame(() =>
  setTimeout(() => {
    drawCharts(data, theme);
    readOn();
  }),
);

/** Reads the rest of the rows a piece at a time, so that a search need not. */
function readOn(): void {
  setTimeout(() => rows.readOne() && readOn());
}
