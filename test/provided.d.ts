import "vitest";

declare module "vitest" {
  /** What the global setup hands to every test. */
  export interface ProvidedContext {
    /** Every variable of the Worker. */
    vars: Record<string, string>;
    /** Where the twins answer. */
    worldUrl: string;
    /** The owner's connection string to the test database: for oracles, and for what only an owner may do. */
    ownerUrl: string;
  }
}
