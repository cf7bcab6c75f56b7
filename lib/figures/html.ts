import { escapeHtml } from "./escape.ts";
import type { Figure } from "./figure.ts";
import { figureJson } from "./json.ts";
import { DARK, haloStyle, LIGHT } from "./theme.ts";

/** The version of plotly.js that pages draw with; deno.json pins the same. */
export const PLOTLY_VERSION = "4.1.2";

/** Configuration of plotly.js for all figures: no button that would send the reader's data to a server. */
export const PLOTLY_CONFIG = {
  displaylogo: false,
  modeBarButtonsToRemove: ["sendChartToCloud", "select2d", "lasso2d"],
};

/**
 * A figure as an HTML fragment that draws itself with plotly.js, in the page's light or dark colours. Until
 * plotly.js is there, where scripts may not run, and on paper the static picture stands in its place.
 *
 * A figure wider than its page is drawn as wide as the page, down to 480 pixels; below that it scrolls. One
 * with `meta.rigid` in its layout, whose texts have their room to the pixel, is shown smaller instead, as long as
 * they can be read, and scrolls then.
 *
 * plotly.js is loaded once a page, from the first source that answers: `window.kcellfmPlotly` (a page of ours
 * names its copy there), the Jupyter server that `deno task lab` started, plotly's public
 * address.
 */
export function figureHtml(figure: Figure, svg: string): string {
  const json = figureJson(figure).replaceAll("<", "\\u003c");
  return `<div class="kcellfm-figure" style="overflow-x:auto;max-width:100%">
${figurePicture(figure, svg)}
<script type="application/json">${json}</script>
</div>
<script>${DRAW}</script>`;
}

/** The static picture of a figure, named by its title. */
export function figurePicture(figure: Figure, svg: string): string {
  const { width = 760, height = 440 } = figure.layout;
  return `<img alt="${
    escapeHtml(titleOf(figure))
  }" width="${width}" height="${height}" style="max-width:100%;height:auto"
 src="data:image/svg+xml;base64,${new TextEncoder().encode(svg).toBase64()}">`;
}

/** The title of a figure, without markup. */
export function titleOf(figure: Figure): string {
  return (figure.layout.title as { text?: string } | undefined)?.text?.replaceAll(/<[^>]*>/g, "") ?? "figure";
}

const DAY_AND_NIGHT = Object.keys(LIGHT).map((key) => [
  LIGHT[key as keyof typeof LIGHT],
  DARK[key as keyof typeof DARK],
]);

/** Below that, names of 11 pixels cannot be read. */
const LEAST_SCALE = 0.6;

/** Runs on the page that shows the figure. Colours are changed in the JSON text, the same for every trace. */
const DRAW = `(async () => {
  const figures = document.querySelectorAll(".kcellfm-figure:not([data-drawn])");
  figures.forEach((figure) => figure.dataset.drawn = "soon");
  const load = (src) => new Promise((done, failed) => {
    const script = document.createElement("script");
    Object.assign(script, { src, onload: done, onerror: failed });
    document.head.append(script);
  });
  const jupyter = document.getElementById("jupyter-config-data");
  const lab = jupyter && JSON.parse(jupyter.textContent).baseUrl + "static/plotly.min.js";
  const sources = [window.kcellfmPlotly, lab, "https://cdn.plot.ly/plotly-${PLOTLY_VERSION}.min.js"].filter(Boolean);
  window.kcellfmLoading ??= (async () => {
    for (const src of sources) if (!window.Plotly) await load(src).catch(() => {});
  })();
  await window.kcellfmLoading;
  if (!window.Plotly) return;
  const theme = document.body.dataset.jpThemeLight;
  const night = theme ? theme === "false" : matchMedia("(prefers-color-scheme: dark)").matches;
  const colors = ${JSON.stringify(DAY_AND_NIGHT)};
  for (const figure of figures) {
    let text = figure.querySelector("script").textContent;
    if (night) for (const [day, dark] of colors) text = text.replaceAll(day, dark);
    const place = document.createElement("div");
    const style = document.createElement("style");
    style.textContent = night ? ${JSON.stringify(haloStyle(DARK.page))} : ${
  JSON.stringify(haloStyle(LIGHT.page))
};
    const { data, layout } = JSON.parse(text);
    const rigid = layout.meta?.rigid;
    const room = Math.min(layout.width, Math.max(figure.clientWidth || layout.width, 480));
    if (!rigid) layout.width = room;
    const scale = Math.max(room / layout.width, ${LEAST_SCALE});
    const size = (element, factor) => Object.assign(element.style, {
      width: layout.width * factor + "px",
      height: layout.height * factor + "px",
    });
    const frame = document.createElement("div"); // of the size that is seen
    Object.assign(size(frame, scale), { overflow: "hidden" });
    Object.assign(size(place, 1), scale < 1 ? { transformOrigin: "0 0", transform: "scale(" + scale + ")" } : {});
    frame.append(place);
    if (scale * layout.width > room) figure.tabIndex = 0; // to be scrolled by keys
    const picture = figure.querySelector("img");
    picture.style.display = "none"; // kept for printing
    figure.append(style, frame);
    try {
      await Plotly.newPlot(place, data, layout, ${JSON.stringify(PLOTLY_CONFIG)});
      figure.dataset.drawn = "yes";
    } catch (error) {
      console.error(error);
      frame.remove();
      picture.style.display = "";
    }
  }
})();`;
