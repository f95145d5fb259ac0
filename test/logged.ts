import { vi } from "vitest";

type Line = { event: string; route?: string; status?: number; code?: string; hops?: { gate: number; db: number; cache: number } } & Record<string, unknown>;

/** What the service logged while `work` ran, line by line, and what `work` returned. */
export async function logged<T>(work: () => Promise<T>): Promise<{ lines: Line[]; text: string; result: T }> {
  const text: string[] = [];
  const keep = (...parts: unknown[]) => void text.push(parts.map(String).join(" "));
  const spies = [vi.spyOn(console, "log").mockImplementation(keep), vi.spyOn(console, "error").mockImplementation(keep)];
  try {
    const result = await work();
    const lines = text.flatMap((line) => {
      try {
        return [JSON.parse(line) as Line];
      } catch {
        return [];
      }
    });
    return { lines, text: text.join("\n"), result };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
