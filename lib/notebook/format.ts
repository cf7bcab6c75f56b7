import { z } from "zod";
import { fileError, messageOf, writeFileAtomically } from "../runtime/mod.ts";

/** Text that a notebook file holds as one string or as lines. */
const text = z.union([z.string(), z.array(z.string())]).transform((value) =>
  Array.isArray(value) ? value.join("") : value
);
const metadata = z.record(z.string(), z.unknown());

const output = z.looseObject({ output_type: z.string() });
const base = { id: z.string().optional(), metadata, source: text };
const cell = z.discriminatedUnion("cell_type", [
  z.object({ cell_type: z.literal("markdown"), ...base }),
  z.object({ cell_type: z.literal("raw"), ...base }),
  z.object({
    cell_type: z.literal("code"),
    ...base,
    execution_count: z.number().nullable(),
    outputs: z.array(output),
  }),
]);
const notebook = z.object({
  nbformat: z.literal(4),
  nbformat_minor: z.number(),
  metadata,
  cells: z.array(cell),
});

/** A notebook file (nbformat 4), with each source as one string. */
export type Notebook = z.infer<typeof notebook>;
export type Cell = Notebook["cells"][number];
export type CodeCell = Extract<Cell, { cell_type: "code" }>;
/** A cell's output as nbformat has it: `stream`, `display_data`, `execute_result` or `error`. */
export type CellOutput = z.infer<typeof output>;

/** @throws {KcellfmError} tag "file", when the file cannot be read or is not a notebook. */
export async function readNotebook(path: string): Promise<Notebook> {
  try {
    return notebook.parse(JSON.parse(await Deno.readTextFile(path)));
  } catch (error) {
    const what = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw fileError(`Cannot read the notebook ${path}: ${what}`, error);
  }
}

/** Writes a notebook with sources and streams as lines, the form that Jupyter and git diffs like. */
export async function writeNotebook(path: string, { cells, ...rest }: Notebook): Promise<void> {
  const content = { ...rest, cells: cells.map((cell) => ({ ...cell, source: asLines(cell.source) })) };
  await writeFileAtomically(path, JSON.stringify(content, null, 1) + "\n");
}

const asLines = (text: string) => text === "" ? [] : text.split(/(?<=\n)/);

/** The first heading of a notebook, else its file's name. */
export function titleOfNotebook({ cells }: Notebook, fallback: string): string {
  const markdown = cells.find((cell) => cell.cell_type === "markdown" && /^# /m.test(cell.source));
  return markdown?.source.match(/^# (.*)$/m)?.[1].trim() ?? fallback;
}
