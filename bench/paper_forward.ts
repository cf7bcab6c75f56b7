import { fileURLToPath } from "node:url";
import { cellPreset, originalVocabulary, tokenizeFor } from "../lib/cell/mod.ts";
import { detectValues, matchGenes, readModelCells, type TokenBatch } from "../lib/genes/mod.ts";
import { fetchDataset } from "../lib/data/fetch/mod.ts";
import { openCells } from "../lib/data/mod.ts";
import { writeResult } from "../lib/metrics/mod.ts";
import { dataError, versions } from "../lib/runtime/mod.ts";
import type { ForwardCase, ForwardCost } from "./paper_forward_worker.ts";

/*
 * One forward of the paper's cell model on real cells (10x PBMC 3k, made-up weights), padded to the longest cell of
 * the batch and to the paper's 2,049 tokens, beside PyTorch: `deno run -A bench/paper_forward.ts [CELLS [RUNS]]`.
 * Every measurement is a process of its own, so that its peak memory is its own; CPU seconds count all its threads.
 */

const PAPER = cellPreset("paper");
const [cells = 8, runs = 2] = Deno.args.map(Number);
const python = Deno.env.get("KCELLFM_PYTHON") ?? "python3";
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const OURS = [Deno.execPath(), "run", "-A", here("./paper_forward_worker.ts")];
const TORCH = [python, here("./torch/paper_forward.py"), String(navigator.hardwareConcurrency)];

const vocabulary = await originalVocabulary();
const dynamic = await readCells();
const batches = { dynamic, padded: padTo(dynamic, PAPER.length) };
const costs: Record<string, ForwardCost> = {};
for (const [padding, batch] of Object.entries(batches)) {
  const request: ForwardCase = {
    genes: vocabulary.symbols.length,
    runs,
    batch: {
      ...batch,
      ids: [...batch.ids],
      values: [...batch.values],
      lengths: [...batch.lengths],
    },
  };
  costs[`ours_${padding}`] = await measure(OURS, request);
  costs[`torch_${padding}`] = await measure(TORCH, request);
  console.log(padding, { ours: costs[`ours_${padding}`], torch: costs[`torch_${padding}`] });
}
requireEqualOutputs(costs);
console.log(await report(costs));

async function readCells(): Promise<TokenBatch> {
  const source = await openCells(await fetchDataset("pbmc3k"));
  const { tokenOf } = matchGenes(source, vocabulary);
  const model = { source, tokenOf, values: detectValues(source), genes: vocabulary.symbols.length };
  const matrix = readModelCells(model, 0, cells);
  source.close();
  return tokenizeFor({ config: PAPER, informativeness: new Float32Array() }, matrix);
}

function padTo(batch: TokenBatch, length: number): TokenBatch {
  const size = batch.cells * length;
  const ids = new Int32Array(size).fill(vocabulary.symbols.length);
  const values = new Float32Array(size).fill(-2);
  for (let row = 0; row < batch.cells; row++) {
    const from = row * batch.length;
    ids.set(batch.ids.subarray(from, from + batch.length), row * length);
    values.set(batch.values.subarray(from, from + batch.length), row * length);
  }
  return { ...batch, length, ids, values };
}

async function measure([command, ...args]: string[], request: ForwardCase): Promise<ForwardCost> {
  const child = new Deno.Command(command, { args, stdin: "piped", stdout: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(request)));
  await writer.close();
  const { success, stdout } = await child.output();
  if (!success) throw dataError(`Cannot measure by ${command} ${args.join(" ")}: it failed, see above`);
  return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
}

/** All four are the same sums in float32, whatever the padding. */
function requireEqualOutputs(costs: Record<string, ForwardCost>): void {
  const checks = Object.values(costs).map(({ check }) => check);
  if (Math.max(...checks) - Math.min(...checks) < 1e-4 * checks[0]) return;
  throw dataError(`Cannot compare these forwards: their mean absolute outputs are ${checks.join(", ")}`);
}

function report(costs: Record<string, ForwardCost>): Promise<string> {
  const perCell = Object.entries(costs).flatMap(([name, cost]) => [
    [`${name}_seconds`, cost.seconds / cells],
    [`${name}_cpu_seconds`, cost.cpu_seconds / cells],
    [`${name}_peak_mb`, cost.peak_mb],
  ]);
  return writeResult({
    task: "paper_forward",
    set: "pbmc3k",
    split: `first ${cells} cells, ${dynamic.length} tokens the longest; seconds are per cell`,
    repeats: runs,
    preset: "paper",
    seed: 0,
    backend: costs.ours_dynamic.backend,
    data: { real: true, cells, genes: vocabulary.symbols.length, sha256: null },
    metrics: Object.fromEntries(perCell),
    sd: {},
    baselines: {},
    published: {},
    seconds: costs.ours_dynamic.seconds,
    cells_per_second: cells / costs.ours_dynamic.seconds,
    peak_mb: costs.ours_dynamic.peak_mb,
    versions: { ...versions(), torch: costs.torch_dynamic.backend },
  });
}
