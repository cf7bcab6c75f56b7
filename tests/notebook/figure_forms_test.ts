import { deepStrictEqual } from "node:assert/strict";
import type { Figure } from "../../lib/figures/mod.ts";
import { figureForms } from "../../lib/notebook/figure_forms.ts";

/** A small picture that carries so many letters of hover text. */
const figureOf = (letters: number): Figure => ({
  data: [{ type: "scatter", x: [0, 1], y: [0, 1], customdata: ["a".repeat(letters)] }],
  layout: { width: 400, height: 300 },
});
const formsOf = async (letters: number) => Object.keys(await figureForms(figureOf(letters)));

Deno.test("figureForms leaves out the richest forms that would make an output larger than 2 MB", async () => {
  deepStrictEqual(await formsOf(10), ["application/vnd.plotly.v1+json", "text/html", "image/svg+xml"]);
  deepStrictEqual(await formsOf(1.2e6), ["text/html", "image/svg+xml"]);
  deepStrictEqual(await formsOf(2.1e6), ["image/svg+xml"]);
});
