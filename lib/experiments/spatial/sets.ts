import { join } from "node:path";
import { CODEX_PANEL } from "../../simulate/mod.ts";
import { type Dataset, findDataset, findFile, listDatasets } from "../../data/fetch/mod.ts";
import type { Result } from "../../metrics/mod.ts";
import { cacheDir, createRng, fileError, sha256, usageError } from "../../runtime/mod.ts";
import {
  drawCells,
  joinParts,
  keepCommonTypes,
  type PartSizes,
  requirePanel,
  unseenTypes,
} from "./prepare.ts";
import { intestineTerms, labelTerms } from "./terms.ts";
import { writeTwin } from "./twin.ts";
import { readSpatial, type ReadSpatialOptions, type SpatialCells } from "./read.ts";

/** The original's four sets. */
export const ORIGINAL_SETS = ["cl-intra", "cl-cross", "sb-intra", "sb-cross"] as const;
export type OriginalSet = typeof ORIGINAL_SETS[number];

/** Tissue cells with all that an experiment on them needs to say. */
export interface SpatialSet {
  /** Results are filed under it. */
  readonly name: string;
  readonly real: boolean;
  /** Origin of the cells, in words: "simulated stains on real HuBMAP regions". */
  readonly origin: string;
  readonly cells: SpatialCells;
  /** Exclusions with their reasons, a sentence each. */
  readonly notes: readonly string[];
  readonly sha256: string | null;
  readonly terms: ReadonlyMap<string, string>;
  readonly published?: Result["published"];
}

/** Options for opening a set. */
export interface OpenSetOptions extends ReadSpatialOptions {
  /** A second file to report on; the first is then learned from. */
  readonly test?: string;
  /** Types with fewer cells take no part; default 10. */
  readonly minCells?: number;
  /** Of simulated sets. */
  readonly seed: number;
  /**
   * Maximum number of labelled cells of each part: a simulated set has that many, a real one is sampled at random (the others
   * stay as neighbours). Default: 3,000 and 2,000 of simulated sets, all of real ones.
   */
  readonly cells?: PartSizes;
}

const SOURCE = "nudt-bioinfo/KCFM, saved notebook output";

/** The original's printed results for its own data; only CL-intra has test numbers. */
const PUBLISHED: Readonly<Record<OriginalSet, Result["published"]>> = {
  "cl-intra": { accuracy: 0.8942, macro_f1: 0.7392, validation_accuracy: 0.9311, source: SOURCE },
  "cl-cross": { accuracy: null, validation_accuracy: 0.9223, validation_macro_f1: 0.9182, source: SOURCE },
  "sb-intra": { accuracy: null, validation_accuracy: 0.901, validation_macro_f1: 0.8824, source: SOURCE },
  "sb-cross": { accuracy: null, validation_accuracy: 0.9139, validation_macro_f1: 0.8762, source: SOURCE },
};

export const isOriginalSet = (name: string): name is OriginalSet =>
  (ORIGINAL_SETS as readonly string[]).includes(name);

/**
 * Opens cells by one of the original's four names, the name of a registered set (or of its file), or a path. Where the
 * original's archive is not available, its set is simulated in the same file form.
 *
 * @throws {KcellfmError} tag "usage" for an unknown name, "file" or "data" where a file cannot be used.
 */
export async function openSpatialSet(name: string, options: OpenSetOptions): Promise<SpatialSet> {
  if (isOriginalSet(name)) return await openOriginal(name, options);
  const dataset = registered(name);
  const path = dataset ? await findFile(dataset) ?? notHere(dataset) : requireFile(name);
  const train = await readSpatial(path, options);
  const joined = options.test === undefined
    ? { cells: train, notes: [] }
    : joinParts(train, await readSpatial(options.test, options));
  return await finish({
    ...joined,
    name: dataset ? name : train.name.replaceAll(/[^A-Za-z0-9_.+-]/g, "_"),
    real: true,
    origin: "the file as it is",
    path,
  }, options);
}

async function openOriginal(name: OriginalSet, options: OpenSetOptions): Promise<SpatialSet> {
  const archive = await findDataset("hubmap_codex");
  const folder = archive === null
    ? await simulate(name, options)
    : { path: await memberFolder(archive, name), origin: "the original's files" };
  const train = await readSpatial(join(folder.path, "train.csv"), options);
  const test = await readSpatial(join(folder.path, "test.csv"), options);
  requirePanel(train, CODEX_PANEL);
  const joined = joinParts(train, test);
  const real = archive !== null;
  return await finish({
    ...joined,
    name,
    real,
    origin: folder.origin,
    path: join(folder.path, "train.csv"),
    ...(real && { published: PUBLISHED[name] }),
  }, options);
}

/** "Hubmap_CL_intra", as in the archive. */
const memberName = (name: OriginalSet): string =>
  `Hubmap_${name.replace("-", "_").replace(/^[a-z]+/, (tissue) => tissue.toUpperCase())}`;

/**
 * The folder of one of the original's sets in its unpacked archive, at the top or one folder below.
 *
 * @throws {KcellfmError} tag "file", when the archive has none.
 */
export async function memberFolder(archive: string, name: OriginalSet): Promise<string> {
  const below = await Array.fromAsync(Deno.readDir(archive), (entry) => join(archive, entry.name));
  for (const folder of [archive, ...below].map((place) => join(place, memberName(name)))) {
    if (await Deno.stat(join(folder, "train.csv")).catch(() => null)) return folder;
  }
  throw fileError(`Cannot use ${archive}: it has no ${memberName(name)}/train.csv; fetch the archive again`);
}

async function simulate(name: OriginalSet, { seed, cells }: OpenSetOptions) {
  const path = join(cacheDir(), "simulated", `seed-${seed}`, memberName(name));
  const [tissue, kind] = name.split("-");
  const origin = await writeTwin(path, {
    tissue: tissue === "cl" ? "colon" : "small bowel",
    kind: kind === "intra" ? "intra" : "cross",
    seed,
    ...(cells && { cells }),
  });
  return { path, origin };
}

/** A registered set by its name or its file's. */
function registered(name: string): Dataset | undefined {
  const stem = (path: string) => path.replace(/^.*\//, "").replace(/\.(csv|tsv|h5ad)(\.gz)?$/, "");
  return listDatasets().find((it) => it.name === name || stem(it.path) === name);
}

function requireFile(path: string): string {
  if (/[./\\]/.test(path)) return path; // reading it says what is wrong with it
  throw usageError(
    `Cannot open the set "${path}": it is neither a file nor known (known: ${
      ORIGINAL_SETS.join(", ")
    }, and the ` +
      `spatial sets of \`deno task data list\`)`,
  );
}

function notHere({ name, url, path }: Dataset): never {
  const how = url === undefined
    ? `put it at data/cache/${path}`
    : `\`deno task data fetch ${name}\` brings it`;
  throw fileError(`Cannot open ${name}: it is neither in the cache nor in KCELLFM_MIRROR; ${how}`);
}

interface Opened extends Pick<SpatialSet, "name" | "real" | "origin" | "cells" | "notes" | "published"> {
  readonly path: string;
}

async function finish(
  { path, ...set }: Opened,
  { minCells, cells: most, seed }: OpenSetOptions,
): Promise<SpatialSet> {
  const { cells: common, notes } = keepCommonTypes(set.cells, { minCells });
  const cells = set.real && most ? drawCells(common, most, createRng(seed).split("drawn cells")) : common;
  const unseen = unseenTypes(cells);
  return {
    ...set,
    cells,
    notes: [
      ...set.notes,
      ...notes,
      ...(unseen.length > 0 ? [`never met in training, always wrong: ${unseen.join(", ")}`] : []),
    ],
    sha256: await sha256(await Deno.readFile(path)),
    terms: ofLabels(isOriginalSet(set.name) ? intestineTerms() : await labelTerms(set.name), cells.labels),
  };
}

/** The terms of the labels that occur. */
function ofLabels(terms: ReadonlyMap<string, string>, labels: SpatialCells["labels"]): Map<string, string> {
  const used = new Set(labels);
  return new Map([...terms].filter(([label]) => used.has(label)));
}
