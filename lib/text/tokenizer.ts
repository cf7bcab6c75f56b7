import { Tokenizer } from "@huggingface/tokenizers";
import { fileError, messageOf, readText } from "../runtime/mod.ts";
import { NORMALIZER, SPECIAL_TOKENS } from "./wordpiece.ts";

/** A Hugging Face tokenizer.json, as far as we rely on it. */
export interface TokenizerJson {
  readonly model: {
    readonly type: string;
    readonly vocab: Record<string, number>;
    readonly [key: string]: unknown;
  };
  readonly [key: string]: unknown;
}

/** Texts as rows of token ids, padded on the right to the longest row with `[PAD]`. */
export interface TokenBatch {
  readonly rows: number;
  readonly length: number;
  /** `[rows, length]`, row-major. */
  readonly ids: Int32Array;
  /** Tokens before the padding, for each row. */
  readonly lengths: Int32Array;
}

/** Cuts texts into WordPiece ids, `[CLS]` first and `[SEP]` last. */
export interface TextTokenizer {
  readonly json: TokenizerJson;
  readonly vocabularySize: number;
  /** The pieces as text, with the special tokens. */
  tokens(text: string): string[];
  /** Token ids of one text, cut to `maxLength` with `[SEP]` kept. */
  encode(text: string, maxLength: number): number[];
}

/**
 * Reads a tokenizer.json, or a vocab.txt (one piece a line, as BERT's first release has it; in lower case).
 *
 * @throws {KcellfmError} tag "file", when it is missing, not JSON, not WordPiece, or lacks a special token.
 */
export function loadTokenizer(path: string): TextTokenizer {
  const json = path.endsWith(".txt") ? readVocabulary(path) : readJson(path);
  try {
    const tokenizer = createTokenizer(json);
    const ids = tokenizer.encode("T cell \u2603", 8); // what it is made of shows only when it cuts
    if (ids.every(Number.isInteger)) return tokenizer;
    throw new Error("a token that it gives, such as that of unknown words, is not in its vocabulary");
  } catch (error) {
    throw fileError(`Cannot use the tokenizer ${path}: ${messageOf(error)}; fetch or write it again`, error);
  }
}

function readVocabulary(path: string): TokenizerJson {
  let pieces: string[];
  try {
    pieces = readText(path).replace(/\r?\n$/, "").split(/\r?\n/);
  } catch (error) {
    throw fileError(`Cannot read the vocabulary ${path}: the file is missing or not readable`, error);
  }
  const missing = SPECIAL_TOKENS.filter((token) => !pieces.includes(token));
  if (missing.length === 0) return wordPieceJson(pieces);
  throw fileError(
    `Cannot use the vocabulary ${path}: it lacks ${missing.join(", ")}; expected one piece a line`,
  );
}

function readJson(path: string): TokenizerJson {
  let json: TokenizerJson;
  try {
    json = JSON.parse(readText(path));
  } catch (error) {
    throw fileError(`Cannot read the tokenizer ${path}: it is missing or not JSON`, error);
  }
  if (json?.model?.type !== "WordPiece") {
    throw fileError(
      `Cannot use the tokenizer ${path}: its model is ${json?.model?.type ?? "missing"}, not WordPiece`,
    );
  }
  const ids = Object.values(json.model.vocab ?? {}).sort((a, b) => a - b);
  if (ids.length > 0 && ids.every((id, i) => id === i)) return json;
  throw fileError(
    `Cannot use the tokenizer ${path}: the ids of its vocabulary are not 0, 1, 2, ... once each`,
  );
}

/** A tokenizer from the content of a tokenizer.json. */
export function createTokenizer(json: TokenizerJson): TextTokenizer {
  const tokenizer = new Tokenizer(json, {});
  return {
    json,
    vocabularySize: Object.keys(json.model.vocab).length,
    tokens: (text) => tokenizer.encode(text).tokens,
    encode(text, maxLength) {
      const { ids } = tokenizer.encode(text);
      return ids.length <= maxLength ? ids : [...ids.slice(0, maxLength - 1), ids[ids.length - 1]];
    },
  };
}

/** Lays out encoded texts as one padded batch (`[PAD]` is id 0 in every BERT vocabulary). */
export function padTokens(encoded: readonly (readonly number[])[]): TokenBatch {
  const length = Math.max(1, ...encoded.map((ids) => ids.length));
  const ids = new Int32Array(encoded.length * length);
  encoded.forEach((row, i) => ids.set(row, i * length));
  return { rows: encoded.length, length, ids, lengths: Int32Array.from(encoded, (row) => row.length) };
}

/**
 * Lays out encoded texts, already sorted by length, in parts of `rows` padded apart: what a batch costs follows
 * its longest row, and most names are short.
 */
export function padParts(encoded: readonly (readonly number[])[], rows = 64): TokenBatch[] {
  const parts: TokenBatch[] = [];
  for (let start = 0; start < encoded.length; start += rows) {
    parts.push(padTokens(encoded.slice(start, start + rows)));
  }
  return parts;
}

/** The tokenizer.json of a BERT tokenizer with this vocabulary, readable by Hugging Face's libraries. */
export function wordPieceJson(vocabulary: readonly string[]): TokenizerJson {
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: SPECIAL_TOKENS.map((content) => addedToken(content, vocabulary.indexOf(content))),
    normalizer: NORMALIZER,
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "BertProcessing",
      cls: tokenPair("[CLS]", vocabulary),
      sep: tokenPair("[SEP]", vocabulary),
    },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocabulary.map((piece, id) => [piece, id])),
    },
  };
}

const tokenPair = (token: string, vocabulary: readonly string[]) => [token, vocabulary.indexOf(token)];

const addedToken = (content: string, id: number) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
});
