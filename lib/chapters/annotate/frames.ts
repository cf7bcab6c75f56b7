import pl, { type DataFrame } from "nodejs-polars";
import type { Annotation } from "../../annotate/mod.ts";
import type { CalledType } from "../../annotate/report/mod.ts";

/** What was read of the file and of its reference, and how. */
export function readingFrame({ input, reference }: Annotation): DataFrame {
  const files = reference ? [input, reference] : [input];
  return pl.DataFrame({
    file: files.map(({ name }) => name),
    cells: files.map(({ cells }) => cells),
    genes: files.map(({ genes }) => genes),
    "genes known": files.map(({ overlap }) => overlap.known),
    values: files.map(({ values }) => values.kind),
    "because": files.map(({ values }) => values.evidence),
  });
}

/** The called types, most frequent first, numbered as on the map. */
export function typesFrame(types: readonly CalledType[]): DataFrame {
  return pl.DataFrame({
    number: types.map(({ rank }) => rank),
    type: types.map(({ name }) => name),
    term: types.map(({ id }) => id),
    cells: types.map(({ cells }) => cells),
    share: types.map(({ share }) => share),
    confidence: types.map(({ meanConfidence }) => meanConfidence),
    novelty: types.map(({ meanNovelty }) => meanNovelty),
  });
}

/** Ours and the baselines against the file's own labels; no rows when it has none. */
export function scoresFrame({ evaluation }: Annotation): DataFrame {
  const methods = Object.entries(evaluation ? { kcellfm: evaluation.metrics, ...evaluation.baselines } : {});
  const column = (name: string) => methods.map(([, scores]) => scores[name] ?? null);
  return pl.DataFrame({
    method: methods.map(([name]) => name.replaceAll("_", " ")),
    accuracy: column("accuracy"),
    "macro-F1": column("macro_f1"),
    "accuracy, subtypes count": column("ontology_accuracy"),
  });
}

/** The best markers of each called type with the shares of cells that have them. */
export function markersFrame({ markers }: Annotation, types: readonly CalledType[]): DataFrame {
  const rows = types.flatMap(({ name }) =>
    (markers.byGroup.get(name) ?? []).map((marker) => ({ name, ...marker }))
  );
  return pl.DataFrame({
    type: rows.map(({ name }) => name),
    gene: rows.map(({ gene }) => gene),
    "log2 fold change": rows.map(({ logFoldChange }) => logFoldChange),
    "found in the type": rows.map(({ inside }) => inside),
    "found elsewhere": rows.map(({ outside }) => outside),
  });
}
