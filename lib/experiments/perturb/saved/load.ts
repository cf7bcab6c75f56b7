import { join } from "node:path";
import type { CellModel } from "../../../cell/mod.ts";
import { decodeSafetensors, type StoredTensor } from "../../../data/tensors/mod.ts";
import { finishTogether, messageOf, modelError, parseJson, sha256 } from "../../../runtime/mod.ts";
import type { GeneFeatures } from "../describe/genes.ts";
import { reviveGears } from "../gears/stored.ts";
import type { Example } from "../learn/changes.ts";
import { halfWidths } from "../learn/intervals.ts";
import type { PerturbationModel } from "../model.ts";
import type { ControlCells } from "../set.ts";
import { factsSchema, type ModelFacts } from "./facts.ts";
import { restoreFeatures } from "./features_file.ts";
import { revive } from "./revive.ts";
import { FILES } from "./save.ts";

/** A model read from disk, with what it takes to ask it. */
export interface SavedPerturbationModel {
  readonly model: PerturbationModel;
  readonly facts: ModelFacts;
  /** Mean cells of the screen's own controls; no single cells. */
  readonly controls: readonly ControlCells[];
  /** The conditions that the model learned from. */
  readonly conditions: readonly Example[];
  readonly features: readonly GeneFeatures[];
  /** The change that was predicted for conditions by fits that had not seen them. */
  readonly heldOut: ReadonlyMap<string, Float32Array>;
  /** Half the width of each gene's interval. */
  readonly halfWidths: Float32Array;
}

/**
 * Reads what `savePerturbationModel` wrote. A model of GEARS needs the backend started, and one that takes gene vectors of
 * single cells the cell model that it was made with.
 *
 * @throws {KcellfmError} tag "model", when a file is missing or does not fit the others.
 */
export async function loadPerturbationModel(
  folder: string,
  { cell }: { cell?: CellModel } = {},
): Promise<SavedPerturbationModel> {
  finishTogether(folder);
  const facts = await readFacts(join(folder, FILES.facts));
  const path = join(folder, FILES.weights);
  const bytes = await readBytes(path);
  if (await sha256(bytes) !== facts.weights_sha256) {
    throw modelError(
      `Cannot load ${path}: it is not the file that its model.json was written with; save both again`,
    );
  }
  const { tensors } = decodeSafetensors(bytes, path);
  const table = (name: string, rows: number) =>
    readTable(tensors, { name, rows, cols: facts.genes.length, path });
  const controlMeans = table("controls", facts.controls.length);
  const controls = facts.controls.map(({ context }, row) => toControl(context, controlMeans[row]));
  const means = table("means", facts.conditions.length);
  const conditions = facts.conditions.map(({ name, perturbed, context }, row): Example => {
    const control = controls.find((own) => own.context === context);
    if (control) return { name, perturbed, control, mean: means[row] };
    throw modelError(`Cannot use ${folder}: its condition ${name} has no controls`);
  });
  const features = facts.features.map(({ name, genes }) =>
    restoreFeatures(name, { genes, tensors, where: path })
  );
  const heldOutRows = table("held_out", facts.held_out.length);
  const heldOut = new Map(facts.held_out.map((name, row) => [name, heldOutRows[row]]));
  const options = { genes: facts.genes, conditions, seed: facts.seed };
  const { recipe } = facts;
  const model = recipe.kind === "gears"
    ? reviveGears(recipe, { tensors, features, cell, facts, ...options })
    : revive(recipe, features, options);
  const halves = halfWidths(heldOut, conditions, facts.level);
  return { model, facts, controls, conditions, features, heldOut, halfWidths: halves };
}

async function readFacts(path: string): Promise<ModelFacts> {
  const parsed = factsSchema.safeParse(parseJson(new TextDecoder().decode(await readBytes(path)), path));
  if (parsed.success) return parsed.data;
  const [{ path: field, message }] = parsed.error.issues;
  throw modelError(`Cannot use ${path} as a perturbation model: ${field.join(".") || "(whole)"}: ${message}`);
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    throw modelError(
      `Cannot load a perturbation model: ${path} is missing (${
        messageOf(error)
      }); make one by perturb train --save`,
      error,
    );
  }
}

function readTable(
  tensors: ReadonlyMap<string, StoredTensor>,
  { name, rows, cols, path }: { name: string; rows: number; cols: number; path: string },
): Float32Array[] {
  const found = tensors.get(name);
  if (found?.data instanceof Float32Array && found.shape[0] === rows && found.shape[1] === cols) {
    const { data } = found;
    return Array.from({ length: rows }, (_, row) => data.slice(row * cols, (row + 1) * cols));
  }
  throw modelError(`Cannot use ${path}: expected a tensor "${name}" [${rows}, ${cols}]`);
}

const toControl = (context: string, mean: Float32Array): ControlCells => ({
  context,
  cells: { data: new Float32Array(0), rows: 0, cols: mean.length },
  mean,
});
