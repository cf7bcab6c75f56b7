import { startPlotly } from "../../lib/runtime/host/browser/plotly.ts";
import { host } from "../../lib/runtime/mod.ts";
import { createSvgRenderer } from "../../lib/figures/mod.ts";
import { sampleFigures } from "./samples.ts";

/** Draws the figures as a web page's worker does, with a document that knows no screen. */
Object.assign(host, { startPlotly });
const renderer = createSvgRenderer();
const drawn: Record<string, string> = {};
for (const [name, figure] of Object.entries(sampleFigures())) drawn[name] = await renderer.render(figure);
(globalThis as unknown as { postMessage(value: unknown): void }).postMessage(drawn);
