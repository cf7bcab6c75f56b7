import { type BackendName, type ErrorTag, KcellfmError, messageOf } from "../runtime/mod.ts";
import type { BatchPlace } from "./types.ts";

/** A request to a worker, which answers each one before it gets the next. */
export type Request =
  /** Start the backend and build the replica from `setup`. */
  | {
    readonly kind: "start";
    readonly backend: BackendName;
    readonly setup: unknown;
    readonly learning: readonly string[];
    readonly params: SharedArrayBuffer;
    readonly gradients: SharedArrayBuffer;
  }
  /** Write the gradients of this part of a batch at the parameters of now, answer its scores. */
  | { readonly kind: "gradients"; readonly part: unknown; readonly place: BatchPlace }
  /** Answer what a named job of the replica makes of `input`, at the parameters of now. */
  | { readonly kind: "job"; readonly job: string; readonly input: unknown };

/** An answer of a worker. */
export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: PlainError };

/** An error as plain data, for it has to pass from one thread to another. */
export interface PlainError {
  readonly tag: ErrorTag | null;
  readonly message: string;
  readonly stack?: string;
}

/** An error on its way out of a worker. */
export function toPlain(error: unknown): PlainError {
  const tag = error instanceof KcellfmError ? error.tag : null;
  const name = tag === null && error instanceof Error ? `${error.name}: ` : "";
  return { tag, message: name + messageOf(error), stack: error instanceof Error ? error.stack : undefined };
}

/** The error of a worker as this thread throws it; what a user can act on keeps its tag. */
export function fromPlain({ tag, message, stack }: PlainError, who: string): Error {
  const cause = Object.assign(new Error(message), { stack });
  if (tag !== null) return new KcellfmError(tag, `${message} (in ${who})`, { cause });
  return new Error(`${who} failed: ${message}`, { cause });
}
