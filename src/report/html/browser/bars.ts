import { visible } from "../../../core/escape.ts";
import type { BarsData, Measure } from "../page-data.ts";
import { amount, axisAmount, type ChartLook, tip, tooltipStyle } from "./chart-look.ts";

const LONGEST_LABEL = 28;
/** Up to here each bar has its label. */
const MOST_LABELS = 12;

export function barsOption({ lying, categories, measures }: BarsData, measure: Measure, look: ChartLook) {
  const series = measures.find((each) => each.measure === measure)?.series ?? [];
  const text = { color: look.faint, fontFamily: look.font, fontSize: 12 };
  const names = {
    type: "category" as const,
    data: [...categories],
    inverse: lying,
    axisLine: { lineStyle: { color: look.line } },
    axisTick: { show: false },
    axisLabel: {
      ...text,
      color: look.text,
      hideOverlap: true,
      ...(categories.length <= MOST_LABELS && { interval: 0 }),
      formatter: (name: string) => visible(name, { maxLength: LONGEST_LABEL }),
    },
  };
  const values = {
    type: "value" as const,
    minInterval: 1,
    splitNumber: 4,
    splitLine: { lineStyle: { color: look.line } },
    axisLabel: { ...text, hideOverlap: true, formatter: (value: number) => axisAmount(measure, value) },
  };
  return {
    animation: false,
    grid: { left: 4, right: 18, top: 14, bottom: 4, containLabel: true },
    xAxis: lying ? values : names,
    yAxis: lying ? names : values,
    tooltip: {
      ...tooltipStyle(look),
      trigger: "axis" as const,
      axisPointer: { type: "shadow" as const, shadowStyle: { color: look.line, opacity: 0.5 } },
      formatter: (params: unknown) => {
        const at = placeOf(params);
        const lines = series.flatMap(({ kind, values: all }) =>
          (all[at] ?? 0) > 0 ? [{ kind, name: look.word(kind), value: amount(measure, all[at] ?? 0) }] : [],
        );
        return tip(categories[at] ?? "", lines);
      },
    },
    series: series.map(({ kind, values: all }) => ({
      type: "bar" as const,
      name: look.word(kind),
      stack: "all",
      data: [...all],
      barMaxWidth: lying ? 16 : 44,
      barCategoryGap: "25%",
      cursor: "default",
      itemStyle: { color: look.color(kind), borderColor: look.surface, borderWidth: 1 },
    })),
  };
}

/** Which category the library means: it gives one object a series. */
function placeOf(params: unknown): number {
  const first: unknown = Array.isArray(params) ? params[0] : params;
  return typeof first === "object" && first !== null && "dataIndex" in first && typeof first.dataIndex === "number" ? first.dataIndex : -1;
}
