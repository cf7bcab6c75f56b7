import type { CellOutput, CodeCell } from "../format.ts";
import type { Message } from "./wire.ts";

/** Gathers a kernel's output messages into the cells that made them, as a frontend does. */
export interface OutputRecorder {
  /** The handler for the messages of one cell; it may be called long after the cell has ended. */
  forCell(cell: CodeCell): (message: Message) => void;
}

/** Displays are remembered by id over the whole notebook, since a later cell may update an earlier output. */
export function createOutputRecorder(): OutputRecorder {
  const displays = new Map<string, CellOutput[]>();
  return {
    forCell: (cell) => (message) => {
      const { content, type } = message;
      const id = displayId(content);
      if (type === "update_display_data") return update(displays.get(id) ?? [], content);
      if (type === "clear_output") return void cell.outputs.splice(0);
      const output = outputOf(message);
      if (!output) return;
      if (output.output_type === "stream" && append(cell.outputs.at(-1), output)) return;
      cell.outputs.push(output);
      if (id) displays.set(id, [...displays.get(id) ?? [], output]);
    },
  };
}

const displayId = (content: Record<string, unknown>) =>
  (content.transient as { display_id?: string } | undefined)?.display_id ?? "";

function update(outputs: CellOutput[], { data, metadata }: Record<string, unknown>): void {
  for (const output of outputs) Object.assign(output, { data, metadata });
}

function outputOf({ type, content }: Message): CellOutput | null {
  const { name, text, data, metadata, execution_count, ename, evalue, traceback } = content;
  if (type === "stream") return { output_type: type, name, text };
  if (type === "display_data") return { output_type: type, data, metadata };
  if (type === "execute_result") return { output_type: type, data, metadata, execution_count };
  if (type === "error") return { output_type: type, ename, evalue, traceback };
  return null;
}

/** Consecutive pieces of one stream are one output. */
function append(last: CellOutput | undefined, next: CellOutput): boolean {
  if (last?.output_type !== "stream" || last.name !== next.name) return false;
  last.text = `${last.text}${next.text}`;
  return true;
}
