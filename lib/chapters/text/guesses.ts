import type { TextTrial } from "../../experiments/text/mod.ts";
import { rowAt } from "../../matrix/mod.ts";
import { embedTexts, nearestTypes, relationVector } from "../../text/mod.ts";

/** A held-out type, its parents, and what the encoder takes for them. */
export interface ParentGuess {
  readonly type: string;
  readonly parents: string;
  readonly guesses: string;
}

/**
 * The first `types` held-out types that have parents, with the `count` types that the encoder finds nearest to their
 * vector plus that of is_a.
 */
export function guessParents(
  { model, exam }: TextTrial,
  { types, count }: { types: number; count: number },
): ParentGuess[] {
  const { names, heldOut, parents } = exam;
  const embeddings = { ids: names, names, ...embedTexts(model, names) };
  const isA = relationVector(model, "is_a");
  const asked = heldOut.map((row, i) => ({ row, above: parents[i] })).filter(({ above }) => above.length > 0);
  return asked.slice(0, types).map(({ row, above }) => {
    const own = rowAt(embeddings, row);
    const moved = isA.map((value, j) => value + own[j]);
    const near = nearestTypes(embeddings, moved, count + 1).filter(({ name }) => name !== names[row]);
    return {
      type: names[row],
      parents: above.map((parent) => names[parent]).join("; "),
      guesses: near.slice(0, count).map(({ name }) => name).join("; "),
    };
  });
}
