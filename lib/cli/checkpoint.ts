import {
  DTYPE_BYTES,
  elementsOf,
  type FloatDtype,
  type LazyTensor,
  openTensors,
  type TensorDtype,
  type TensorFile,
  writeTensors,
} from "../data/tensors/mod.ts";
import { dataError, startBackend, usageError } from "../runtime/mod.ts";
import { convertOriginal } from "../cell/mod.ts";
import { isOriginal, recognise } from "./checkpoint_kinds.ts";
import { createCommand, oneOf } from "./flags.ts";
import { runCommand } from "./run.ts";
import { terminalTable } from "./table.ts";

/** `deno task checkpoint`: what is in a file of weights, and safetensors out of PyTorch's files. */
export const command = createCommand(
  "checkpoint",
  "Looks into files of weights and converts them; runs nothing.",
  {
    out: "convert: the .safetensors to write, or for the original's cell model a checkpoint folder",
  },
).configureHelp({ showGlobalOptions: true });

command.command("inspect <file>")
  .description("names, shapes and types in a .safetensors, .pth, .pt or .bin, and what model they look like")
  .option("--json", "as JSON")
  .action(async (file, { json }) => {
    const summary = await summarise(await openTensors(file));
    console.log(json ? JSON.stringify(summary, null, 2) : asText(summary));
  });

command.command("convert <file>")
  .description(
    "writes the tensors of a .pth, .pt, .bin or .safetensors as one .safetensors file (--out FILE.safetensors); the " +
      "original's cell model also as a checkpoint of ours (--out FOLDER)",
  )
  .option(
    "--dtype <type>",
    "write floats as f32 or f16 (default: f16 where they are, f32 elsewhere)",
    oneOf(["f32", "f16"]),
  )
  .option("--genes <file>", "to a folder: the original's gene vocabulary (default: kcellfm_gene_vocab)")
  .option("--text <folder>", "to a folder: text checkpoint whose type vectors go with the model")
  .action(async (file, { dtype, ...rest }) => {
    const { out, backend } = command.opts();
    const written = dtype && FLOATS[dtype];
    if (out?.endsWith(".safetensors")) {
      await convert(await openTensors(file), { out, dtype: written });
      console.log(asLine(await summarise(await openTensors(out))));
    } else if (out !== undefined && isOriginal((await openTensors(file)).tensors)) {
      await startBackend(backend);
      console.log(await convertOriginal(file, { ...rest, out, dtype: written }));
    } else {
      throw usageError(
        `Cannot convert ${file}: name the file to write, --out FILE.safetensors`,
      );
    }
  });

const FLOATS = { f32: "F32", f16: "F16" } as const;

/** One tensor of a file of weights. */
export interface TensorSummary {
  readonly name: string;
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  readonly bytes: number;
  /** The first name of the same numbers, when they have several. */
  readonly tiedTo?: string;
}

/** Contents of a file of weights. */
export interface CheckpointSummary {
  readonly file: string;
  readonly form: TensorFile["form"];
  readonly bytes: number;
  /** The model it looks like, or null. */
  readonly model: string | null;
  /** Numbers in tensors of floats, tied ones counted once; safetensors does not say which are tied. */
  readonly parameters: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: readonly TensorSummary[];
}

/** Lists a file's tensors without reading them. */
export async function summarise({ path, form, tensors, metadata }: TensorFile): Promise<CheckpointSummary> {
  const firstAt = new Map<string, string>();
  const list = [...tensors].map(([name, tensor]): TensorSummary => {
    const tiedTo = elementsOf(tensor.shape) > 0 ? firstAt.get(tensor.place) : undefined;
    if (tiedTo === undefined) firstAt.set(tensor.place, name);
    const { dtype, shape } = tensor;
    return { name, dtype, shape, bytes: bytesOf(tensor), ...(tiedTo === undefined ? {} : { tiedTo }) };
  });
  const counted = list.filter(({ dtype, tiedTo }) => isFloat(dtype) && tiedTo === undefined);
  return {
    file: path,
    form,
    bytes: (await Deno.stat(path)).size,
    model: recognise(tensors),
    parameters: counted.reduce((sum, { shape }) => sum + elementsOf(shape), 0),
    metadata,
    tensors: list,
  };
}

/** A small file may show the same numbers under any number of names; an honest one at most twice or so. */
const MAX_GROWTH = 16;

async function convert(file: TensorFile, { out, dtype }: { out: string; dtype?: FloatDtype }): Promise<void> {
  const { size } = await Deno.stat(file.path);
  const total = [...file.tensors.values()].reduce((sum, tensor) => sum + bytesOf(tensor), 0);
  if (file.tensors.size === 0) throw dataError(`Cannot convert ${file.path}: it holds no tensors`);
  if (total > MAX_GROWTH * size) {
    throw dataError(
      `Cannot convert ${file.path}: its ${size} bytes would unfold to ${total}; no checkpoint shares its tensors so`,
    );
  }
  await writeTensors(out, file.tensors, { dtype });
}

const bytesOf = ({ shape, dtype }: Pick<LazyTensor, "shape" | "dtype">): number =>
  elementsOf(shape) * DTYPE_BYTES[dtype];

const isFloat = (dtype: TensorDtype): boolean => /^B?F\d/.test(dtype);

function asText(summary: CheckpointSummary): string {
  const rows = summary.tensors.map(({ name, dtype, shape, bytes, tiedTo }) => [
    printable(name),
    dtype,
    shape.length > 0 ? shape.join(" x ") : "scalar",
    (bytes / 1e6).toFixed(3),
    tiedTo === undefined ? "" : printable(tiedTo),
  ]);
  return terminalTable({ title: asLine(summary), columns: ["name", "type", "shape", "MB", "tied to"], rows });
}

function asLine({ file, form, bytes, tensors, parameters, model }: CheckpointSummary): string {
  const tied = tensors.filter(({ tiedTo }) => tiedTo !== undefined).length;
  return `${file}: ${form}, ${(bytes / 1e6).toFixed(1)} MB, ${tensors.length} tensors${
    tied > 0 ? ` (${tied} tied to another)` : ""
  }, ${parameters.toLocaleString("en")} parameters; ${
    model ? `looks like ${model}` : "no model that we know"
  }`;
}

/** Names come from the file: a terminal's control codes stay out. */
const printable = (name: string): string => name.replaceAll(/\p{Cc}/gu, "?");

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
