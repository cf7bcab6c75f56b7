import { TYPE } from "./codes.ts";
import type { Input } from "./input.ts";

/** A reader of items: its input, and the way to skip an item. */
interface ItemReader {
  readonly input: Pick<Input, "int">;
  skip(): Promise<void>;
}

/**
 * Passes over the compiled form of a function, whose items are laid out in a way of their own.
 *
 * Format: R sources, src/main/serialize.c, ReadBC and ReadBCLang.
 */
export async function skipBytecode(reader: ItemReader): Promise<void> {
  await reader.input.int(); // how many of its items are referred to
  await skipCode(reader, 0);
}

/** Functions inside functions: the same limit as for other items, of which each level has several. */
const DEEPEST = 250;

async function skipCode(reader: ItemReader, depth: number): Promise<void> {
  if (depth > DEEPEST) throw new RangeError("its functions are nested beyond reason");
  await reader.skip(); // the instructions
  const constants = await reader.input.int();
  for (let i = 0; i < constants; i++) {
    const type = await reader.input.int();
    if (type === TYPE.bytecode) await skipCode(reader, depth + 1);
    else await skipLanguage(reader, type, depth + 1);
  }
}

const IN_LANGUAGE: ReadonlySet<number> = new Set([
  TYPE.language,
  TYPE.pairs,
  TYPE.attributeLanguage,
  TYPE.attributePairs,
  TYPE.bytecodeDefinition,
]);

async function skipLanguage(reader: ItemReader, first: number, depth: number): Promise<void> {
  if (depth > DEEPEST) throw new RangeError("its language is nested beyond reason");
  let type = first;
  while (IN_LANGUAGE.has(type)) {
    if (type === TYPE.bytecodeDefinition) {
      await reader.input.int(); // its number
      type = await reader.input.int();
    }
    if (type === TYPE.attributeLanguage || type === TYPE.attributePairs) await reader.skip();
    await reader.skip(); // the tag
    await skipLanguage(reader, await reader.input.int(), depth + 1);
    type = await reader.input.int(); // of the rest
  }
  if (type === TYPE.bytecodeReference) await reader.input.int();
  else await reader.skip();
}
