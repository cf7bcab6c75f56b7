import {
  bytesOf,
  dirname,
  fileError,
  host,
  join,
  statOrNull,
  writeAtomically,
  writeFolderAtomically,
} from "../../runtime/mod.ts";
import { addTo, type Annotations, replacedBy } from "../h5ad/add.ts";
import { below, type ElementSink } from "../h5ad/store.ts";
import { type H5adContent, writeContent } from "../h5ad/write.ts";
import type { ZarrFiles } from "./files.ts";
import { openZarrStore, type TableChoice, tableRoot } from "./open.ts";
import { ZarrSink } from "./sink.ts";
import { packFolder } from "../zip_write.ts";
import type { JsonObject } from "./types.ts";

/**
 * Writes an AnnData in zarr (version 2, which every reader knows), a folder, or a zip where the name ends in `.zip`. `path`
 * holds all of it or nothing.
 *
 * @throws {KcellfmError} tag "file" when its folder is missing, "data" when shapes do not agree.
 */
export async function writeZarr(path: string, content: H5adContent): Promise<void> {
  await inFolderOrZip(path, async (folder) => {
    const sink = new ZarrSink(path, folder, 2);
    sink.createGroup("");
    await writeContent(sink, content);
  });
}

/**
 * Copies an AnnData in zarr, of either version, and adds obs columns, obsm and uns entries; the files of everything else keep
 * their bytes. In a SpatialData they go to the table that was read. `output` is a folder, or a zip.
 *
 * @throws {KcellfmError} tag "file" when something cannot be read or written, "data" when lengths differ.
 */
export async function annotateZarr(
  input: string,
  output: string,
  { additions, choice = {} }: { additions: Annotations; choice?: TableChoice },
): Promise<void> {
  const source = await openZarrStore(input);
  const root = tableRoot(source, choice);
  const replaced = replacedBy(below(source, root), additions).map((target) =>
    root === "" ? target : `${root}/${target}`
  );
  await inFolderOrZip(output, (folder) => {
    copyFiles(source.files, folder, new Set(replaced));
    const sink = new ZarrSink(output, folder, source.version);
    addTo(below<ElementSink>(sink, root), additions);
    consolidate(source.files, sink, replaced);
  });
}

/** Runs `write` on a folder, which becomes `path` or is packed into it. */
async function inFolderOrZip(path: string, write: (folder: string) => void | Promise<void>): Promise<void> {
  if (!/\.zip$/i.test(path)) {
    requireZarr(path);
    return await writeFolderAtomically(path, write);
  }
  await writeAtomically(path, async (temporary) => {
    const folder = `${temporary}.folder`;
    host.files.makeFolder(folder);
    try {
      await write(folder);
      await packFolder(folder, temporary);
    } finally {
      host.files.remove(folder);
    }
  });
}

/** Fails where a folder lies that is no zarr: it would be replaced. */
function requireZarr(path: string): void {
  if (!statOrNull(path)?.isDirectory) return;
  const names = host.files.list(path);
  if (names.length === 0 || [".zgroup", ".zattrs", "zarr.json"].some((name) => names.includes(name))) return;
  throw fileError(`Cannot write ${path}: a folder that is no zarr lies there; name another`);
}

/** Copies all files but those below the folders of `without`. */
function copyFiles(files: ZarrFiles, folder: string, without: ReadonlySet<string>, at = ""): void {
  for (const name of files.names(at)) {
    const key = at === "" ? name : `${at}/${name}`;
    if (without.has(key)) continue;
    const bytes = files.size(key) === null ? null : files.read(key);
    if (!bytes) copyFiles(files, folder, without, key);
    else {
      host.files.makeFolder(dirname(join(folder, key)));
      host.files.write(join(folder, key), bytes);
    }
  }
}

/**
 * Metadata that lie at the root a second time are told what was written: readers believe them alone.
 */
function consolidate(files: ZarrFiles, sink: ZarrSink, replaced: readonly string[]): void {
  const name = sink.version === 3 ? "zarr.json" : ".zmetadata";
  const bytes = files.read(name);
  if (!bytes) return;
  const json: JsonObject = JSON.parse(new TextDecoder().decode(bytes));
  const inside = sink.version === 3 ? json.consolidated_metadata as JsonObject | undefined : json;
  if (!inside?.metadata) return;
  const keep = Object.entries(inside.metadata as JsonObject).filter(([key]) =>
    !replaced.some((it) => key === it || key.startsWith(`${it}/`))
  );
  const added = [...sink.written].filter(([key]) => key !== name).map((
    [key, value],
  ) => [sink.version === 3 ? key.replace(/\/zarr\.json$/, "") : key, value]);
  const metadata = Object.fromEntries([...keep, ...added]);
  const changed = sink.version === 3
    ? { ...json, consolidated_metadata: { ...inside, metadata } }
    : { ...json, metadata };
  host.files.write(join(sink.folder, name), bytesOf(JSON.stringify(changed, null, 2)));
}
