import { originalNames } from "../cell/mod.ts";
import type { LazyTensor } from "../data/tensors/mod.ts";
import { isTuned, textName } from "../text/mod.ts";

type Tensors = ReadonlyMap<string, LazyTensor>;

/** A model that we know by the names of its tensors. */
interface Kind {
  readonly name: string;
  readonly is: (names: ReadonlySet<string>) => boolean;
  /** Its sizes, as its shapes tell them. */
  readonly sizes: (tensors: Tensors) => string;
}

const CELL = ["genes.embedding", "layers.0.forward.aLog", "classifier.out.weight"] as const;
const WORDS = "bert.embeddings.word_embeddings.weight";

/** True if a file has the original's cell model, by the names of its tensors. */
export const isOriginal = (tensors: Tensors): boolean =>
  CELL.every((name) => tensors.has(originalNames(name)[0]));

/** The more particular first: a tuned encoder holds a BERT. */
const KINDS: readonly Kind[] = [
  {
    name: "the original's cell model",
    is: (names) => CELL.every((name) => names.has(originalNames(name)[0])),
    sizes: (tensors) =>
      cellSizes(tensors, { layer: /^mamba_encoder\.(\d+)\./, nameOf: (ours) => originalNames(ours)[0] }),
  },
  {
    name: "a cell model of ours",
    is: (names) => CELL.every((name) => names.has(name)),
    sizes: (tensors) => cellSizes(tensors, { layer: /^layers\.(\d+)\./, nameOf: (ours) => ours }),
  },
  { name: "the original's text encoder (finetune_bert.pth)", is: isTuned, sizes: bertSizes },
  {
    name: "a text encoder of ours",
    is: (names) => names.has(WORDS) && names.has("projection.linear.weight"),
    sizes: bertSizes,
  },
  { name: "a BERT", is: (names) => [...names].some((name) => textName(name) === WORDS), sizes: bertSizes },
];

/** Description of the tensors: a model that we know and its sizes, or null. */
export function recognise(tensors: Tensors): string | null {
  const names = new Set(tensors.keys());
  const kind = KINDS.find(({ is }) => is(names));
  return kind ? `${kind.name}: ${kind.sizes(tensors)}` : null;
}

function cellSizes(
  tensors: Tensors,
  { layer, nameOf }: { layer: RegExp; nameOf: (ours: string) => string },
): string {
  const [genes, , classes] = CELL.map((ours) => tensors.get(nameOf(ours))!.shape);
  return `${countLayers(tensors, layer)} layers, width ${genes[1]}, ${genes[0]} tokens, ${
    classes[0]
  } classes`;
}

function bertSizes(tensors: Tensors): string {
  const words = [...tensors].find(([name]) => textName(name) === WORDS || name === WORDS);
  const [rows, width] = words?.[1].shape ?? ["?", "?"];
  return `${countLayers(tensors, /\blayer\.(\d+)\./)} layers, width ${width}, ${rows} tokens`;
}

function countLayers(tensors: Tensors, pattern: RegExp): number {
  return new Set([...tensors.keys()].flatMap((name) => pattern.exec(name)?.[1] ?? [])).size;
}
