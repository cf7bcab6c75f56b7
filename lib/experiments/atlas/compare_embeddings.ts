import { type CellModel, embedMatrix, fileCentre, readFeatures } from "../../cell/mod.ts";
import type { CellSource } from "../../data/mod.ts";
import { principalComponents, stackTables, type Table, takeColumns, unitRows } from "../../matrix/mod.ts";
import { type LabelledCells, type ModelCells, orderedBatches } from "../../genes/mod.ts";
import { type CellGroups, type IntegrationScores, integrationScores } from "../../metrics/mod.ts";
import { createRng } from "../../runtime/mod.ts";

/** Cells of some files with the type and the batch of each: what embeddings are compared on. */
export interface SharedCells extends CellGroups {
  readonly sets: readonly LabelledCells[];
}

/** Cells of a file with a type and a batch each; cells without a type take no part. */
export interface GroupedCells {
  readonly cells: ModelCells;
  readonly types: readonly (string | null)[];
  readonly batches: readonly string[];
}

/** About `count` cells, the same number of each file, drawn at random. */
export function shareCells(
  files: readonly GroupedCells[],
  { count, seed }: { count: number; seed: number },
): SharedCells {
  const rng = createRng(seed).split("embeddings");
  const sets = files.map(({ cells, types }, file) => {
    const typed = Int32Array.from(types.keys()).filter((row) => types[row] !== null);
    const most = Math.min(typed.length, Math.floor(count / files.length));
    const rows = rng.split(file).sample(typed.length, most).map((i) => typed[i]).sort();
    return { ...cells, rows, classes: new Int32Array(types.length).fill(-1) };
  });
  const ofRows = (values: (file: GroupedCells) => readonly (string | null)[]) =>
    files.flatMap((file, i) => Array.from(sets[i].rows, (row) => values(file)[row] ?? ""));
  return { sets, types: ofRows(({ types }) => types), batches: ofRows(({ batches }) => batches) };
}

/** A column of obs as text, one entry a cell. */
export const textColumn = ({ obs }: CellSource, name: string): string[] => obs.values(name).map(String);

/** Unit embeddings of the cells by a model. */
export function embedShared(model: CellModel, { sets }: SharedCells): Table {
  const centres = sets.map((set) => fileCentre(model, set));
  const parts = [...orderedBatches(sets, 256)].map(({ cells, studies }) =>
    embedMatrix(model, { ...cells, centre: centres[studies[0]] })
  );
  return unitRows(stackTables(parts, model.config.width));
}

/** Components and genes of the PCA that embeddings are held against, as scanpy's defaults. */
const COMPONENTS = 50;
const GENES = 2000;

/** The leading principal components of the log1p values of the genes that all files have, the 2,000 of largest variance. */
export function pcaShared({ sets }: SharedCells, { seed }: { seed: number }): Table {
  const others = sets.slice(1).map(({ tokenOf }) => new Set(tokenOf));
  const genes = Int32Array.from(new Set(sets[0].tokenOf))
    .filter((token) => token >= 0 && others.every((known) => known.has(token)))
    .sort();
  const table = mostVariable(stackTables(sets.map((set) => readFeatures(set, genes, set.rows))), GENES);
  return principalComponents(table, { components: COMPONENTS, rng: createRng(seed).split("pca") });
}

function mostVariable(table: Table, count: number): Table {
  const { data, rows, cols } = table;
  if (cols <= count) return table;
  const sums = new Float64Array(cols);
  const squares = new Float64Array(cols);
  data.forEach((value, at) => {
    sums[at % cols] += value;
    squares[at % cols] += value * value;
  });
  const variance = squares.map((square, j) => square / rows - (sums[j] / rows) ** 2);
  const order = Int32Array.from(sums.keys()).sort((a, b) => variance[b] - variance[a]);
  return takeColumns(table, order.slice(0, count).sort());
}

/** scIB's scores of each embedding of the same cells. */
export function compareEmbeddings(
  embeddings: Readonly<Record<string, Table>>,
  groups: CellGroups,
  { seed }: { seed: number },
): Record<string, IntegrationScores> {
  const rng = createRng(seed).split("communities");
  return Object.fromEntries(
    Object.entries(embeddings).map(([name, points]) => [name, integrationScores(points, groups, { rng })]),
  );
}
