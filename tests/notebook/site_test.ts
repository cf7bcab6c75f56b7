import { match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import type { NotebookRun } from "lib/notebook/runner/mod.ts";
import { createCellRenderer } from "lib/notebook/site/cells.ts";
import { writeSite } from "lib/notebook/site/mod.ts";

const code = (source: string, outputs: { output_type: string; [key: string]: unknown }[]) => ({
  ...{ cell_type: "code" as const, metadata: {}, execution_count: 1 },
  source,
  outputs,
});

const run: NotebookRun = {
  path: "notebooks/01-first.ipynb",
  seconds: 75,
  cellSeconds: [0.2, 3],
  failures: [{ cell: 2, message: "RangeError: <gone>", source: "throw 1" }],
  notebook: {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: [
      {
        cell_type: "markdown",
        metadata: {},
        source: "# The first\n\nWhat it *shows*. And more.\n\n## A part",
      },
      code("const a = 1;", [{ output_type: "stream", name: "stdout", text: "1 < 2\n" }]),
      code("await show(a);", [
        {
          output_type: "display_data",
          data: { "text/html": "<b>rich</b>", "image/svg+xml": "<svg/>", "text/plain": "p" },
        },
        { output_type: "error", ename: "RangeError", evalue: "<gone>", traceback: [] },
      ]),
    ],
  },
};

Deno.test("createCellRenderer draws formulas without a network, also those broken over two lines", () => {
  const render = (source: string) =>
    createCellRenderer().render({ cell_type: "markdown", metadata: {}, source });
  strictEqual(render("A state $h_t = a\\, h_{t-1}\n+ b$ and $$x$$").match(/<math/g)?.length, 2);
  strictEqual(render("- costs $5\n- costs $6").match(/<li>/g)?.length, 2);
});

Deno.test("createCellRenderer leads links between notebooks to their pages", () => {
  const source = "[next](02-text.ipynb), [elsewhere](https://example.org/a.ipynb)";
  const html = createCellRenderer().render({ cell_type: "markdown", metadata: {}, source });
  match(html, /href="02-text\.html"/);
  match(html, /href="https:\/\/example\.org\/a\.ipynb"/);
});

Deno.test("writeSite writes an index, a page with every output, a copy with outputs, and plotly.js", async () => {
  const folder = await Deno.makeTempDir();
  const tables = [{
    title: "tcell",
    columns: ["set", "method", "accuracy"],
    rows: [["melanoma", "kcellfm", "0.712"]],
  }];
  const index = await writeSite(folder, [run], { preset: "nano", seconds: 80, tables });
  const [first, page] = await Promise.all([
    Deno.readTextFile(index),
    Deno.readTextFile(join(folder, "01-first.html")),
  ]);
  for (
    const part of [
      "The first",
      "cell 2: RangeError: &lt;gone&gt;",
      "1 of 1 notebooks failed",
      "1 min 15 s",
      "01-first.svg",
      "0.712",
    ]
  ) {
    ok(first.includes(part), `index: ${part}`);
  }
  for (
    const part of [
      "<h1",
      "<b>rich</b>",
      "1 &lt; 2",
      "RangeError: &lt;gone&gt;",
      "hljs-keyword",
      '#a-part"',
      "3.0 s",
    ]
  ) {
    ok(page.includes(part), `page: ${part}`);
  }
  ok(!/(?:src|href)="(?:https?:)?\/\//.test(first + page), "nothing is fetched from the network");
  strictEqual(await Deno.readTextFile(join(folder, "assets/01-first.svg")), "<svg/>");
  ok((await Deno.stat(join(folder, "assets/plotly.min.js"))).size > 1e6);
  match(await Deno.readTextFile(join(folder, "01-first.ipynb")), /"const a = 1;"/);
  await Deno.remove(folder, { recursive: true });
});
