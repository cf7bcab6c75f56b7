import { NA_INTEGER, type RPairs, type RValue } from "./values.ts";

/**
 * The expanded form of a vector in one of R's compact forms (ALTREP), without attributes; `claim` is asked before memory
 * is taken for it.
 *
 * Forms: R sources, src/main/altclasses.c.
 */
export function expandAltrep(form: string, state: RValue, claim: (bytes: number) => void): RValue {
  switch (form) {
    case "compact_intseq":
      return sequence(state, claim, (length) => ({ kind: "integer", data: new Int32Array(length) }));
    case "compact_realseq":
      return sequence(state, claim, (length) => ({ kind: "double", data: new Float64Array(length) }));
    case "deferred_string":
      return deferredText(isPairs(state) ? state.data[0] ?? null : null);
    default:
      return form.startsWith("wrap_") ? wrapped(state) : { kind: "other", what: `a vector of form ${form}` };
  }
}

const isPairs = (value: RValue): value is RPairs => value?.kind === "pairs";

type Empty =
  | { kind: "integer"; data: Int32Array<ArrayBuffer> }
  | { kind: "double"; data: Float64Array<ArrayBuffer> };

/** Length, first value and step. */
function sequence(state: RValue, claim: (bytes: number) => void, empty: (length: number) => Empty): RValue {
  if (state?.kind !== "double" || state.data.length !== 3) throw new RangeError("a sequence is damaged");
  const [length, first, step] = state.data;
  if (!Number.isInteger(length) || length < 0) throw new RangeError("a sequence is damaged");
  claim(8 * length);
  const out = empty(length);
  for (let i = 0; i < length; i++) out.data[i] = first + i * step;
  return { ...out, attributes: new Map() };
}

/** Numbers that were to become text once somebody looks. */
function deferredText(numbers: RValue): RValue {
  if (numbers?.kind !== "integer" && numbers?.kind !== "double") {
    throw new RangeError("a text vector is damaged");
  }
  const isInteger = numbers.kind === "integer";
  const text = (value: number) =>
    isInteger ? value === NA_INTEGER ? null : String(value) : Number.isNaN(value) ? null : realText(value);
  return { kind: "text", data: Array.from(numbers.data, text), attributes: new Map() };
}

/** R keeps 15 significant digits, and writes 1e+05 where that is shorter than 100000. */
function realText(value: number): string {
  const plain = String(Number(value.toPrecision(15)));
  const scientific = value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  return plain.includes("e") || scientific.length < plain.length ? scientific : plain;
}

/** A vector that carries notes on whether it is sorted. */
function wrapped(state: RValue): RValue {
  if (isPairs(state)) return state.data[0] ?? null;
  return state?.kind === "list" ? state.data[0] ?? null : null;
}
