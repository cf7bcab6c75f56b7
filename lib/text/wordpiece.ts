import { BertNormalizer, BertPreTokenizer } from "@huggingface/tokenizers";

/** BERT's special tokens, in the order of PubMedBERT's vocabulary (padding is 0). */
export const SPECIAL_TOKENS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] as const;

/** BERT's cleaning before words are cut: lower case, no accents, CJK characters apart. */
export const NORMALIZER = {
  type: "BertNormalizer" as const,
  clean_text: true,
  handle_chinese_chars: true,
  strip_accents: true,
  lowercase: true,
};

/** Counts the words of `texts` after BERT's own cleaning: lower case, no accents, punctuation apart. */
export function countWords(texts: Iterable<string>): Map<string, number> {
  const normalize = new BertNormalizer(NORMALIZER);
  const split = new BertPreTokenizer();
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const word of split.pre_tokenize([normalize.normalize(text)])) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  return counts;
}

/**
 * Learns a WordPiece vocabulary: starts from single characters (`##` inside a word) and joins the most frequent
 * neighbouring pair until `size` pieces are known or no pair occurs `minCount` times. Ties go to the pair that
 * sorts first, so the same texts give the same vocabulary everywhere.
 *
 * Source: Sennrich et al. 2016, as Hugging Face's WordPieceTrainer applies it to WordPiece.
 */
export function learnVocabulary(
  texts: Iterable<string>,
  { size, minCount = 2 }: { size: number; minCount?: number },
): string[] {
  const words = [...countWords(texts)].map(([word, count]) => ({ pieces: spell(word), count }));
  const vocabulary = new Set<string>(SPECIAL_TOKENS);
  for (const piece of [...new Set(words.flatMap((word) => word.pieces))].sort()) vocabulary.add(piece);
  const pairs = new PairCounts(words);
  while (vocabulary.size < size) {
    const best = pairs.best();
    if (best === null || best.count < minCount) break;
    vocabulary.add(join(best.left, best.right));
    pairs.merge(best);
  }
  return [...vocabulary];
}

interface CountedWord {
  pieces: string[];
  readonly count: number;
}

interface Pair {
  readonly left: string;
  readonly right: string;
  count: number;
  /** Indices of the words that (may) hold the pair. */
  readonly words: Set<number>;
}

/** Counts of neighbouring pairs of pieces, kept up to date while pairs are joined. */
class PairCounts {
  readonly #pairs = new Map<string, Pair>();
  readonly #words: CountedWord[];

  constructor(words: CountedWord[]) {
    this.#words = words;
    words.forEach((_, index) => this.#count(index, 1));
  }

  best(): Pair | null {
    let best: Pair | null = null;
    for (const pair of this.#pairs.values()) {
      if (best === null || pair.count > best.count || (pair.count === best.count && precedes(pair, best))) {
        best = pair;
      }
    }
    return best;
  }

  merge({ left, right, words }: Pair): void {
    for (const index of [...words]) {
      this.#count(index, -1);
      this.#words[index].pieces = joinPairs(this.#words[index].pieces, { left, right });
      this.#count(index, 1);
    }
  }

  /** Adds (sign 1) or removes (sign -1) all pairs of one word. */
  #count(index: number, sign: 1 | -1): void {
    const { pieces, count } = this.#words[index];
    for (let i = 0; i + 1 < pieces.length; i++) {
      const key = `${pieces[i]} ${pieces[i + 1]}`;
      const pair = this.#pairs.get(key) ??
        { left: pieces[i], right: pieces[i + 1], count: 0, words: new Set() };
      pair.count += sign * count;
      if (sign > 0) pair.words.add(index);
      if (pair.count > 0) this.#pairs.set(key, pair);
      else this.#pairs.delete(key);
    }
  }
}

const precedes = (a: Pair, b: Pair) => a.left < b.left || (a.left === b.left && a.right < b.right);

const spell = (word: string): string[] => [...word].map((char, i) => (i === 0 ? char : `##${char}`));

const join = (left: string, right: string): string => left + right.slice(2);

function joinPairs(pieces: string[], { left, right }: { left: string; right: string }): string[] {
  const joined: string[] = [];
  for (let i = 0; i < pieces.length; i++) {
    const hit = pieces[i] === left && pieces[i + 1] === right;
    joined.push(hit ? join(left, right) : pieces[i]);
    if (hit) i++;
  }
  return joined;
}
