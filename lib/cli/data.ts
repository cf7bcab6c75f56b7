import { dirname, join } from "node:path";
import { type Dataset, datasetsNamed, fetchDataset, listDatasets, whereIs } from "../data/fetch/mod.ts";
import { markersOf, simulateAtlas, writeAtlas } from "../simulate/mod.ts";
import { loadOntology } from "../ontology/mod.ts";
import { cacheDir, createRng, makeFolder, requireFolder, usageError } from "../runtime/mod.ts";
import { createCommand, integer } from "./flags.ts";
import { createDownloadBar, createProgress } from "./progress.ts";
import { interruptSignal, runCommand } from "./run.ts";
import { type Table, terminalTable } from "./table.ts";

/** Sizes of a simulated atlas by preset. */
const SIZES = {
  nano: { cells: 300, genes: 1500, types: 12 },
  walkthrough: { cells: 5000, genes: 2000, types: 40 },
  paper: { cells: 50_000, genes: 20_000, types: 164 },
} as const;

/** `deno task data`: what data there are, fetching them, and simulating some. */
export const command = createCommand("data", "Lists, fetches and simulates data.", {
  out: "simulate: the .h5ad to write; fetch: the folder that keeps the files (default: data/cache)",
}).configureHelp({ showGlobalOptions: true });

command.command("list [word]")
  .description("data sets (whose name, group, use or licence has the word), and where each is now")
  .action((word = "") => console.log(terminalTable(datasetTable(word, command.opts().out))));

command.command("fetch <names...>")
  .description(
    "brings data sets or groups of them into the cache: from KCELLFM_MIRROR, or their public address",
  )
  .action((names) => fetchAll(names, command.opts().out));

const simulation = command.command("simulate")
  .description("writes an atlas of raw counts grown on the Cell Ontology (sizes follow --preset)")
  .option("--cells <n>", "cells", integer({ min: 1 }))
  .option("--types <n>", "cell types", integer({ min: 1 }))
  .option("--genes <n>", "genes", integer({ min: 1 }))
  .option("--donors <n>", "donors", integer({ min: 1 }), 8)
  .option("--batches <n>", "batches", integer({ min: 1 }), 2)
  .option("--depth <n>", "median of the UMIs a cell", integer({ min: 1 }), 1000)
  .option("--sample <name>", "draw other donors and cells of the same biology", "atlas")
  .option("--ontology <file>", "an .obo or .obo.gz release (default: the one built in)");
simulation.action(simulate);

/** Every data set with the word in its name, use or licence. */
export function datasetTable(word: string, cache = cacheDir()): Table {
  const wanted = word.toLowerCase();
  const found = listDatasets().filter(({ name, groups = [], use, licence }) =>
    `${name} ${groups} ${use} ${licence}`.toLowerCase().includes(wanted)
  );
  const rows = found.map((dataset) => [
    dataset.name,
    dataset.bytes === undefined ? "-" : megabytes(dataset.bytes),
    whereIs(dataset, { cache }),
    (dataset.groups ?? []).join(", "),
    dataset.use,
    dataset.licence,
  ]);
  const title = `${found.length} data sets (cache: ${cache}; mirror: ${
    Deno.env.get("KCELLFM_MIRROR") || "none"
  })`;
  return { title, columns: ["name", "MB", "where", "groups", "for", "licence"], rows };
}

async function fetchAll(names: readonly string[], cache = cacheDir()): Promise<void> {
  const datasets = names.flatMap(datasetsNamed); // a misspelt name stops before the first download
  const signal = interruptSignal();
  for (const dataset of datasets) {
    const bar = createDownloadBar();
    const path = await fetchDataset(dataset.name, { cache, signal, onProgress: bar.update }).finally(
      bar.finish,
    );
    console.log(`${dataset.name}: ${path}\n  ${credit(dataset)}`);
  }
}

const credit = ({ licence, origin, citation }: Dataset): string =>
  [`licence: ${licence}`, `from: ${origin}`, ...(citation ? [`cite: ${citation}`] : [])].join("; ");

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e5 ? 3 : 1);

async function simulate(
  { ontology: file, ...flags }: ReturnType<typeof simulation.opts>,
): Promise<void> {
  const { preset, seed, out } = command.opts();
  if (!isSize(preset)) {
    throw usageError(`Cannot simulate at preset "${preset}": expected ${Object.keys(SIZES).join(", ")}`);
  }
  const ontology = await loadOntology(file ?? null);
  const options = { ...SIZES[preset], ...flags };
  const markers = markersOf(await loadOntology(null)); // a release has none
  const atlas = simulateAtlas(ontology, { ...options, markers }, createRng(seed));
  const path = await outputPath(out, `${flags.sample}-${preset}-${seed}.h5ad`);
  const bar = createProgress("cells", atlas.nObs);
  const provenance = { ...options, seed, ontology: `${ontology.source} ${ontology.version}` };
  await writeAtlas(path, atlas, { provenance, onProgress: bar.update, signal: interruptSignal() }).finally(
    bar.finish,
  );
  const { size } = await Deno.stat(path);
  console.log(
    `${path}: ${atlas.nObs} cells x ${atlas.nVars} genes, ${atlas.types.length} types, ${megabytes(size)} MB`,
  );
}

const isSize = (preset: string): preset is keyof typeof SIZES => Object.hasOwn(SIZES, preset);

/** A path that was asked for must lie in a folder that exists; our own default makes its folder. */
async function outputPath(asked: string | undefined, fallback: string): Promise<string> {
  const path = asked ?? join(cacheDir(), "simulated", fallback);
  if (asked === undefined) await makeFolder(dirname(path));
  requireFolder(path);
  return path;
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
