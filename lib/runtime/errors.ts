/** Kind of failure, as a closed set: callers switch on `tag`, the command line prints `message` and nothing else. */
export type ErrorTag = "usage" | "file" | "data" | "model" | "backend" | "network";

/**
 * An error that a user can act on. Its message is one line that says what failed, where, what was expected
 * and what to do; anything else that is thrown is a bug of ours.
 */
export class KcellfmError extends Error {
  override readonly name = "KcellfmError";

  constructor(readonly tag: ErrorTag, message: string, options?: ErrorOptions) {
    // Names from files end up in messages: neither new lines nor a terminal's control codes get through.
    super(message.replaceAll(/\s*[\n\p{Cc}]\s*/gu, " "), options);
  }
}

/** The command line was called wrongly: a missing flag, an unknown name. */
export const usageError = (message: string, cause?: unknown) => new KcellfmError("usage", message, { cause });
/** A file cannot be opened, parsed or written. */
export const fileError = (message: string, cause?: unknown) => new KcellfmError("file", message, { cause });
/** A file reads well but what it holds cannot be used (no X, unknown genes, a missing label key). */
export const dataError = (message: string, cause?: unknown) => new KcellfmError("data", message, { cause });
/** A checkpoint or a configuration does not fit the model. */
export const modelError = (message: string, cause?: unknown) => new KcellfmError("model", message, { cause });
/** The requested compute backend cannot start, or ran out of memory. */
export const backendError = (message: string, cause?: unknown) =>
  new KcellfmError("backend", message, { cause });
/** A download failed. */
export const networkError = (message: string, cause?: unknown) =>
  new KcellfmError("network", message, { cause });

/** The one line of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
