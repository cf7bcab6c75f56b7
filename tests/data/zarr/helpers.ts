import { fileURLToPath } from "node:url";
import { unpackInto } from "../../../lib/data/fetch/unpack.ts";

/** A file beside tests/fixtures/zarr/make_zarr.py, which wrote it. */
export const zarrFixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/zarr/${name}`, import.meta.url));

/** The hierarchy of a zipped fixture as a folder of that name. */
export async function unpackedFixture(name: string, folder: string): Promise<string> {
  await unpackInto(folder, zarrFixture(name));
  const inner = `${folder}/${name.replace(/\.zip$/, "")}`;
  return await Deno.stat(inner).then(() => inner, () => folder);
}
