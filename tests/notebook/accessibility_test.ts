import axe from "axe-core";
// @ts-types="@types/jsdom"
import { JSDOM } from "jsdom";
import assert from "node:assert/strict";
import { join } from "node:path";
import pl from "nodejs-polars";
import { bars, createSvgRenderer, figureHtml } from "../../lib/figures/mod.ts";
import type { Notebook } from "../../lib/notebook/format.ts";
import { frameHtml } from "../../lib/notebook/mod.ts";
import { writeSite } from "../../lib/notebook/site/mod.ts";
import { STYLE } from "../../lib/notebook/site/style.ts";

const MARKDOWN = [
  "# 1. First",
  "Words and [a link](02-second.ipynb).",
  "## A part",
  "| a | b |\n|---|---|\n| 1 | 2 |",
];
const TABLES = [{ title: "tcell", columns: ["set", "method", "accuracy"], rows: [["x", "kcellfm", "0.7"]] }];

/** A notebook with every kind of output that a page can hold. */
async function sampleNotebook(): Promise<Notebook> {
  const figure = bars({
    title: "Bars",
    categories: ["a"],
    series: [{ name: "n", values: [1] }],
    value: "cells",
  });
  const html = [
    figureHtml(figure, await createSvgRenderer().render(figure)),
    frameHtml(pl.DataFrame({ n: [1, 2] }), { caption: "A table" }),
  ];
  const display = (text: string) => ({
    output_type: "display_data",
    data: { "text/html": text },
    metadata: {},
  });
  const outputs = [...html.map(display), { output_type: "stream", name: "stdout", text: "printed" }];
  return {
    cells: [
      { cell_type: "markdown", metadata: {}, source: MARKDOWN.join("\n\n") },
      { cell_type: "code", metadata: {}, source: "const a = 1;", outputs, execution_count: 1 },
    ],
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  };
}

Deno.test("writeSite writes pages in which axe finds nothing serious", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const run = { notebook: await sampleNotebook(), seconds: 1, cellSeconds: [2], failures: [] };
    const runs = ["01-first", "02-second"].map((name) => ({ ...run, path: `${name}.ipynb` }));
    await writeSite(folder, runs, { preset: "nano", seconds: 2, tables: TABLES });
    for (const page of ["index", "01-first"]) {
      const found = await serious(await Deno.readTextFile(join(folder, `${page}.html`)));
      assert.deepEqual(found, [], page);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("axe finds what is wrong with a page that is wrong", async () => {
  const found = await serious('<html><body><img src="x.png"><button></button></body></html>');
  for (const rule of ["image-alt", "button-name", "html-has-lang"]) assert.ok(found.includes(rule), rule);
});

/** Rules that a page breaks seriously; jsdom lays nothing out, so contrast is another test's. */
async function serious(html: string): Promise<string[]> {
  const { window } = new JSDOM(html, { runScripts: "outside-only", pretendToBeVisual: true });
  window.eval(axe.source);
  const { violations } = await (window.axe as typeof axe).run(window.document, {
    rules: { "color-contrast": { enabled: false } },
  });
  window.close();
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return Array.from(grave, ({ id }) => id); // an array of ours, not of the page
}

Deno.test("STYLE's words stand out from what is behind them, by day and by night", () => {
  const [day, night] = [...STYLE.matchAll(/:root\{([^}]*)\}/g)].slice(0, 2).map(([, body]) => colours(body));
  for (const theme of [day, { ...day, ...night }]) {
    for (const words of ["text", "faint", "accent", "bad", "good"]) {
      assert.ok(contrast(theme[words], theme.page) >= 4.5, `${words} on the page`);
    }
    for (const words of ["text", "comment", "keyword", "string", "number", "name"]) {
      assert.ok(contrast(theme[words], theme.code) >= 4.5, `${words} in code`);
    }
    assert.ok(contrast(theme.faint, theme.side) >= 4.5, "contents at the side");
  }
});

const colours = (body: string): Record<string, string> =>
  Object.fromEntries(
    [...body.matchAll(/--([a-z]+):(#[0-9a-f]{6})/g)].map(([, name, colour]) => [name, colour]),
  );

/** WCAG 2.2: the lighter of two relative luminances over the darker, each raised by 0.05. */
function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
