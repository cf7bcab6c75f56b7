import type { GivenFile } from "../protocol.ts";
import { h } from "./dom.ts";

/** What file choosers offer first. */
const ACCEPT = ".h5ad,.h5,.hdf5,.h5mu,.loom,.mtx,.gz,.csv,.tsv,.txt,.zip,.rds,.rda,.rdata";

export interface DropZone {
  readonly title: string;
  readonly about: string;
  readonly button: string;
  readonly id: string;
  readonly onFiles: (files: readonly GivenFile[]) => void;
}

/** A place that takes dropped files or folders, and a button that chooses them. */
export function dropZone({ title, about, button, id, onFiles }: DropZone): HTMLElement {
  const input = h("input", {
    type: "file",
    multiple: true,
    accept: ACCEPT,
    id,
    class: "visually-hidden",
    onchange: () => {
      const files = [...input.files ?? []].map((file) => ({ path: file.name, blob: file }));
      input.value = "";
      if (files.length > 0) onFiles(files);
    },
  });
  const zone = h(
    "section",
    { class: "drop", "aria-labelledby": `${id}-title` },
    h("h2", { id: `${id}-title` }, title),
    h("p", {}, about),
    h("label", { class: "button", htmlFor: id }, button),
    input,
  );
  const mark = (event: DragEvent, over: boolean) => {
    event.preventDefault();
    zone.classList.toggle("over", over);
  };
  zone.addEventListener("dragover", (event) => mark(event, true));
  zone.addEventListener("dragleave", (event) => mark(event, false));
  zone.addEventListener("drop", (event) => {
    mark(event, false);
    void droppedFiles(event.dataTransfer).then(onFiles);
  });
  return zone;
}

/** All files of a drop, those in folders with their paths. */
async function droppedFiles(transfer: DataTransfer | null): Promise<GivenFile[]> {
  if (!transfer) return [];
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.length === 0) return [...transfer.files].map((file) => ({ path: file.name, blob: file }));
  return (await Promise.all(entries.map((entry) => filesBelow(entry, "")))).flat();
}

async function filesBelow(entry: FileSystemEntry, folder: string): Promise<GivenFile[]> {
  const path = folder + entry.name;
  if (entry.isFile) return [{ path, blob: await fileOf(entry as FileSystemFileEntry) }];
  const entries = await entriesOf(entry as FileSystemDirectoryEntry);
  return (await Promise.all(entries.map((inner) => filesBelow(inner, `${path}/`)))).flat();
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

/** A folder gives its entries a hundred at a time, until it gives none. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject)
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}
