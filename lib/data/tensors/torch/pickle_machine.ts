import { fileError, type KcellfmError } from "../../../runtime/mod.ts";
import type { PickleBytes } from "./pickle_bytes.ts";

/**
 * A name that a pickle may refer to. Calling it runs `call`, a function of ours; without one it is only a name.
 */
export class PickleGlobal {
  constructor(readonly name: string, readonly call?: (args: readonly unknown[]) => unknown) {}
}

/** Limits and callbacks of unpickling. */
export interface UnpickleOptions {
  /** Names the file in errors. */
  readonly where: string;
  /** By `module.name`; every other name is refused. */
  readonly globals: ReadonlyMap<string, PickleGlobal>;
  /** Resolves a persistent id; without it such ids are refused. */
  readonly persistent?: (id: unknown) => unknown;
}

/** Stack, marks and memo of one pickle, and what instructions may do with them. */
export class Machine {
  readonly #stack: unknown[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, unknown>();

  constructor(readonly input: PickleBytes, readonly options: UnpickleOptions) {}

  broken(why: string): KcellfmError {
    return fileError(
      `Cannot read ${this.options.where}: its pickle is damaged or not a checkpoint's: ${why}`,
    );
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  pop(): unknown {
    const value = this.top();
    this.#stack.pop();
    return value;
  }

  /** The value on top; a mark counts as the bottom. */
  top(): unknown {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw this.broken("its stack is empty");
    return this.#stack[this.#stack.length - 1];
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  /** All values above the last mark, which goes too. */
  popToMark(): unknown[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.broken("a mark is missing");
    return this.#stack.splice(mark);
  }

  popTuple(length: number): void {
    const items = Array.from({ length }, () => this.pop());
    this.push(items.reverse());
  }

  remember(index: number): void {
    this.#memo.set(index, this.top());
  }

  memoize(): void {
    this.remember(this.#memo.size);
  }

  recall(index: number): void {
    if (!this.#memo.has(index)) throw this.broken(`nothing was remembered as ${index}`);
    this.push(this.#memo.get(index));
  }

  append(items: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw this.broken("it appends to something that is no list");
    for (const item of items) list.push(item);
  }

  setItems(pairs: readonly unknown[]): void {
    const dict = this.top();
    if (!(dict instanceof Map) || pairs.length % 2 > 0) throw this.broken("it sets items of no dict");
    for (let i = 0; i < pairs.length; i += 2) dict.set(this.#key(pairs[i]), pairs[i + 1]);
  }

  #key(key: unknown): unknown {
    if (key === null || typeof key !== "object") return key;
    throw this.broken("a key of a dict is neither text nor a number");
  }

  /** The allow-list is asked here and nowhere else. */
  global(module: unknown, name: unknown): PickleGlobal {
    const asked = `${String(module)}.${String(name)}`;
    const found = this.options.globals.get(asked);
    if (found) return found;
    throw fileError(
      `Cannot read ${this.options.where}: its pickle asks for ${
        asked.slice(0, 200)
      }, which is refused (nothing ` +
        "was executed); save the bare state dict, or use a safetensors file",
    );
  }

  call(target: unknown, args: unknown): void {
    if (!(target instanceof PickleGlobal) || !target.call || !Array.isArray(args)) {
      const name = target instanceof PickleGlobal ? target.name : "a value";
      throw this.broken(`it calls ${name}, which cannot be called`);
    }
    this.push(target.call(args));
  }

  /** State set on a dict (`_metadata` of a state dict) is dropped; nothing else takes any. */
  build(): void {
    this.pop();
    if (!(this.top() instanceof Map)) throw this.broken("it sets attributes of something that is no dict");
  }

  persistent(id: unknown): void {
    const { persistent } = this.options;
    if (!persistent) throw this.broken("it refers to a storage where none can be");
    this.push(persistent(id));
  }
}
