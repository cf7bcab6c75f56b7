import { ok, strictEqual } from "node:assert/strict";
// @ts-types="@types/jsdom"
import { JSDOM } from "jsdom";
import { createSvgRenderer, figureHtml, figureJson, renderSvg, scatterMap } from "../../lib/figures/mod.ts";
import { sampleFigures } from "./samples.ts";

Deno.test("createSvgRenderer draws every kind of figure as well-formed SVG without a browser", async () => {
  const renderer = createSvgRenderer();
  const parser = new (new JSDOM("").window.DOMParser)();
  for (const [name, figure] of Object.entries(sampleFigures())) {
    const svg = await renderer.render(figure);
    const page = parser.parseFromString(svg, "image/svg+xml");
    strictEqual(page.querySelector("parsererror"), null, `${name} parses`);
    ok(!svg.includes("NaN"), `${name} has no missing coordinates`);
    const title = /<b>(.*)<\/b>/.exec(String(figure.layout.title && JSON.stringify(figure.layout.title)))![1];
    ok(page.documentElement.textContent?.includes(title), `${name} carries its title`);
  }
});

Deno.test("createSvgRenderer draws the same bytes twice, and in a web page's worker", async () => {
  const worker = new Worker(new URL("./page_worker.ts", import.meta.url), { type: "module" });
  const there = await new Promise<Record<string, string>>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
  worker.terminate();
  const [first, second] = [createSvgRenderer(), createSvgRenderer()];
  for (const [name, figure] of Object.entries(sampleFigures())) {
    const svg = await first.render(figure);
    strictEqual(await second.render(figure), svg, name);
    strictEqual(there[name], svg, `${name} in a page's worker`);
  }
});

Deno.test("renderSvg leaves the figure as it was", async () => {
  const figure = sampleFigures()["curves"];
  const before = figureJson(figure);
  await renderSvg(figure);
  strictEqual(figureJson(figure), before);
});

Deno.test("renderSvg draws every point of a large map, small enough for a notebook", async () => {
  const x = Array.from({ length: 4000 }, (_, i) => Math.cos(i) * i);
  const y = Array.from({ length: 4000 }, (_, i) => Math.sin(i) * i);
  const svg = await renderSvg(scatterMap({ title: "Spiral", x, y, label: x.map(() => "cell") }));
  strictEqual(svg.match(/h0/g)?.length, 4000);
  ok(svg.length < 100_000, `${svg.length} bytes`);
});

Deno.test("renderSvg fills the cells of a heatmap with the colours of their values", async () => {
  const svg = await renderSvg(sampleFigures()["confusion"]);
  const png = Uint8Array.fromBase64(/data:image\/png;base64,([^"]*)/.exec(svg)![1]);
  const { decode } = await import("fast-png");
  const { data, width } = decode(png);
  const pixel = (x: number, y: number) => data.slice((y * width + x) * 4, (y * width + x) * 4 + 3).join(",");
  ok(pixel(10, 10) !== pixel(width - 10, 10), "the diagonal (0.8) is darker than the rest (0.05)");
});

Deno.test("figureHtml holds its data where no markup can break out of it", () => {
  const figure = scatterMap({ title: "t", x: [0], y: [0], label: ["</script><b>"] });
  const html = figureHtml(figure, "<svg/>");
  strictEqual(html.match(/<\/script>/g)?.length, 2);
  const page = new JSDOM(html).window.document;
  const held = JSON.parse(page.querySelector('script[type="application/json"]')!.textContent!);
  strictEqual(held.data[0].name, "</script><b> (1)");
  ok(page.querySelector("img")!.src.startsWith("data:image/svg+xml;base64,"));
});

Deno.test("figureJson writes typed arrays as arrays, to six digits", () => {
  const figure = {
    data: [{ type: "scatter" as const, x: new Float32Array([0.1, 123456.789]), y: [1 / 3] }],
    layout: {},
  };
  strictEqual(
    figureJson(figure),
    '{"data":[{"type":"scatter","x":[0.1,123457],"y":[0.333333]}],"layout":{}}',
  );
});
