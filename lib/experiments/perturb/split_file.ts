import { z } from "zod";
import { dataError, fileError, messageOf, writeFileAtomically } from "../../runtime/mod.ts";
import type { PerturbationSplit } from "./set.ts";

const names = z.array(z.string().min(1)).min(1);
const splitFileSchema = z.strictObject({
  version: z.literal(1),
  splits: z.array(z.strictObject({
    set: z.string(),
    name: z.string(),
    train: names,
    validation: names,
    test: names,
    groups: z.record(z.string(), z.string()),
  })).min(1),
});

/** The names of a set's conditions. */
interface Named {
  readonly conditions: readonly { readonly name: string }[];
}

/** Writes splits as JSON, so that others can score the same conditions; `path` holds the whole file or nothing. */
export async function writeSplits(path: string, splits: readonly PerturbationSplit[]): Promise<void> {
  await writeFileAtomically(path, JSON.stringify({ version: 1, splits }, null, 1) + "\n");
}

/**
 * Reads what {@linkcode writeSplits} wrote, for the conditions of `set`.
 *
 * @throws {KcellfmError} tag "file" when it cannot be read, "data" when it names a condition that the set has not, or one
 *   twice, or a test condition has no group.
 */
export async function readSplits(path: string, set: Named): Promise<PerturbationSplit[]> {
  const parsed = splitFileSchema.safeParse(await readJson(path));
  if (!parsed.success) {
    const { path: field, message } = parsed.error.issues[0];
    throw dataError(
      `Cannot use ${path} as splits: field ${field.join(".") || "(whole)"} is wrong: ${message}`,
    );
  }
  const known = new Set(set.conditions.map(({ name }) => name));
  for (const split of parsed.data.splits) requireKnown(split, known, path);
  return parsed.data.splits;
}

function requireKnown(split: PerturbationSplit, known: ReadonlySet<string>, path: string): void {
  const all = [...split.train, ...split.validation, ...split.test];
  const unknown = all.find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw dataError(`Cannot use ${path} (${split.name}): the set has no condition "${unknown}"`);
  }
  const twice = all.find((name, at) => all.indexOf(name) !== at);
  if (twice !== undefined) throw dataError(`Cannot use ${path} (${split.name}): "${twice}" is in it twice`);
  const alone = split.test.find((name) => split.groups[name] === undefined);
  if (alone !== undefined) throw dataError(`Cannot use ${path} (${split.name}): groups lacks "${alone}"`);
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    throw fileError(`Cannot read the splits of ${path}: ${messageOf(error)}`, error);
  }
}
