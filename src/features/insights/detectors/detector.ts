import { sha256 } from "../../../core/secret.ts";
import type { Fact } from "../facts.ts";
import type { Severity } from "../insight.ts";
import type { Desk } from "../tools/tool.ts";

/** One company, as detectors look at it. */
export type Company = { id: string; homeCurrency: string };

/**
 * What was found without being asked. Its facts are the database's; `text` words them with placeholders, `question` is what
 * somebody would have asked to be told this, and `tool` the one that would have answered.
 */
export type Finding = {
  /** The same thing found again has the same key. */
  key: string;
  kind: "duplicate" | "outlier" | "recurring" | "runway" | "aging";
  severity: Severity;
  /** How large it is: it is raised again only when this changes by a tenth. */
  magnitude: string;
  question: string;
  tool: string;
  text: string;
  /** States its facts at a desk of their own. */
  state(desk: Desk): Fact[];
};

export type Detector = (ctx: Desk["ctx"], company: Company, today: string) => Promise<Finding[]>;

/** A key of fixed length, whatever names are in it. */
export async function keyOf(kind: string, company: Company, ...parts: readonly string[]): Promise<string> {
  return `${kind}:${company.id}:${await sha256(parts.join("|"))}`;
}
