import type { Machine } from "./pickle_machine.ts";

/** The action of an instruction. */
export type Run = (machine: Machine) => void;

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

/** The action of each instruction, by its letter in Python's pickletools. */
export const OPCODES: ReadonlyMap<number, Run> = new Map(
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
