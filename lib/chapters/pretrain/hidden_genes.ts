import { type CellModel, embedMatrix, selectTypes, tokenizeFor } from "../../cell/mod.ts";
import { bars, type Figure } from "../../figures/mod.ts";
import { readModelCells } from "../../genes/mod.ts";
import type { PretrainingData } from "../../experiments/pretrain/mod.ts";
import { cosines } from "../../matrix/mod.ts";

/** Types that the figure shows at most. */
const MOST_TYPES = 8;

/** The test cell of the first study, and the number of genes to hide, of those that the model reads first. */
export interface HiddenGenes {
  readonly cell: number;
  readonly genes: number;
  /** The name of a type by its Cell Ontology id. */
  readonly typeName: (id: string) => string;
}

/**
 * The cosines of one test cell with the text vectors of the types, as it is and after it lost the genes that the model reads
 * first; the types that are nearest to the whole cell.
 */
export function withoutFirstGenes(
  model: CellModel,
  { studies: [{ test }], classes }: PretrainingData,
  { cell, genes, typeName }: HiddenGenes,
): Figure {
  const row = test.rows[cell];
  const whole = readModelCells(test, row, row + 1);
  const lost = new Set(tokenizeFor(model, whole).ids.slice(1, 1 + genes));
  const poorer = { ...whole, data: whole.data.map((value, i) => lost.has(whole.indices[i]) ? 0 : value) };
  const types = selectTypes(model.types, model.classes);
  const [before, after] = [whole, poorer].map((cells) => cosines(embedMatrix(model, cells), types).data);
  const shown = [...types.ids.keys()].sort((a, b) => before[b] - before[a]).slice(0, MOST_TYPES);
  const truth = test.classes[row] < 0 ? "unlabelled" : typeName(classes[test.classes[row]]);
  return bars({
    title: `A test cell without the first ${genes} of its genes`,
    subtitle: `true type: ${truth}`,
    categories: shown.map((type) => typeName(types.ids[type])),
    series: [
      { name: "whole", values: shown.map((type) => before[type]) },
      { name: `without ${genes} genes`, values: shown.map((type) => after[type]) },
    ],
    value: "cosine with the type's text vector",
    horizontal: true,
    format: ".2f",
  });
}
