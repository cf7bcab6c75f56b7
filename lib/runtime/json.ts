import { fileError } from "./errors.ts";

/** The value of a JSON text; `where` names it in errors. @throws {KcellfmError} tag "file", when it is not JSON. */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw fileError(`Cannot read ${where}: it is not JSON, or cut short; fetch or write it again`, error);
  }
}
