import { deepStrictEqual, equal } from "node:assert/strict";
import { PagedFile } from "../../../lib/runtime/host/browser/paged_file.ts";
import { createRng, type Rng } from "../../../lib/runtime/mod.ts";

const bytes = (rng: Rng, length: number) => Uint8Array.from({ length }, () => rng.int(256));
const contentOf = (file: PagedFile) => {
  const into = new Uint8Array(file.size);
  equal(file.read(0, into), file.size);
  return into;
};

/** The same changes to a plain array: the slow twin. */
class Plain {
  constructor(public content: Uint8Array) {}
  write(offset: number, piece: Uint8Array) {
    this.resize(Math.max(this.content.length, offset + piece.length));
    this.content.set(piece, offset);
  }
  resize(size: number) {
    const next = new Uint8Array(size);
    next.set(this.content.subarray(0, size));
    this.content = next;
  }
}

Deno.test("PagedFile holds what an array would hold after any writes and cuts", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const rng = createRng(`paged ${seed}`);
    const base = bytes(rng, rng.int(300_000));
    const [file, plain] = [new PagedFile(base.slice()), new Plain(base)];
    for (let step = 0; step < 12; step++) {
      if (rng.uniform() < 0.3) {
        const size = rng.int(400_000);
        file.resize(size);
        plain.resize(size);
      } else {
        const [offset, piece] = [rng.int(400_000), bytes(rng, rng.int(90_000))];
        file.write(offset, piece);
        plain.write(offset, piece);
      }
      deepStrictEqual(contentOf(file), plain.content, `seed ${seed}, step ${step}`);
    }
    deepStrictEqual(new Uint8Array(await file.toBlob().arrayBuffer()), plain.content);
  }
});

Deno.test("PagedFile.copy is changed apart from its original, and its base never", () => {
  const base = Uint8Array.of(1, 2, 3);
  const file = new PagedFile(base);
  file.write(0, Uint8Array.of(9));
  const copy = file.copy();
  copy.write(1, Uint8Array.of(8));
  deepStrictEqual([...contentOf(file)], [9, 2, 3]);
  deepStrictEqual([...contentOf(copy)], [9, 8, 3]);
  deepStrictEqual([...base], [1, 2, 3]);
});

Deno.test("PagedFile.read gives fewer bytes at the end, and none behind it", () => {
  const file = new PagedFile(Uint8Array.of(1, 2, 3));
  const into = new Uint8Array(4);
  equal(file.read(1, into), 2);
  deepStrictEqual([...into], [2, 3, 0, 0]);
  equal(file.read(7, into), 0);
});
