import { type Figure, titleOf } from "../figures/mod.ts";
import { figureForms } from "./figure_forms.ts";
import { type Bundle, currentOutput } from "./output.ts";
import { frameHtml, type FrameOptions, type ShownFrame } from "./table.ts";

/** Values that a cell can show: a figure, a polars frame, HTML, or a text in Markdown. */
export type Showable = Figure | ShownFrame | { readonly html: string; readonly text?: string } | string;

/**
 * Shows a value under the cell and resolves when it is out; every cell that has something to show ends in
 * `await show(...)`. Outside of a notebook it prints the value as text.
 */
export async function show(value: Showable, options: FrameOptions = {}): Promise<void> {
  const output = currentOutput();
  await output.display(output.rich ? await richBundle(value, options) : { "text/plain": plainText(value) });
}

/** Asked by property, since a polars frame answers `in` for its columns only. */
const isFrame = (value: Exclude<Showable, string>): value is ShownFrame =>
  typeof (value as Partial<ShownFrame>).rows === "function";
const isFigure = (value: Exclude<Showable, string>): value is Figure =>
  !isFrame(value) && "data" in value && "layout" in value;

async function richBundle(value: Showable, options: FrameOptions): Promise<Bundle> {
  const plain = { "text/plain": plainText(value) };
  if (typeof value === "string") return { ...plain, "text/markdown": value };
  if (isFigure(value)) return { ...plain, ...await figureForms(value) };
  if (isFrame(value)) return { ...plain, "text/html": frameHtml(value, options) };
  return { ...plain, "text/html": value.html };
}

function plainText(value: Showable): string {
  if (typeof value === "string") return value;
  if (isFigure(value)) return `[figure: ${titleOf(value)}]`;
  if (isFrame(value)) return String(value);
  return value.text ??
    value.html.replaceAll(/<style>.*?<\/style>|<[^>]*>/gs, " ").replaceAll(/\s+/g, " ").trim();
}
