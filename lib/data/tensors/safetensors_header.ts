import { z } from "zod";
import { fileError } from "../../runtime/mod.ts";
import { DTYPE_BYTES, elementsOf, type TensorDtype } from "./tensor_types.ts";

/** A tensor as the header describes it; its bytes are `[start, start + length)` of the data behind the header. */
export interface HeaderEntry {
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  readonly start: number;
  readonly length: number;
}

/** Contents of the JSON at the start of a safetensors file. */
export interface SafetensorsHeader {
  readonly metadata: Record<string, string>;
  readonly entries: ReadonlyMap<string, HeaderEntry>;
}

/** The format's own bound on its header (100 MB), so that a mangled length allocates nothing. */
const MAX_HEADER = 100_000_000;

const Count = z.int().nonnegative();
const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(Count).max(64),
  data_offsets: z.tuple([Count, Count]),
});
const metadataSchema = z.record(z.string(), z.string());

/** Bytes of the JSON, which the first eight bytes of the file say; it starts at the ninth. */
export function headerLength(start: Uint8Array, { size, where }: { size: number; where: string }): number {
  if (start.length < 8) throw broken(where, `it holds ${start.length} bytes`);
  const length = Number(new DataView(start.buffer, start.byteOffset).getBigUint64(0, true));
  if (length <= MAX_HEADER && 8 + length <= size) return length;
  throw broken(where, `its header claims ${length} bytes`);
}

/**
 * Reads the JSON of a header and checks every entry against the `size` bytes of data behind it.
 *
 * @throws {KcellfmError} tag "file", when it is malformed or a tensor does not lie in the data.
 */
export function parseHeader(
  json: Uint8Array,
  { size, where }: { size: number; where: string },
): SafetensorsHeader {
  const { __metadata__: metadata = {}, ...entries } = parseJson(json, where);
  const checked = metadataSchema.safeParse(metadata);
  if (!checked.success) throw broken(where, "its metadata are not texts by name");
  const named = Object.entries(entries).map(([name, entry]): [string, HeaderEntry] => [
    name,
    checkEntry(entry, size, `${where}, tensor "${name}"`),
  ]);
  return { metadata: checked.data, entries: new Map(named) };
}

function parseJson(json: Uint8Array, where: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(json));
  } catch (error) {
    throw broken(where, "its header is not JSON", error);
  }
  if (isRecord(header)) return header;
  throw broken(where, "its header is not an object of JSON");
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function checkEntry(entry: unknown, size: number, where: string): HeaderEntry {
  const parsed = entrySchema.safeParse(entry);
  if (!parsed.success) throw broken(where, "its entry is not {dtype, shape, data_offsets}");
  const { dtype, shape, data_offsets: [start, end] } = parsed.data;
  if (!isDtype(dtype)) {
    throw fileError(`Cannot read ${where}: dtype ${dtype} is not known (known: ${Object.keys(DTYPE_BYTES)})`);
  }
  if (end - start !== elementsOf(shape) * DTYPE_BYTES[dtype] || end > size) {
    throw fileError(
      `Cannot read ${where}: shape [${shape}] does not fit bytes ${start}-${end}; fetch it again`,
    );
  }
  return { dtype, shape, start, length: end - start };
}

const isDtype = (name: string): name is TensorDtype => Object.hasOwn(DTYPE_BYTES, name);

const broken = (where: string, why: string, cause?: unknown) =>
  fileError(
    `Cannot read ${where}: ${why}; it is not a whole safetensors file, fetch or write it again`,
    cause,
  );
