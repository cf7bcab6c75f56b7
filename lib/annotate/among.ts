import { tableOf, takeColumns } from "../matrix/mod.ts";
import { descendants, findTerm, type Ontology } from "../ontology/mod.ts";
import { usageError } from "../runtime/mod.ts";

/** Types that cells can be, and types that they cannot be, by name, synonym or id; a type stands for all types below it. */
export interface Among {
  /** Default: all that the model can call. */
  readonly types?: readonly string[];
  /** Default: none. */
  readonly exclude?: readonly string[];
}

/**
 * The places of those ids that cells can be, in their order.
 *
 * @throws {KcellfmError} tag "usage", when the ontology does not know a type, or no id is left.
 */
export function placesAmong(
  ids: readonly string[],
  { types, exclude = [] }: Among,
  ontology: Ontology,
): number[] {
  const wanted = types && below(types, ontology);
  const unwanted = below(exclude, ontology);
  const places = [...ids.keys()].filter((place) =>
    (wanted?.has(ids[place]) ?? true) && !unwanted.has(ids[place])
  );
  if (places.length > 0) return places;
  throw usageError(
    `Cannot name cells among these types: none of the ${ids.length} types that the model can call is left; name broader ones`,
  );
}

/** The terms that these texts mean and all terms below them. */
function below(texts: readonly string[], ontology: Ontology): Set<string> {
  return new Set(texts.flatMap((text) => {
    const found = findTerm(ontology, text);
    if (found) return [found.term.id, ...descendants(ontology, found.term.id).keys()];
    throw usageError(
      `Cannot name cells among "${text}": the Cell Ontology has no term of that name, synonym or id`,
    );
  }));
}

/** Some columns of scores, `[cells, width]` to `[cells, places]`. */
export const scoresAt = (scores: Float32Array, width: number, places: readonly number[]): Float32Array =>
  takeColumns(tableOf(scores, width), places).data;
