import { deepStrictEqual, match, notStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { join } from "node:path";
import { ChapterKeys, runBook, waitingRun } from "lib/notebook/book/mod.ts";
import { writeNotebook } from "lib/notebook/format.ts";
import type { NotebookRun } from "lib/notebook/runner/mod.ts";
import { writeSite } from "lib/notebook/site/mod.ts";
import { ROOT } from "lib/runtime/mod.ts";

const chapter = (name: string) => join(ROOT, "tests/fixtures/notebook", name);

Deno.test("runBook runs chapters side by side, each in a process of its own, and tells of each cell", async () => {
  const runs: NotebookRun[] = [];
  const cells: string[] = [];
  await runBook([chapter("01-success.ipynb"), chapter("02-failing-cell.ipynb")], {
    jobs: 2,
    cores: 2,
    env: {},
    onCell: (path, cell, of) => cells.push(`${path.slice(-18)} ${cell}/${of}`),
    onRun: (run) => void runs.push(run),
  });
  const [good, bad] = runs.sort((a, b) => a.path.localeCompare(b.path));
  deepStrictEqual(good.failures, []);
  strictEqual(good.notebook.cells.some((cell) => cell.cell_type === "code" && cell.outputs.length > 0), true);
  strictEqual(bad.failures[0].cell, 2);
  ok(cells.some((line) => line.endsWith("1/5")), cells.join(", "));
});

Deno.test("runBook counts a chapter whose process dies as failed and goes on", async () => {
  const folder = await Deno.makeTempDir();
  const dies = join(folder, "01-dies.ipynb");
  const { notebook } = await waitingRun(chapter("01-success.ipynb"));
  const cell = { cell_type: "code" as const, metadata: {}, execution_count: null, outputs: [] };
  const source = [
    `Deno.writeTextFileSync(${JSON.stringify(join(folder, "pid"))}, String(Deno.pid));`,
    'Deno.kill(Deno.ppid, "SIGKILL");',
    "for (;;) {}",
  ].join("\n");
  await writeNotebook(dies, { ...notebook, cells: [{ ...cell, source }] });
  const runs: NotebookRun[] = [];
  const paths = [dies, chapter("03-missing-output.ipynb")];
  await runBook(paths, { jobs: 1, cores: 1, env: {}, onRun: (run) => void runs.push(run) });
  match(runs[0].failures[0].message, /its process ended with code \d+ before the last cell/);
  strictEqual(runs[0].state, undefined);
  const kernel = Number(await Deno.readTextFile(join(folder, "pid")));
  throws(() => Deno.kill(kernel, "SIGTERM"), Deno.errors.NotFound, "the kernel outlives its runner");
  match(runs[1].failures[0].message, /it calls show\(\) but has no output/);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("runBook stopped by its signal ends its processes and throws", async () => {
  const controller = new AbortController();
  const book = runBook([chapter("01-success.ipynb")], {
    jobs: 1,
    cores: 1,
    env: {},
    signal: controller.signal,
    onStart: () => void setTimeout(() => controller.abort(), 500),
  });
  await rejects(book, { name: "AbortError" });
});

Deno.test("ChapterKeys gives another key to other code and other settings, the same to the same", async () => {
  const { notebook } = await waitingRun(chapter("01-success.ipynb"));
  const keys = new ChapterKeys();
  const key = await keys.of(notebook, { KCELLFM_PRESET: "nano" });
  strictEqual(await new ChapterKeys().of(notebook, { KCELLFM_PRESET: "nano" }), key);
  notStrictEqual(await keys.of(notebook, { KCELLFM_PRESET: "walkthrough" }), key);
  const [first, ...rest] = notebook.cells;
  const other = { ...notebook, cells: [{ ...first, source: `${first.source}\nmore` }, ...rest] };
  notStrictEqual(await keys.of(other, { KCELLFM_PRESET: "nano" }), key);
});

Deno.test("writeSite shows chapters that wait, on pages that load themselves anew", async () => {
  const folder = await Deno.makeTempDir();
  const waiting = await waitingRun(chapter("01-success.ipynb"));
  const facts = { preset: "nano", seconds: 0, tables: [] };
  const index = await writeSite(folder, [waiting], facts);
  const pages = () => [index, join(folder, "01-success.html")].map((path) => Deno.readTextFileSync(path));
  for (const page of pages()) match(page, /<meta http-equiv="refresh"/);
  match(pages()[0], /0 of 1 notebooks have run/);
  match(pages()[1], /waits/);
  const { state: _, ...run } = waiting;
  await writeSite(folder, [run], { ...facts, changed: run.path });
  for (const page of pages()) strictEqual(page.includes("http-equiv"), false);
  await Deno.remove(folder, { recursive: true });
});
