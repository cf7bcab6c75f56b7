import { join } from "node:path";
import { type CellModel, disposeModel } from "../../cell/mod.ts";
import { findDataset } from "../../data/fetch/mod.ts";
import { openCells } from "../../data/mod.ts";
import { type Result, startRun } from "../../metrics/mod.ts";
import { keyOf, type Ontology, readLabels } from "../../ontology/mod.ts";
import { createRng, dataError, fileError } from "../../runtime/mod.ts";
import type { StartingPoint } from "../finetune/mod.ts";
import type { Study } from "../pretrain/mod.ts";
import { pickCells, rowsOfTypes } from "./cells.ts";
import { gatherEvidence, textPrototypes } from "./evidence.ts";
import type { NovelRun } from "./experiment.ts";
import { applyRules, scoreRules } from "./naming.ts";
import type { OriginalNovelSet } from "./published.ts";
import { publishedOf, ruleTable } from "./results.ts";
import { RULE_SETTINGS } from "./tune.ts";

/** The original's sets in the registry. */
const REGISTERED: Readonly<Record<OriginalNovelSet, string>> = {
  novel_cell_data1: "novel_types_1",
  novel_cell_data2: "novel_types_2",
};

/**
 * The `.h5ad` in one of the original's archives, at any depth.
 *
 * @throws {KcellfmError} tag "file", when the archive is not at hand, or holds none or several.
 */
export async function findOriginal(name: OriginalNovelSet): Promise<string> {
  const archive = await findDataset(REGISTERED[name]);
  if (archive !== null) return await onlyH5ad(archive);
  throw fileError(
    `Cannot open ${name}: it is neither in the cache nor in KCELLFM_MIRROR; \`deno task data fetch ` +
      `${REGISTERED[name]}\` brings it`,
  );
}

/** The one `.h5ad` below a folder. @throws {KcellfmError} tag "file", when there is none, or more than one. */
export async function onlyH5ad(folder: string): Promise<string> {
  const files = await filesBelow(folder);
  const found = files.filter((path) => path.endsWith(".h5ad"));
  if (found.length === 1) return found[0];
  const held = files.slice(0, 5).map((path) => path.slice(folder.length + 1)).join(", ") || "nothing";
  throw fileError(
    `Cannot use ${folder}: expected one .h5ad in it, found ${found.length} (it holds ${held}); write its cells as ` +
      `one .h5ad whose obs has cell_type, and give that by --set`,
  );
}

async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) files.push(...await filesBelow(path));
    else files.push(path);
  }
  return files.sort();
}

/**
 * Cells of a file whose labels are terms that a model has a text vector of and was not trained on.
 *
 * @throws {KcellfmError} tag "data", when there are fewer than two such types.
 */
export async function openNovelCells(
  path: string,
  { model, ontology, labels = "cell_type", useRaw }: {
    model: CellModel;
    ontology: Ontology;
    /** Column of obs that names the types. */
    labels?: string;
    useRaw?: boolean;
  },
): Promise<Study> {
  const source = await openCells(path, { useRaw });
  try {
    const types = readLabels(source, labels, ontology).map((type) => type && keyOf(type));
    const seen = new Set(model.classes);
    const known = new Set(model.types.ids.filter((id) => ontology.terms.has(id)));
    const all = [...new Set(types)].filter((id) => id !== null);
    const novel = new Set(all.filter((id) => known.has(id) && !seen.has(id)));
    if (novel.size < 2) {
      const met = all.filter((id) => seen.has(id)).length;
      throw dataError(
        `Cannot score ${source.name}: ${novel.size} of its ${all.length} types are new to the model and have a text ` +
          `vector, at least 2 are needed (${met} it was trained on; see obs "${labels}", or use another --checkpoint)`,
      );
    }
    const study = { name: source.name, source, types };
    return pickCells(study, rowsOfTypes(study, novel));
  } finally {
    source.close();
  }
}

export interface FileOptions {
  /** Results are filed under it. */
  readonly name: string;
  readonly start: StartingPoint;
  readonly ontology: Ontology;
  readonly preset: string;
  readonly seed: number;
  readonly backend: string;
  readonly sha256: string | null;
}

/**
 * Names cells of types that a checkpoint never met. No cells of the seen types are needed: their text vectors, at which
 * the model aims, stand for their prototypes; nothing is chosen.
 */
export async function runOnCheckpoint(novel: Study, options: FileOptions): Promise<NovelRun> {
  const finish = startRun();
  const { name, start, ontology, preset, seed, backend, sha256 } = options;
  const { model } = start;
  const rng = createRng(seed).split("novel");
  const prototypes = textPrototypes(model);
  const task = await gatherEvidence(model, novel, { prototypes, ontology });
  const scores = applyRules(task, { settings: RULE_SETTINGS, rng });
  const levels = scoreRules(task, scores, rng);
  const { nObs: cells, nVars: genes } = novel.source;
  const result: Result = {
    ...{ task: "novel", set: name, repeats: 1, preset, seed, backend },
    split: "types that the checkpoint never met: 20 draws of 10, 25, 50, 75 % of them, 1 of all",
    data: {
      ...{ real: true, cells, genes, sha256, types: task.candidates.length },
      ...{ seen_types: prototypes.ids.length, checkpoint: start.name, checkpoint_sha256: model.hash },
    },
    ...ruleTable(levels),
    published: publishedOf(name),
    ...finish(cells),
  };
  disposeModel(model);
  return { task, settings: RULE_SETTINGS, scores, levels, result };
}
