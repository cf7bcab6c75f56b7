import assert from "node:assert/strict";
import { join } from "node:path";
import { simulatePair } from "../lib/simulate/mod.ts";
import { readVocabulary } from "../lib/genes/mod.ts";
import * as library from "lib/mod.ts";
import { checkpointsDir, createRng, ROOT } from "../lib/runtime/mod.ts";
import { save, TYPES } from "./annotate/fixture.ts";

/** What can be called, and the types that go with it; a name that goes breaks someone's code. */
const FUNCTIONS = [
  ...[
    "Frame",
    "KcellfmError",
    "annotateFile",
    "disposeModel",
    "embedCells",
    "findTerm",
    "loadCellCheckpoint",
  ],
  ...["loadOntology", "obsColumns", "openCells", "readCells", "readObs", "startBackend"],
];
const INTERFACES = [
  ...[
    "AnnotateFileOptions",
    "AnnotatedFile",
    "Annotation",
    "Backend",
    "CellEmbeddings",
    "CellModel",
    "CellSource",
  ],
  ...["CsrMatrix", "ErrorTag", "FoundTerm", "Ontology", "OpenOptions", "ReadChoice", "ReadFile", "Term"],
];

Deno.test("lib/mod.ts exports exactly the pinned functions", () => {
  assert.deepEqual(Object.keys(library).sort(), FUNCTIONS);
});

Deno.test("lib/mod.ts has a docstring for each export", async () => {
  const symbols = await documented("lib/mod.ts");
  assert.deepEqual([...symbols.keys()].sort(), [...FUNCTIONS, ...INTERFACES].sort());
  for (const [name, text] of symbols) assert.ok(text.length > 20, `${name} is not explained: "${text}"`);
});

Deno.test("GUIDE's library example runs as printed", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.symlink(checkpointsDir(), join(folder, "checkpoints"), { type: "dir" });
    await writeCells(join(folder, "my_cells.h5ad"));
    await Deno.writeTextFile(join(folder, "example.ts"), await exampleOf("docs/GUIDE.md"));
    const { code, stdout, stderr } = await runExample(folder);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /cell/); // names of the ontology: "B cell", "CD4-positive, alpha-beta T cell" ...
    const obs = await library.readObs(join(folder, "named.h5ad"));
    assert.equal(obs.getColumn("kcellfm_cell_type").len(), 12);
    assert.equal(obs.getColumn("index").nUnique(), 12);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Every export of a module with its docstring. */
async function documented(path: string): Promise<Map<string, string>> {
  const { stdout } = await deno(["doc", "--json", path], ROOT);
  const [module] = Object.values(JSON.parse(stdout).nodes as Record<string, Documentation>);
  return new Map(module.symbols.map(({ name, declarations }) => [name, declarations[0].jsDoc?.doc ?? ""]));
}

interface Documentation {
  symbols: { name: string; declarations: { jsDoc?: { doc?: string } }[] }[];
}

/** The first TypeScript block of a Markdown file of this repository. */
async function exampleOf(path: string): Promise<string> {
  const code = /```ts\n(.*?)```/s.exec(await Deno.readTextFile(join(ROOT, path)))?.[1];
  assert.ok(code, `${path} has no TypeScript`);
  assert.ok(code.trim().split("\n").length <= 5, "the example has five lines");
  return code;
}

/** Runs it with the permissions that the guide names. */
function runExample(folder: string) {
  const permissions = ["read", "write", "env", "ffi", "sys"].map((it) => `--allow-${it}`);
  return deno(["run", "--config", join(ROOT, "deno.json"), ...permissions, "example.ts"], folder);
}

async function deno(args: string[], cwd: string) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** Twelve simulated cells with genes that the shipped model knows. */
async function writeCells(path: string): Promise<void> {
  const { symbols } = await readVocabulary(join(checkpointsDir(), "walkthrough", "genes.tsv"));
  const options = { cells: 12, genes: 300, types: TYPES, vocabulary: symbols, depth: 1500 };
  await save(path, simulatePair(await library.loadOntology(null), options, createRng(5)).query);
}
