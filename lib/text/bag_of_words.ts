import type { Vectoriser } from "./evaluate.ts";
import { countWords } from "./wordpiece.ts";

/**
 * TF-IDF vectors of whole words: `count * (ln((1 + n) / (1 + df)) + 1)`, what a user would try first.
 * Words outside `texts` are not counted.
 *
 * @param texts the documents that fix the words and their frequencies
 */
export function bagOfWords(texts: readonly string[]): Vectoriser {
  const bags = texts.map((text) => countWords([text]));
  const frequency = new Map<string, number>();
  for (const bag of bags) for (const word of bag.keys()) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  const column = new Map([...frequency.keys()].map((word, i) => [word, i]));
  const weight = (word: string) => Math.log((1 + texts.length) / (1 + frequency.get(word)!)) + 1;
  return {
    encode(asked) {
      const vectors = new Float32Array(asked.length * column.size);
      asked.forEach((text, i) => {
        for (const [word, count] of countWords([text])) {
          if (column.has(word)) vectors[i * column.size + column.get(word)!] = count * weight(word);
        }
      });
      return { data: vectors, rows: asked.length, cols: column.size };
    },
  };
}
