import { writeFileAtomically } from "../runtime/mod.ts";
import type { Annotation } from "./annotate.ts";

/** Release of the Cell Annotation Schema that is written. */
const SCHEMA_VERSION = "0.1.0";
const LABELSET = "kcellfm_cell_type";
const REPOSITORY = "https://github.com/nudt-bioinfo/KCFM";

/**
 * An answer in the Cell Annotation Schema (github.com/cellannotation/cell-annotation-schema): one annotation for each called
 * type with its term, its cells by name and, as evidence, the genes that mark it in this file.
 */
export function annotationSchema(annotation: Annotation, versions: Record<string, string>) {
  const { calls, input } = annotation;
  const groups = [...Map.groupBy(calls.best.keys(), (row) => calls.best[row])];
  return {
    title: input.name,
    description: `Types of the ${input.cells} cells of ${input.name} by Cell Ontology ${annotation.ontology}`,
    cellannotation_schema_version: SCHEMA_VERSION,
    labelsets: [{
      name: LABELSET,
      description: "The most probable type of each cell",
      annotation_method: "algorithmic",
      automated_annotation: {
        algorithm_name: "KCellFM, rebuilt in TypeScript",
        algorithm_version: versions.kcellfm,
        algorithm_repo_url: REPOSITORY,
      },
    }],
    annotations: groups
      .sort(([a, rows], [b, others]) => others.length - rows.length || a - b)
      .map(([type, rows]) => annotationOf(annotation, calls.types[type], rows)),
  };
}

function annotationOf(
  { calls, obsNames, markers, namedBy, reference }: Annotation,
  { id, name }: { id: string; name: string },
  rows: readonly number[],
) {
  const mean = (values: Float32Array) => rows.reduce((sum, row) => sum + values[row], 0) / rows.length;
  const by = reference ? `learned from ${reference.name}` : `named by ${namedBy.join(", ")}`;
  return {
    labelset: LABELSET,
    cell_label: name,
    cell_fullname: name,
    ...(id === "" ? {} : { cell_ontology_term_id: id, cell_ontology_term: name }),
    cell_ids: rows.map((row) => obsNames[row]),
    rationale: `${rows.length} cells ${by}; mean probability ${
      mean(calls.confidence).toFixed(2)
    }, mean novelty ${mean(calls.novelty).toFixed(2)}`,
    marker_gene_evidence: (markers.byGroup.get(name) ?? []).map(({ gene }) => gene),
  };
}

/** Writes {@linkcode annotationSchema} as JSON; the file is whole or not there. */
export const writeAnnotationSchema = (
  path: string,
  annotation: Annotation,
  versions: Record<string, string>,
): Promise<void> =>
  writeFileAtomically(path, JSON.stringify(annotationSchema(annotation, versions), null, 1) + "\n");
