import { meanOfRows } from "./changes.ts";
import type { Learner } from "./learner.ts";
import { cosine } from "../../../matrix/mod.ts";

/** The mean change of the most similar conditions by cosine of descriptors. */
export const similar: Learner = {
  settings: [1, 2, 3, 5, 8, 12].map((neighbours) => ({ neighbours })),
  prepare: ({ rows }) => (changes, { neighbours }) => (own) => {
    const nearest = rows.map((row, at) => ({ at, similarity: cosine(row, own) }))
      .sort((a, b) => b.similarity - a.similarity).slice(0, neighbours);
    return meanOfRows(changes, nearest.map(({ at }) => at));
  },
};
