import {
  createSvgRenderer,
  type Figure,
  figureHtml,
  figureJson,
  PLOTLY_CONFIG,
  titleOf,
} from "../figures/mod.ts";
import { type Bundle, currentOutput } from "./output.ts";
import { type Frame, frameHtml, type TableOptions } from "./table.ts";

/** What a cell can show: a figure, a polars frame, HTML, or a text in Markdown. */
export type Showable = Figure | Frame | { readonly html: string; readonly text?: string } | string;

/**
 * Shows a value under the cell and resolves when it is out; every cell that has something to show ends in
 * `await show(...)`. Outside of a notebook it prints the value as text.
 */
export async function show(value: Showable, options: TableOptions = {}): Promise<void> {
  const output = currentOutput();
  await output.display(output.rich ? await richBundle(value, options) : { "text/plain": plainText(value) });
}

/** Asked by property, since a polars frame answers `in` for its columns only. */
const isFrame = (value: Exclude<Showable, string>): value is Frame =>
  typeof (value as Partial<Frame>).rows === "function";
const isFigure = (value: Exclude<Showable, string>): value is Figure =>
  !isFrame(value) && "data" in value && "layout" in value;

async function richBundle(value: Showable, options: TableOptions): Promise<Bundle> {
  const plain = { "text/plain": plainText(value) };
  if (typeof value === "string") return { ...plain, "text/markdown": value };
  if (isFigure(value)) return { ...plain, ...await figureBundle(value) };
  if (isFrame(value)) return { ...plain, "text/html": frameHtml(value, options) };
  return { ...plain, "text/html": value.html };
}

/**
 * Three forms, each where it is understood: plotly's JSON (VS Code), HTML that draws itself (JupyterLab, our
 * pages), and a static picture (where no script runs).
 */
async function figureBundle(figure: Figure): Promise<Record<string, string | object>> {
  const svg = await svgRenderer.render(figure);
  return withinLimit({
    "application/vnd.plotly.v1+json": { ...JSON.parse(figureJson(figure)), config: PLOTLY_CONFIG },
    "text/html": figureHtml(figure, svg),
    "image/svg+xml": svg,
  });
}

/** Larger outputs make notebooks that editors and code hosts refuse to open. */
const OUTPUT_LIMIT = 2e6;

/** Leaves out the richest forms until the output is small enough; the picture always stays. */
function withinLimit(forms: Record<string, string | object>): Record<string, string | object> {
  const kept = Object.entries(forms);
  while (kept.length > 1 && JSON.stringify(kept).length > OUTPUT_LIMIT) kept.shift();
  return Object.fromEntries(kept);
}

/** Kept for the life of the kernel; it starts plotly.js, which takes a second, with the first figure. */
const svgRenderer = createSvgRenderer();

function plainText(value: Showable): string {
  if (typeof value === "string") return value;
  if (isFigure(value)) return `[figure: ${titleOf(value)}]`;
  if (isFrame(value)) return String(value);
  return value.text ??
    value.html.replaceAll(/<style>.*?<\/style>|<[^>]*>/gs, " ").replaceAll(/\s+/g, " ").trim();
}
