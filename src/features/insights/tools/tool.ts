import { z } from "zod";
import type { Ctx } from "../../../runtime.ts";
import type { Facts } from "../facts.ts";

/** What tools share within one question. */
export type Desk = {
  ctx: Ctx<"db">;
  facts: Facts;
  /** Names of entities that were returned: they may stand in the prose, digits and all. */
  names: Set<string>;
  today: string;
};

/** A read-only capability of the caller's own. No schema can name a user; none writes, fetches or mails. */
export type Tool = { name: string; description: string; parameters: Record<string, unknown>; run(desk: Desk, input: string): Promise<unknown> };

/** A tool whose arguments are validated here, whatever the model sends. */
export function tool<S extends z.ZodType>(name: string, description: string, schema: S, run: (desk: Desk, args: z.infer<S>) => Promise<unknown>): Tool {
  return {
    name,
    description,
    parameters: z.toJSONSchema(schema, { target: "draft-2020-12" }) as Record<string, unknown>,
    async run(desk, input) {
      const parsed = schema.safeParse(parse(input));
      return parsed.success ? run(desk, parsed.data) : { error: "The arguments do not fit the schema.", issues: parsed.error.issues.slice(0, 3).map((issue) => `${issue.path.join(".")}: ${issue.message}`) };
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text === "" ? "{}" : text);
  } catch {
    return undefined;
  }
}

export const Day = z.iso.date();
export const Direction = z.enum(["expense", "income", "net"]);
