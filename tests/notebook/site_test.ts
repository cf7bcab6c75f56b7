import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import MiniSearch from "minisearch";
import type { NotebookRun } from "../../lib/notebook/runner/mod.ts";
import { createCellRenderer } from "../../lib/notebook/site/cells.ts";
import { sectionsOf, writeSearch } from "../../lib/notebook/site/search.ts";
import { writeSite } from "../../lib/notebook/site/mod.ts";

const code = (source: string, outputs: { output_type: string; [key: string]: unknown }[]) => ({
  cell_type: "code" as const,
  metadata: {},
  execution_count: 1,
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
  strictEqual(prose("A state $h_t = a\\, h_{t-1}\n+ b$ and $$x$$").match(/<math/g)?.length, 2);
  strictEqual(prose("- costs $5\n- costs $6").match(/<li>/g)?.length, 2);
});

const prose = (source: string, pages: string[] = []) =>
  createCellRenderer(new Set(pages)).render({ cell_type: "markdown", metadata: {}, source });

Deno.test("createCellRenderer leads links between notebooks to their pages, where there is one", () => {
  const source =
    "[next](02-text.ipynb#a-part), [gone](03-gone.ipynb), [elsewhere](https://example.org/a.ipynb)";
  const html = prose(source, ["02-text"]);
  match(html, /href="02-text\.html#a-part"/);
  match(html, /href="https:\/\/example\.org\/a\.ipynb"/);
  match(html, /, gone,/);
});

Deno.test("createCellRenderer gives headings of the same words two anchors", () => {
  const anchors = [...prose("## Try it\n\n## Try it\n\n## Try it 2").matchAll(/id="([^"]*)"/g)];
  strictEqual(new Set(anchors.map(([, anchor]) => anchor)).size, 3);
});

Deno.test("sectionsOf cuts a page at its headings into words, without code", () => {
  const html = prose("# One\n\nA *T cell* & $x^2$\n\n```\nconst code = 1;\n```\n\n## Two `b`") +
    '<span class="clock">1.5 s</span><pre>printed</pre><img alt="A figure" width="1" src="data:,"><script>draw()</script>';
  const sections = sectionsOf("01-first", { chapter: "One", html });
  deepStrictEqual(sections.map(({ href, title, text }) => [href, title, text]), [
    ["01-first.html#one", "One", "A T cell &"],
    ["01-first.html#two-b", "Two b", "A figure"],
  ]);
});

Deno.test("writeSearch writes an index that finds words and their beginnings", async () => {
  const folder = await Deno.makeTempDir();
  const section = { chapter: "One", title: "Losses", text: "Ranking against the ontology" };
  await writeSearch(folder, [{ ...section, id: "a", href: "a" }, {
    ...section,
    id: "b",
    href: "b",
    text: "",
  }]);
  const script = await Deno.readTextFile(join(folder, "search_index.js"));
  const { index, options } = JSON.parse(script.replace(/^window\.kcellfmSearch = (.*);\n$/s, "$1"));
  const found = MiniSearch.loadJS(index, options).search("onto", { prefix: true });
  deepStrictEqual(found.map(({ href }) => href), ["a"]);
  ok((await Deno.readTextFile(join(folder, "minisearch.js"))).includes("MiniSearch"));
  await Deno.remove(folder, { recursive: true });
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

Deno.test("writeSite puts chapters in the order of their numbers, not of their files' names", async () => {
  const folder = await Deno.makeTempDir();
  const titled = (path: string, title: string): NotebookRun => ({
    ...run,
    path,
    notebook: {
      ...run.notebook,
      cells: [{ cell_type: "markdown", metadata: {}, source: `# ${title}` }],
    },
  });
  const runs = [
    titled("6-cross.ipynb", "6b. B"),
    titled("6-intra.ipynb", "6a. A"),
    titled("10.ipynb", "10. C"),
  ];
  const index = await writeSite(folder, runs, { preset: "nano", seconds: 1, tables: [] });
  const page = await Deno.readTextFile(index);
  const found = ["6a. A", "6b. B", "10. C"].map((title) => page.indexOf(title));
  deepStrictEqual(found, found.toSorted((a, b) => a - b));
  ok(found[0] > 0);
  await Deno.remove(folder, { recursive: true });
});
