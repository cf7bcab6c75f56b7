import { join } from "node:path";
import { z } from "zod";
import type { Prediction } from "../../baselines/mod.ts";
import { disposeModel } from "../../cell/mod.ts";
import { encodeSafetensors, readSafetensors } from "../../data/tensors/mod.ts";
import { dataError, finishTogether, modelError } from "../../runtime/mod.ts";
import { AS_THEY_ARE, loadTuned, nameCells, prepareSet } from "../finetune/mod.ts";
import type { SpatialCells } from "./read.ts";
import { codeValues, markerSource, type MeasuredCoding, VALUE_CODINGS } from "./values.ts";

/** Markers of a tuned model, with the coding of their values. */
export interface Panel extends MeasuredCoding {
  /** Columns of `known`, by the names of the file. */
  readonly markers: readonly string[];
}

/** Beside the files of {@linkcode saveTuned}. */
const PANEL = "panel.safetensors";

/** The coding of values, with the values that it was measured on, as a file beside the tuned model. */
export function panelFile({ coding, known, markers }: Panel): Record<string, Uint8Array> {
  const { data, rows, cols } = known;
  const tensors = new Map([["known", { dtype: "F32" as const, shape: [rows, cols], data: data }]]);
  const metadata = { coding, markers: JSON.stringify(markers) };
  return { [PANEL]: encodeSafetensors(tensors, metadata) };
}

const schema = z.object({
  coding: z.enum(VALUE_CODINGS),
  markers: z.string().transform(jsonOrNull).pipe(z.array(z.string())),
});

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function loadPanel(folder: string): Panel {
  finishTogether(folder);
  const path = join(folder, PANEL);
  const { tensors, metadata } = readSafetensors(path);
  const { data, success } = schema.safeParse(metadata);
  const known = tensors.get("known");
  if (!success || !(known?.data instanceof Float32Array)) {
    throw modelError(
      `Cannot use ${path}: expected values and coding of a panel, as \`deno task spatial --save\` writes`,
    );
  }
  const [rows, cols] = known.shape;
  return { ...data, known: { data: known.data, rows, cols } };
}

/**
 * Names tissue cells by a model that `deno task spatial --save` kept, all rows in order.
 *
 * @throws {KcellfmError} tag "data", when the cells lack markers that it learned from or have others.
 */
export async function nameTissueCells(
  folder: string,
  cells: SpatialCells,
  { markers }: { markers?: string } = {},
): Promise<Prediction> {
  const panel = loadPanel(folder);
  requireMarkers(cells, panel);
  const tuned = await loadTuned(folder);
  const { symbols: genes } = tuned.model.vocabulary;
  const { name, labels } = cells;
  const source = markerSource(cells, codeValues(cells, panel), { genes, markers });
  const set = prepareSet(
    { name, real: true, sha256: null, labels, source, values: AS_THEY_ARE },
    tuned.model.vocabulary,
  );
  try {
    return nameCells(tuned, set.cells, Int32Array.from({ length: source.nObs }, (_, row) => row));
  } finally {
    disposeModel(tuned.model);
  }
}

function requireMarkers({ name, markers }: SpatialCells, panel: Panel): void {
  if (markers.length === panel.markers.length && markers.every((marker, i) => marker === panel.markers[i])) {
    return;
  }
  const lacking = panel.markers.filter((marker) => !markers.includes(marker));
  throw dataError(
    `Cannot name the cells of ${name}: expected the columns of the panel learned from, in their order (${
      panel.markers.join(", ")
    })${lacking.length > 0 ? `; missing: ${lacking.join(", ")}` : ""}`,
  );
}
