import { PickleBytes } from "./pickle_bytes.ts";
import { Machine, type UnpickleOptions } from "./pickle_machine.ts";
import { OPCODES } from "./pickle_opcodes.ts";

export { PickleGlobal, type UnpickleOptions } from "./pickle_machine.ts";

const STOP = 0x2e;

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
