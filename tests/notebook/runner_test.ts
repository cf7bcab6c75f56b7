import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type NotebookRun, runApart } from "../../lib/notebook/runner/mod.ts";
import type { CodeCell } from "../../lib/notebook/format.ts";

// Each runs in a process of its own, as the walkthrough runs its chapters: zeromq's native code now and then ends its process
// when the sockets of a killed kernel close, and with it all tests.
const options = { sanitizeOps: false, sanitizeResources: false };
const fixture = (name: string) =>
  fileURLToPath(new URL(`../fixtures/notebook/${name}.ipynb`, import.meta.url));
const codeCells = (run: NotebookRun) =>
  run.notebook.cells.filter((cell): cell is CodeCell => cell.cell_type === "code");

Deno.test("runNotebook runs every cell and keeps what it showed", options, async () => {
  const seen: string[] = [];
  const run = await runApart(fixture("01-success"), {
    onCell: (cell, of) => void seen.push(`${cell}/${of}`),
  });
  deepStrictEqual(run.failures, []);
  deepStrictEqual(seen, ["1/5", "2/5", "3/5", "4/5", "5/5"]);
  const types = codeCells(run).map(({ outputs }) => outputs.flatMap(({ data }) => Object.keys(data ?? {})));
  ok(types[1].includes("text/html"), "the table");
  const figure = ["application/vnd.plotly.v1+json", "image/svg+xml", "text/html", "text/plain"];
  deepStrictEqual(types[2].toSorted(), figure);
  strictEqual(codeCells(run)[3].outputs.length, 1, "progress is one output, updated in place");
  match(JSON.stringify(codeCells(run)[3].outputs), /counting: 100 of 100 steps/);
});

Deno.test(
  "runNotebook names the cell that fails, its error and its code, and runs no further",
  options,
  async () => {
    const run = await runApart(fixture("02-failing-cell"));
    strictEqual(run.failures.length, 1);
    const [{ cell, message, source }] = run.failures;
    deepStrictEqual([cell, message], [2, "RangeError: no type named B cell"]);
    match(source, /throw new RangeError/);
    deepStrictEqual(codeCells(run)[2].outputs, []);
  },
);

Deno.test("runNotebook reports a cell that shows something and has no output", options, async () => {
  const { failures } = await runApart(fixture("03-missing-output"));
  deepStrictEqual(failures.map(({ cell, message }) => [cell, message]), [[
    2,
    "it calls show() but has no output",
  ]]);
});

Deno.test("runNotebook loses none of a hundred lines and no figure of a megabyte", options, async () => {
  const run = await runApart(fixture("04-burst"));
  const [lines, figure] = codeCells(run).map(({ outputs }) => outputs);
  strictEqual(lines.length, 1);
  strictEqual(lines[0].text, Array.from({ length: 100 }, (_, i) => `line ${i}\n`).join(""));
  ok(JSON.stringify(figure[0].data).length > 1e6);
});

Deno.test("runNotebook reports a kernel that dies and a cell that does not end", options, async () => {
  const dead = await runApart(fixture("05-kernel-dies"));
  const endless = await runApart(fixture("06-endless"), { cellTimeout: 1 });
  match(dead.failures[0].message, /the kernel ended with code 137/);
  strictEqual(endless.failures[0].message, "it did not end within 1 s");
});

Deno.test(
  "a kernel outlives an interrupt, and liveLoss hears it and draws what there is",
  options,
  async () => {
    const run = await runApart(fixture("07-interrupt"));
    deepStrictEqual(run.failures, []);
    const [, curve, end] = codeCells(run).map(({ outputs }) => outputs);
    match(String(end[0].text), /^stopped AbortError: Stopped by the interrupt button/);
    strictEqual(curve.length, 1, "one output, updated in place");
    match(JSON.stringify(curve[0].data), /kcellfm-figure/);
  },
);

Deno.test("runNotebook stops when it is told to", options, async () => {
  const signal = AbortSignal.timeout(1500);
  await rejects(runApart(fixture("06-endless"), { signal }), { name: "TimeoutError" });
});

Deno.test("runNotebook refuses a file that is not a notebook", async () => {
  const path = fileURLToPath(new URL("../fixtures/notebook/make.py", import.meta.url));
  await rejects(runApart(path), { name: "KcellfmError", tag: "file" });
});
