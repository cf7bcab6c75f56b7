import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  cellProblems,
  filingProblems,
  houseProblems,
  pathProblems,
  spreadProblems,
} from "tools/check_house.ts";
import { importProblems, ROOMS } from "tools/check_imports.ts";
import { kernelProblems, tensorProblems } from "tools/check_kernels.ts";
import { platformProblems } from "tools/check_platform.ts";
import { joinCells, notebookFormatProblems, notebookTypeProblems } from "tools/check_notebooks.ts";
import { type Notebook, writeNotebook } from "../../lib/notebook/format.ts";
import { ROOT } from "../../lib/runtime/paths.ts";

function notebookOf(...sources: string[]): Notebook {
  const cells = sources.map((source) => ({
    cell_type: "code" as const,
    metadata: {},
    execution_count: null,
    outputs: [],
    source,
  }));
  const kernelspec = { display_name: "Deno", language: "typescript", name: "deno" };
  const metadata = { kernelspec, language_info: { name: "typescript" } };
  return { nbformat: 4, nbformat_minor: 5, metadata, cells };
}

Deno.test("the repository keeps the house rules", async () => {
  deepStrictEqual(await houseProblems(ROOT), []);
});

Deno.test("the tree has the rooms that the rules order, and no others", async () => {
  const folders: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}/lib`)) if (isDirectory) folders.push(name);
  deepStrictEqual(folders.sort(), [...ROOMS].sort());
});

const problemsOf = (path: string, text: string) => importProblems([{ path, text }]).length;

Deno.test("importProblems lets imports go down only", () => {
  strictEqual(problemsOf("lib/nn/a.ts", 'import { x } from "../kernels/mod.ts";'), 0);
  strictEqual(problemsOf("lib/kernels/a.ts", 'import { x } from "../nn/mod.ts";'), 1);
  strictEqual(problemsOf("lib/text/a.ts", 'import type { X } from "../cell/mod.ts";'), 1);
  strictEqual(problemsOf("lib/data/a.ts", 'export * from "lib/ontology/mod.ts";'), 1);
  strictEqual(problemsOf("lib/figures/a.ts", 'import {\n  a,\n  b,\n} from "../cell/mod.ts";'), 1);
  strictEqual(problemsOf("lib/runtime/a.ts", 'import * as tf from "../tensor/mod.ts";'), 0);
  strictEqual(problemsOf("lib/tensor/a.ts", 'import { x } from "../runtime/mod.ts";'), 1);
  strictEqual(problemsOf("lib/runtime/a.ts", 'const m = await import("../data/mod.ts");'), 1);
  strictEqual(problemsOf("lib/nn/deep/a.ts", 'import "../../annotate/mod.ts";'), 1);
  strictEqual(problemsOf("lib/cli/a.ts", 'import "../../tools/check.ts";'), 1);
  strictEqual(problemsOf("tests/nn/a.ts", 'import { x } from "lib/annotate/mod.ts";'), 0);
});

Deno.test("importProblems lets a later experiment build on an earlier one only", () => {
  strictEqual(problemsOf("lib/experiments/novel/a.ts", 'import "../finetune/mod.ts";'), 0);
  strictEqual(problemsOf("lib/experiments/finetune/a.ts", 'import "../novel/mod.ts";'), 1);
});

Deno.test("spreadProblems finds a literal that is spread, not an object", () => {
  const problemsOf = (text: string) => spreadProblems({ path: "lib/a.ts", text }).length;
  strictEqual(problemsOf("f({\n  ...{ a, b },\n});"), 1);
  strictEqual(problemsOf("f({ ...a, ...(b && { c }) });"), 0);
});

Deno.test("filingProblems wants the same files in every experiment, under names that say what they are", () => {
  const filed = ["mod.ts", "sets.ts", "run.ts", "result.ts"].map((file) => `lib/experiments/novel/${file}`);
  deepStrictEqual(filingProblems(filed), []);
  deepStrictEqual(filingProblems(filed.slice(1)), ["lib/experiments/novel: it has no mod.ts"]);
  strictEqual(filingProblems([...filed, "lib/experiments/novel/report.ts"]).length, 1);
});

Deno.test("importProblems lets only notebooks import the chapters", () => {
  strictEqual(problemsOf("lib/notebook/a.ts", 'import "../chapters/novel.ts";'), 1);
  strictEqual(problemsOf("lib/chapters/novel.ts", 'import "../text/mod.ts";'), 0);
  strictEqual(problemsOf("tests/chapters/a.ts", 'import "lib/chapters/novel.ts";'), 0);
});

Deno.test("importProblems wants another room entered by its door, and private files left alone", () => {
  strictEqual(problemsOf("lib/cell/a.ts", 'import { x } from "../genes/match.ts";'), 1);
  strictEqual(problemsOf("lib/cell/deep/a.ts", 'import { x } from "../model.ts";'), 0);
  strictEqual(problemsOf("lib/cell/deep/a.ts", 'import { x } from "../_model.ts";'), 1);
  strictEqual(problemsOf("lib/cell/a.ts", 'import { x } from "./_model.ts";'), 0);
  strictEqual(problemsOf("tests/genes/a.ts", 'import { x } from "lib/genes/match.ts";'), 0);
});

Deno.test("importProblems names a circle of files", () => {
  const files = [["a", "b"], ["b", "c"], ["c", "a"], ["d", "a"]].map(([name, other]) => ({
    path: `lib/cell/${name}.ts`,
    text: `import type { X } from "./${other}.ts";`,
  }));
  deepStrictEqual(importProblems(files), [
    "circle of files: lib/cell/a.ts -> lib/cell/b.ts -> lib/cell/c.ts -> lib/cell/a.ts",
  ]);
});

Deno.test("tensorProblems finds imports of TensorFlow.js past the door that registers gradients", () => {
  const problems = (path: string, text: string) => tensorProblems({ path, text }).length;
  strictEqual(problems("tests/nn/a.ts", `import * as tf from "@tensorflow/${"tfjs-core"}";`), 1);
  strictEqual(problems("lib/nn/a.ts", `import "@tensorflow/${"tfjs"}";`), 1);
  strictEqual(problems("lib/nn/a.ts", 'import * as tf from "../tensor/mod.ts";'), 0);
  strictEqual(problems("lib/tensor/mod.ts", `export * from "@tensorflow/${"tfjs-core"}";`), 0);
});

Deno.test("kernelProblems finds fast forms that nobody registers and imports of those of wasm", () => {
  const problems = (...texts: string[]) =>
    kernelProblems([
      { path: "lib/kernels/wasm/mod.ts", text: texts[0] },
      { path: "lib/kernels/a/wasm.ts", text: "" },
      { path: "lib/kernels/a/webgpu.ts", text: texts[1] },
      { path: "lib/kernels/webgpu/mod.ts", text: 'import "../a/webgpu.ts";' },
    ]);
  deepStrictEqual(problems('import "../a/wasm.ts";', ""), []);
  strictEqual(problems("", "").length, 1);
  strictEqual(problems('import "../a/wasm.ts";', 'import { A } from "./wasm.ts";').length, 1);
});

Deno.test("platformProblems finds Deno, Node and native packages in the core, not beside it", () => {
  const problems = (path: string, text: string) => platformProblems({ path, text }).length;
  strictEqual(problems("lib/data/a.ts", 'const text = Deno.readTextFileSync("a");'), 1);
  strictEqual(problems("lib/runtime/a.ts", 'import { join } from "node:path";'), 1);
  strictEqual(problems("lib/annotate/a.ts", 'const pl = await import("nodejs-polars");'), 1);
  strictEqual(problems("lib/cell/a.ts", 'new Worker(new URL("./worker.ts", import.meta.url));'), 1);
  strictEqual(problems("lib/cell/a.ts", "// what Deno.open does"), 0);
  strictEqual(problems("lib/runtime/host/deno/a.ts", 'import { join } from "node:path";'), 0);
  strictEqual(problems("lib/cli/a.ts", "Deno.exit(1);"), 0);
});

Deno.test("pathProblems finds paths that exist on one machine", () => {
  const problems = (text: string) => pathProblems({ path: "a.ts", text }).length;
  // put together here, or this file would break the rule that it tests
  strictEqual(problems(`open("/${"home"}/me/cells.h5ad")`), 1);
  strictEqual(problems(`open("C:${"\\"}data")`), 1);
  strictEqual(problems('fetch("https://example.org/home/me")'), 0);
});

Deno.test("cellProblems finds cells longer than 16 lines", () => {
  const notebook = notebookOf("a;\n".repeat(16), "a;\n".repeat(17));
  const problems = cellProblems({ path: "n.ipynb", notebook });
  strictEqual(problems.length, 1);
  ok(problems[0].startsWith("n.ipynb cell 2: 17 lines"));
});

Deno.test("joinCells knows the cell and line of each of its lines", () => {
  const { text, origin } = joinCells(notebookOf("a;\nb;", "c;"));
  strictEqual(text, "a;\nb;\nc;\nexport {};\n");
  deepStrictEqual([1, 2, 3].map(origin), [{ cell: 1, line: 1 }, { cell: 1, line: 2 }, { cell: 2, line: 1 }]);
});

Deno.test("notebookTypeProblems names notebook, cell and line of a wrong type, over cells", async () => {
  const good = { path: "notebooks/good.ipynb", notebook: notebookOf("const n = 1;", "console.log(n + 1);") };
  const bad = { path: "notebooks/bad.ipynb", notebook: notebookOf("const n = 1;", "\nn.toUpperCase();") };
  deepStrictEqual(await notebookTypeProblems([good], ROOT), []);
  const [problem] = await notebookTypeProblems([good, bad], ROOT);
  ok(problem.includes("'toUpperCase' does not exist on type '1'"), problem);
  ok(problem.includes("notebooks/bad.ipynb cell 2 line 2"), problem);
});

Deno.test("notebookFormatProblems names the notebook that deno fmt would change, and only that", async () => {
  const root = await Deno.makeTempDir();
  await Deno.writeTextFile(`${root}/deno.json`, "{}");
  const good = { path: "good.ipynb", notebook: notebookOf("const n = 1;\nn;") };
  const bad = { path: "bad.ipynb", notebook: notebookOf("const n=1\nn") };
  for (const { path, notebook } of [good, bad]) await writeNotebook(`${root}/${path}`, notebook);
  deepStrictEqual(await notebookFormatProblems([good, bad], root), ["bad.ipynb: run deno fmt"]);
  await Deno.remove(root, { recursive: true });
});
