/** Pictures as SVG by ECharts without a browser, readable on light and on dark pages. */
import type { EChartsCoreOption } from "npm:echarts@6.1.0/core";
import { importPackage } from "../../core/io/packages.ts";

/** The colours of pictures, as they are on a light page and on a dark one. */
export const colours = {
  page: { light: "#ffffff", dark: "#0d1117" },
  text: { light: "#1f2328", dark: "#e6edf3" },
  faintText: { light: "#59636e", dark: "#9198a1" },
  axis: { light: "#818b98", dark: "#656c76" },
  dot: { light: "#8c959f", dark: "#848d97" },
  grid: { light: "#e4e8ec", dark: "#21262d" },
  blue: { light: "#0969da", dark: "#4493f8" },
  green: { light: "#4aa564", dark: "#2f8f46" },
  amber: { light: "#d4a72c", dark: "#bb8009" },
  grey: { light: "#afb8c1", dark: "#484f58" },
  purple: { light: "#a475f9", dark: "#8957e5" },
  teal: { light: "#3192aa", dark: "#2a7d92" },
  red: { light: "#cf222e", dark: "#f85149" },
} as const;

/** The name of a colour. */
export type ColourName = keyof typeof colours;

/** A colour for an option of ECharts; the picture's own style sheet exchanges it on a dark page. */
export function colour(name: ColourName): string {
  return colours[name].light;
}

/** A style sheet goes before attributes, so the rules need not know what they colour. */
function darkRules(): string {
  const rules = Object.values(colours).map(({ light, dark }) =>
    `[fill="${light}"]{fill:${dark}}[stroke="${light}"]{stroke:${dark}}`
  );
  return `@media (prefers-color-scheme:dark){${rules.join("")}}`;
}

/** What every axis looks like. */
export const axisStyle = {
  axisLine: { show: true, lineStyle: { color: colour("axis") } },
  axisTick: { lineStyle: { color: colour("axis") } },
  axisLabel: { color: colour("faintText"), hideOverlap: true },
  nameTextStyle: { color: colour("faintText") },
  splitLine: { lineStyle: { color: colour("grid") } },
} as const;

/** A picture's size in pixels, and what it shows, for those who cannot see it. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly title: string;
}

const escaped = (text: string): string => text.replace(/[&<>]/g, (char) => `&#${char.charCodeAt(0)};`);

/** The SVG of an ECharts option. */
export async function svgOf(option: EChartsCoreOption, { width, height, title }: Picture): Promise<string> {
  const { init } = await importPackage<typeof import("npm:echarts@6.1.0")>("echarts");
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption({ animation: false, backgroundColor: colour("page"), ...option });
    const head = `<title>${escaped(title)}</title><style>${darkRules()}</style>`;
    return chart.renderToSVGString().replace(/<svg[^>]*>/, (tag) => `${tag.replace(">", ' role="img">')}${head}`);
  } finally {
    chart.dispose();
  }
}
