import type { Table } from "../../../matrix/mod.ts";
import { type CellLabel, conditionName, listed } from "./labels.ts";
import { columnMeans, differentialGenes, type SortedGenes, sortGenes, topGenes } from "./differential.ts";
import type { Condition, ControlCells, PerturbationSet } from "../set.ts";

/** Cells to which the same was done. */
export interface LabelledTable {
  readonly label: CellLabel;
  readonly cells: Table;
}

type Facts = Pick<
  PerturbationSet,
  "name" | "real" | "sha256" | "genes" | "scaledOver" | "total" | "notes" | "terms"
>;

/** Puts a set together from tables of cells: means, differential genes, and what GEARS' loss scores. */
export function assembleSet(facts: Facts, tables: readonly LabelledTable[]): PerturbationSet {
  const controls = new Map(
    tables.filter(({ label }) => label.perturbed.length === 0).map(({ label, cells }) => {
      const control: ControlCells = { context: label.context, cells, mean: columnMeans(cells) };
      return [label.context, { control, sorted: sortGenes(cells) }];
    }),
  );
  const conditions = tables.flatMap(({ label, cells }) => {
    const beside = controls.get(label.context);
    return label.perturbed.length > 0 && beside ? [toCondition({ label, cells }, beside)] : [];
  });
  const perturbable = [...new Set(conditions.flatMap(({ perturbed }) => perturbed))].sort();
  return {
    ...facts,
    controls: Array.from(controls.values(), ({ control }) => control),
    conditions,
    perturbable,
    notes: [...facts.notes, ...geneNotes(facts.genes, perturbable, tables)],
  };
}

function toCondition(
  { label, cells }: LabelledTable,
  { control, sorted }: { control: ControlCells; sorted: SortedGenes },
): Condition {
  const differential = topGenes(differentialGenes(sortGenes(cells), sorted));
  const mean = columnMeans(cells);
  const scored = Uint8Array.from(mean, (value) => value === 0 ? 0 : 1);
  for (const gene of differential) scored[gene] = 1;
  return {
    name: conditionName(label),
    perturbed: label.perturbed,
    control,
    cells,
    mean,
    differential,
    scored,
  };
}

function geneNotes(
  genes: readonly string[],
  perturbable: readonly string[],
  tables: readonly LabelledTable[],
): string[] {
  const measured = new Set(genes);
  const unmeasured = perturbable.filter((gene) => !measured.has(gene));
  const constant = genes.filter((_, gene) => !varies(tables, gene));
  return [
    ...(unmeasured.length > 0
      ? [
        `${unmeasured.length} of ${perturbable.length} perturbed genes are not measured and have no column: ${
          listed(unmeasured)
        }`,
      ]
      : []),
    ...(constant.length > 0
      ? [`genes without variation, which no model changes (${constant.length}): ${listed(constant)}`]
      : []),
  ];
}

function varies(tables: readonly LabelledTable[], gene: number): boolean {
  const first = tables[0].cells.data[gene];
  return tables.some(({ cells: { data, rows, cols } }) => {
    for (let row = 0; row < rows; row++) if (data[row * cols + gene] !== first) return true;
    return false;
  });
}
