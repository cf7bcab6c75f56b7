import { join } from "node:path";
import { decodeSafetensors, encodeSafetensors } from "../../../data/tensors/mod.ts";
import { cacheDir, makeFolder, sha256, writeFileAtomically } from "../../../runtime/mod.ts";
import { type GeneTable, unitRows } from "./genes.ts";

/**
 * A table of gene vectors that takes a while to make: from `data/cache/genes` where it was made before from the same things
 * (`key` names them all), else made and kept there: rows at length one, at half precision. Whoever makes it gets the rounded
 * numbers too.
 */
export async function cachedTable(
  name: string,
  key: readonly string[],
  make: () => Promise<GeneTable>,
): Promise<GeneTable> {
  const hash = await sha256(new TextEncoder().encode(JSON.stringify(key)));
  const path = join(cacheDir(), "genes", `${name}-${hash.slice(0, 12)}.safetensors`);
  const kept = await Deno.readFile(path).catch(() => null);
  if (kept !== null) return decodeTable(kept, path);
  const bytes = encodeTable(unitRows(await make()));
  await makeFolder(join(cacheDir(), "genes"));
  await writeFileAtomically(path, bytes);
  return decodeTable(bytes, path);
}

function encodeTable({ genes, width, vectors }: GeneTable): Uint8Array {
  const table = { dtype: "F16", shape: [genes.length, width], data: vectors } as const;
  return encodeSafetensors(new Map([["vectors", table]]), { genes: genes.join("\n") });
}

function decodeTable(bytes: Uint8Array, path: string): GeneTable {
  const { tensors, metadata } = decodeSafetensors(bytes, path);
  const { shape, data } = tensors.get("vectors")!;
  return { genes: metadata.genes.split("\n"), width: shape[1], vectors: data as Float32Array };
}
