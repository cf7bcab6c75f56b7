import {
  createSvgRenderer,
  type Figure,
  figureHtml,
  figureJson,
  figurePicture,
  PLOTLY_CONFIG,
} from "../figures/mod.ts";

/**
 * Three forms, each where it is understood: plotly's JSON (VS Code), HTML that draws itself (JupyterLab, our
 * pages), and a static picture (where no script runs).
 */
export async function figureForms(figure: Figure): Promise<Record<string, string | object>> {
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

/** A figure as a picture alone, for what is soon replaced. */
export async function figureStill(figure: Figure): Promise<string> {
  return figurePicture(figure, await svgRenderer.render(figure));
}
