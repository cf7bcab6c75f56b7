import { fileError, type KcellfmError } from "../../runtime/mod.ts";
import { PickleBytes } from "./pickle_bytes.ts";

/**
 * A name that a pickle may refer to. Calling it runs `call`, a function of ours; without one it is only a name.
 */
export class PickleGlobal {
  constructor(readonly name: string, readonly call?: (args: readonly unknown[]) => unknown) {}
}

/** What a pickle is allowed to do. */
export interface UnpickleOptions {
  /** Names the file in errors. */
  readonly where: string;
  /** By `module.name`; every other name is refused. */
  readonly globals: ReadonlyMap<string, PickleGlobal>;
  /** What a persistent id stands for; without it such ids are refused. */
  readonly persistent?: (id: unknown) => unknown;
}

/** More instructions than any state dict needs (about 60 a tensor), so that a file cannot fill the memory. */
const MAX_STEPS = 1 << 21;

/**
 * Reads the pickle that starts at `start`: dicts become Maps, tuples and lists arrays, Python 2 strings latin-1 text.
 * Nothing is looked up or called but what `globals` holds, and there is no recursion (a machine with a stack, a memo
 * and marks; opcodes as Python's pickletools documents them, protocols 0 to 5, without sets and out-of-band buffers).
 *
 * @returns the value, and where the next byte after the pickle is.
 * @throws {KcellfmError} tag "file", when it is damaged or asks for anything else; the message has the name.
 */
export function unpickle(
  bytes: Uint8Array,
  start: number,
  options: UnpickleOptions,
): { value: unknown; end: number } {
  const input = new PickleBytes(bytes, { start, where: options.where });
  const machine = new Machine(input, options);
  for (let step = 0; step < MAX_STEPS; step++) {
    const opcode = input.byte();
    if (opcode === STOP) return { value: machine.pop(), end: input.position };
    const run = OPCODES.get(opcode);
    if (!run) throw machine.broken(`opcode 0x${opcode.toString(16)} is not supported`);
    run(machine);
  }
  throw machine.broken(`it does not end after ${MAX_STEPS} instructions`);
}

class Machine {
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

type Run = (machine: Machine) => void;

const STOP = 0x2e;

const dict: Run = (m) => {
  const pairs = m.popToMark();
  m.push(new Map());
  m.setItems(pairs);
};

const setItem: Run = (m) => {
  const value = m.pop();
  m.setItems([m.pop(), value]);
};

const object: Run = (m) => {
  const [target, ...args] = m.popToMark();
  m.call(target, args);
};

const reduce: Run = (m) => {
  const args = m.pop();
  m.call(m.pop(), args);
};

const stackGlobal: Run = (m) => {
  const name = m.pop();
  m.push(m.global(m.pop(), name));
};

const protocol: Run = (m) => {
  const version = m.input.byte();
  if (version > 5) throw m.broken(`protocol ${version} is not known`);
};

const boolOrInteger: Run = (m) => {
  const line = m.input.line();
  m.push(line === "00" || line === "01" ? line === "01" : Number(line));
};

/** What each instruction does, by its letter in Python's pickletools. */
const OPCODES: ReadonlyMap<number, Run> = new Map(
  ([
    ["\x80", protocol],
    ["\x95", (m) => m.input.take(8)], // FRAME: a hint that we do not need
    ["(", (m) => m.mark()],
    ["0", (m) => m.pop()],
    ["1", (m) => m.popToMark()],
    ["2", (m) => m.push(m.top())],
    ["N", (m) => m.push(null)],
    ["\x88", (m) => m.push(true)],
    ["\x89", (m) => m.push(false)],
    ["I", boolOrInteger],
    ["L", (m) => m.push(Number(m.input.line().replace(/L$/, "")))],
    ["F", (m) => m.push(Number(m.input.line()))],
    ["J", (m) => m.push(m.input.int32())],
    ["K", (m) => m.push(m.input.byte())],
    ["M", (m) => m.push(m.input.uint16())],
    ["\x8a", (m) => m.push(m.input.long(m.input.byte()))],
    ["\x8b", (m) => m.push(m.input.long(m.input.uint32()))],
    ["G", (m) => m.push(m.input.float64())],
    ["X", (m) => m.push(m.input.text(m.input.uint32()))],
    ["\x8c", (m) => m.push(m.input.text(m.input.byte()))],
    ["\x8d", (m) => m.push(m.input.text(m.input.uint64()))],
    ["T", (m) => m.push(m.input.text(m.input.uint32(), "latin1"))],
    ["U", (m) => m.push(m.input.text(m.input.byte(), "latin1"))],
    ["B", (m) => m.push(m.input.take(m.input.uint32()))],
    ["C", (m) => m.push(m.input.take(m.input.byte()))],
    ["\x8e", (m) => m.push(m.input.take(m.input.uint64()))],
    [")", (m) => m.push([])],
    ["]", (m) => m.push([])],
    ["}", (m) => m.push(new Map())],
    ["t", (m) => m.push(m.popToMark())],
    ["l", (m) => m.push(m.popToMark())],
    ["\x85", (m) => m.popTuple(1)],
    ["\x86", (m) => m.popTuple(2)],
    ["\x87", (m) => m.popTuple(3)],
    ["d", dict],
    ["a", (m) => m.append([m.pop()])],
    ["e", (m) => m.append(m.popToMark())],
    ["s", setItem],
    ["u", (m) => m.setItems(m.popToMark())],
    ["p", (m) => m.remember(Number(m.input.line()))],
    ["q", (m) => m.remember(m.input.byte())],
    ["r", (m) => m.remember(m.input.uint32())],
    ["\x94", (m) => m.memoize()],
    ["g", (m) => m.recall(Number(m.input.line()))],
    ["h", (m) => m.recall(m.input.byte())],
    ["j", (m) => m.recall(m.input.uint32())],
    ["c", (m) => m.push(m.global(m.input.line(), m.input.line()))],
    ["\x93", stackGlobal],
    ["i", (m) => m.call(m.global(m.input.line(), m.input.line()), m.popToMark())],
    ["o", object],
    ["R", reduce],
    ["\x81", reduce], // NEWOBJ: class and arguments lie like function and arguments
    ["b", (m) => m.build()],
    ["Q", (m) => m.persistent(m.pop())],
  ] satisfies [string, Run][]).map(([letter, run]) => [letter.charCodeAt(0), run]),
);
