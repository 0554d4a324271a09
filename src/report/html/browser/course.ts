import { formatByteRate, formatCount, formatDuration } from "../../../core/units.ts";
import type { CourseData } from "../page-data.ts";
import { axisAmount, type ChartLook, tip, tooltipStyle } from "./chart-look.ts";

/** Bytes a second above, items a second in the middle, what went wrong below; one axis of time for all. */
export function courseOption({ at, bytes, items, problems, retries }: CourseData, look: ChartLook) {
  const text = { color: look.faint, fontFamily: look.font, fontSize: 12 };
  const hasTrouble = [...problems, ...retries].some((value) => value > 0);
  const panels = [
    { name: "bytes a second", measure: "bytes" as const, top: 30, height: 110 },
    { name: "items a second", measure: "items" as const, top: 182, height: 70 },
    ...(hasTrouble ? [{ name: "problems and retries", measure: "items" as const, top: 294, height: 46 }] : []),
  ];
  const area = (values: readonly number[], kind: string, panel: number) => ({
    type: "line" as const,
    xAxisIndex: panel,
    yAxisIndex: panel,
    data: [[0, 0], ...points(at, values)],
    step: "start" as const,
    showSymbol: false,
    lineStyle: { color: look.color(kind), width: 1.5 },
    itemStyle: { color: look.color(kind) },
    areaStyle: { color: look.color(kind), opacity: 0.22 },
  });
  const bar = (values: readonly number[], kind: string) => ({
    type: "bar" as const,
    xAxisIndex: 2,
    yAxisIndex: 2,
    stack: "trouble",
    data: points(at, values),
    barMinWidth: 3,
    barMaxWidth: 10,
    itemStyle: { color: look.color(kind) },
  });
  return {
    animation: false,
    axisPointer: { link: [{ xAxisIndex: "all" as const }], lineStyle: { color: look.faint } },
    tooltip: {
      ...tooltipStyle(look),
      trigger: "axis" as const,
      formatter: (params: unknown) => {
        const n = nearest(at, timeOf(params));
        return tip(`after ${formatDuration(at[n] ?? 0)}`, [
          { kind: "throughput", name: "bytes a second", value: formatByteRate(bytes[n] ?? 0) },
          { kind: "applied", name: "items a second", value: formatCount(items[n] ?? 0) },
          { kind: "failed", name: "problems", value: formatCount(problems[n] ?? 0) },
          { kind: "stale", name: "retries", value: formatCount(retries[n] ?? 0) },
        ]);
      },
    },
    grid: panels.map(({ top, height }) => ({ left: 74, right: 18, top, height })),
    xAxis: panels.map((_, panel) => ({
      type: "value" as const,
      gridIndex: panel,
      min: 0,
      max: at.at(-1) ?? 0,
      axisLine: { lineStyle: { color: look.line } },
      axisTick: { show: false },
      splitLine: { show: false },
      axisLabel: { ...text, show: panel === panels.length - 1, hideOverlap: true, showMaxLabel: false, formatter: (ms: number) => formatDuration(ms) },
    })),
    yAxis: panels.map(({ name, measure }, panel) => ({
      type: "value" as const,
      gridIndex: panel,
      name,
      nameGap: 10,
      nameTextStyle: { ...text, align: "left" as const },
      axisLine: { show: false },
      axisTick: { show: false },
      splitNumber: 2,
      minInterval: measure === "items" ? 1 : 0,
      splitLine: { lineStyle: { color: look.line } },
      axisLabel: { ...text, formatter: (value: number) => axisAmount(measure, value) },
    })),
    series: [area(bytes, "throughput", 0), area(items, "applied", 1), ...(hasTrouble ? [bar(problems, "failed"), bar(retries, "stale")] : [])],
  };
}

function points(at: readonly number[], values: readonly number[]): [number, number][] {
  return at.map((ms, n) => [ms, values[n] ?? 0]);
}

/** Where the pointer stands, as the library tells it. */
function timeOf(params: unknown): number {
  const first: unknown = Array.isArray(params) ? params[0] : params;
  if (typeof first !== "object" || first === null || !("axisValue" in first)) return 0;
  return Number(first.axisValue);
}

function nearest(at: readonly number[], time: number): number {
  const found = at.findIndex((ms) => ms >= time);
  return found === -1 ? at.length - 1 : found;
}
