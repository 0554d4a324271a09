import { BarChart, LineChart, TreemapChart } from "echarts/charts";
import { AxisPointerComponent, GridComponent, TooltipComponent } from "echarts/components";
import { type EChartsType, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { BarsData, ChartData, CourseData, Measure, PageData, TreemapData } from "../page-data.ts";
import { barsOption } from "./bars.ts";
import { type ChartLook, lookOf } from "./chart-look.ts";
import { courseOption } from "./course.ts";
import { measureButtons } from "./measures.ts";
import type { Theme } from "./theme.ts";
import { TreeWalk } from "./tree-walk.ts";
import { chosenNode, treemapOption } from "./treemap.ts";

/** CSS pixels of a bar that lies, and of what stands around them. */
const LYING_BAR = 26;
const LYING_REST = 64;

/** Draws the page's pictures, again where their size or their colours change. */
export function drawCharts({ charts, words }: PageData, theme: Theme): void {
  use([BarChart, LineChart, TreemapChart, GridComponent, TooltipComponent, AxisPointerComponent, SVGRenderer]);
  for (const data of charts) {
    const place = document.getElementById(data.id);
    if (!place) continue;
    if (data.type === "bars" && data.lying) place.style.height = `${LYING_REST + LYING_BAR * data.categories.length}px`;
    const chart = init(place, undefined, { renderer: "svg" });
    const draw = start(data, { chart, place, look: () => lookOf(words) });
    draw();
    theme.onChange(() => fit(chart, place, draw));
    new ResizeObserver(() => chart.resize()).observe(place);
  }
}

interface Place {
  readonly chart: EChartsType;
  readonly place: HTMLElement;
  /** As the colours are now. */
  look(): ChartLook;
}

/** @returns draws the picture as it is to look now */
function start(data: ChartData, place: Place): () => void {
  if (data.type === "treemap") return startTreemap(data, place);
  return data.type === "bars" ? startBars(data, place) : startCourse(data, place);
}

function startBars(data: BarsData, { chart, place, look }: Place): () => void {
  const measures = data.measures.map(({ measure }) => measure);
  let [measure = "items"] = measures;
  const draw = () => chart.setOption(barsOption(data, measure, look()), { notMerge: true });
  measureButtons(place, measures, (chosen) => {
    measure = chosen;
    draw();
  });
  return draw;
}

function startTreemap({ nodes }: TreemapData, { chart, place, look }: Place): () => void {
  const hasBytes = nodes.some(({ amounts }) => Object.values(amounts).some(({ bytes }) => bytes > 0));
  const measures: Measure[] = hasBytes ? ["bytes", "items"] : ["items"];
  let measure: "bytes" | "items" = hasBytes ? "bytes" : "items";
  const walk = new TreeWalk(nodes, () => draw());
  const draw = () => chart.setOption(treemapOption({ nodes: walk.nodes, above: walk.path, measure, look: look() }), { notMerge: true });
  chart.on("click", (params) => {
    const chosen = chosenNode(params);
    if (chosen) walk.into(chosen.node, chosen.path);
  });
  place.after(walk.element);
  measureButtons(place, measures, (chosen) => {
    measure = chosen === "bytes" ? "bytes" : "items";
    draw();
  });
  return draw;
}

function startCourse(data: CourseData, { chart, look }: Place): () => void {
  return () => chart.setOption(courseOption(data, look()), { notMerge: true });
}

/** Paper has another width, and no time to wait for an observer. */
function fit(chart: EChartsType, place: HTMLElement, draw: () => void): void {
  chart.resize({ width: place.clientWidth, height: place.clientHeight });
  draw();
}
