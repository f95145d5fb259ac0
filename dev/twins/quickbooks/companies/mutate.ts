import { z } from "zod";
import type { Company } from "../company/company.ts";

export const MutateOptions = z.strictObject({ seed: z.union([z.string(), z.number()]), count: z.number().int().min(1).max(10_000).default(10) });

export function mutate(_company: Company, _options: z.output<typeof MutateOptions>): { done: string[] } {
  return { done: [] };
}
