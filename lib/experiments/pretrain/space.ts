import { type AsPublished, type TypeSpace } from "../../cell/mod.ts";
import {
  ancestors,
  childrenOf,
  closeNamesAsPublished,
  descendants,
  type Ontology,
  relationTriples,
  termOf,
} from "../../ontology/mod.ts";
import { createRng, dataError, modelError } from "../../runtime/mod.ts";
import { tensorOf, unitRows } from "../../matrix/mod.ts";
import type { TypeVectors } from "../../text/mod.ts";

/** The types joined to `id` by is_a or development, in either direction (ORIGINAL section 3). */
export function closeTypes(ontology: Ontology, id: string): string[] {
  const term = termOf(ontology, id);
  const developed = [...ontology.terms.values()].filter((other) => other.developsFrom.includes(id)).map((
    it,
  ) => it.id);
  const joined = [
    ...term.isA,
    ...childrenOf(ontology, id),
    ...term.developsFrom,
    ...term.developsInto,
    ...developed,
  ];
  return [...new Set(joined)].filter((other) => other !== id);
}

/**
 * Type vectors of the model's width. Wider ones are projected at random, which keeps cosines in expectation (Johnson
 * and Lindenstrauss 1984): good enough for the nano preset, whose width is no text encoder's.
 *
 * @throws {KcellfmError} tag "model", when the vectors are narrower than the model.
 */
export function fitWidth(types: TypeVectors, width: number): TypeVectors {
  if (types.cols === width) return types;
  if (types.cols < width) {
    throw modelError(
      `Cannot use text vectors of ${types.cols} numbers at width ${width}: train a wider text encoder`,
    );
  }
  const rng = createRng("type projection");
  const projection = Float32Array.from({ length: types.cols * width }, () => rng.normal() / Math.sqrt(width));
  const data = new Float32Array(types.rows * width);
  for (let at = 0; at < data.length; at++) {
    const [row, column] = [Math.floor(at / width), at % width];
    for (let i = 0; i < types.cols; i++) {
      data[at] += types.data[row * types.cols + i] * projection[i * width + column];
    }
  }
  return { ...types, data, cols: width };
}

/**
 * The type vectors as the model learns them: the mean over all types is taken away, then rows are scaled to unit
 * length. Text encoders put all their vectors in one narrow cone; without the mean, cosines spread over [-1, 1] and
 * the margins of the ranking loss can be kept.
 */
export function centredTypes(types: TypeVectors): TypeVectors {
  const { data, rows, cols } = types;
  const mean = new Float64Array(cols);
  data.forEach((value, i) => mean[i % cols] += value / rows);
  return { ...types, ...unitRows({ data: data.map((value, i) => value - mean[i % cols]), rows, cols }) };
}

/** Types that are close to a type, by id. */
type Neighbours = (id: string) => readonly string[];

/** Close types by name, where relations are read as the original reads them. */
function publishedNeighbours(types: TypeVectors, ontology: Ontology): Neighbours {
  const close = closeNamesAsPublished(relationTriples(ontology));
  const idOf = new Map(types.ids.map((id, i) => [types.names[i], id]));
  const nameOf = new Map(types.ids.map((id, i) => [id, types.names[i]]));
  return (id) => [...close.get(nameOf.get(id) ?? "") ?? []].flatMap((name) => idOf.get(name) ?? []);
}

/** Everything above and below a type. */
const onOneLine = (ontology: Ontology, id: string): string[] =>
  ontology.terms.has(id) ? [...ancestors(ontology, id).keys(), ...descendants(ontology, id).keys()] : [];

/**
 * The ontology as the ranking loss sees it; `asPublished` says where to do as the original did.
 *
 * @throws {KcellfmError} tag "data", when none of the classes is among the types.
 */
export function typeSpace(
  types: TypeVectors,
  { classes, ontology, asPublished = {} }: {
    classes: readonly string[];
    ontology: Ontology;
    asPublished?: Partial<AsPublished>;
  },
): TypeSpace {
  const row = new Map(types.ids.map((id, i) => [id, i]));
  const typeOf = Int32Array.from(classes, (id) => row.get(id) ?? -1);
  if (typeOf.every((at) => at < 0)) {
    throw dataError(`Cannot rank against the ontology: none of ${classes.length} classes has a text vector`);
  }
  const neighbours: Neighbours = asPublished.relations
    ? publishedNeighbours(types, ontology)
    : (id) => ontology.terms.has(id) ? closeTypes(ontology, id) : [];
  const close = classes.map((id) => neighbours(id).flatMap((other) => row.get(other) ?? []));
  const spared = classes.map((id) => onOneLine(ontology, id).flatMap((other) => row.get(other) ?? []));
  return { vectors: tensorOf(types), typeOf, close, spared, drawn: asPublished.negatives };
}
