import { dirname, join, normalize } from "pathe";
import type { Files } from "../files.ts";
import { type Base, openPaged, PagedFile } from "./paged_file.ts";

/** Files of this worker by path; a folder is there as soon as something is in it. */
const known = new Map<string, PagedFile>();
const folders = new Set<string>(["/"]);

/** Shows this worker a file of the user's, or bytes, at a path. */
export function putFile(path: string, content: Base): void {
  put(path, new PagedFile(content));
}

/** The file at a path as a Blob, for the page to hand out. */
export const blobAt = (path: string): Blob => fileAt(path).toBlob();

/** Files in the worker's memory and those that the user gave; nothing is kept when the page closes. */
export const files: Files = {
  stat(path) {
    const file = known.get(normalize(path));
    if (file) return { isFile: true, isDirectory: false, size: file.size, modified: 0 };
    const isFolder = folders.has(normalize(path));
    return isFolder ? { isFile: false, isDirectory: true, size: 0, modified: 0 } : null;
  },
  list(folder) {
    const start = folder.endsWith("/") ? normalize(folder) : `${normalize(folder)}/`;
    const inside = [...known.keys(), ...folders].filter((path) => path.startsWith(start) && path !== start);
    return [...new Set(inside.map((path) => path.slice(start.length).split("/")[0]))];
  },
  read(path) {
    const file = fileAt(path);
    const bytes = new Uint8Array(file.size);
    file.read(0, bytes);
    return bytes;
  },
  write(path, content) {
    const file = new PagedFile();
    file.write(0, content);
    put(path, file);
  },
  append(path, content) {
    const file = known.get(normalize(path)) ?? new PagedFile();
    file.write(file.size, content);
    put(path, file);
  },
  open: (path) => openPaged(fileAt(path)),
  change(path) {
    if (!known.has(normalize(path))) put(path, new PagedFile());
    return openPaged(fileAt(path));
  },
  copy: (from, to) => put(to, fileAt(from).copy()),
  rename(from, to) {
    put(to, fileAt(from));
    known.delete(normalize(from));
  },
  remove(path) {
    const place = normalize(path);
    for (const each of [...known.keys()]) {
      if (each === place || each.startsWith(`${place}/`)) known.delete(each);
    }
    for (const each of [...folders]) if (each === place || each.startsWith(`${place}/`)) folders.delete(each);
  },
  makeFolder: addFolder,
  flush: () => {},
  lockFolder: () => ({ [Symbol.dispose]: () => {} }),
};

function put(path: string, file: PagedFile): void {
  addFolder(dirname(path));
  known.set(normalize(path), file);
}

function addFolder(path: string): void {
  for (let folder = normalize(path); !folders.has(folder); folder = dirname(folder)) folders.add(folder);
}

function fileAt(path: string): PagedFile {
  const file = known.get(normalize(path));
  if (file) return file;
  throw Object.assign(new Error(`there is no file ${join(path)}`), { code: "ENOENT" });
}
