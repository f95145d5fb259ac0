import pg from "pg";
import { inject } from "vitest";

/** An empty database beside the one that all tests share, for what touches every row or table there is: its owner's address, and the Worker's. */
export async function freshDatabase(purpose: string): Promise<{ ownerUrl: string; workerUrl: string }> {
  const name = `${purpose}_${crypto.randomUUID().slice(0, 8)}`;
  const server = new pg.Client({ connectionString: inject("ownerUrl") });
  await server.connect();
  await server.query(`create database ${name}`);
  await server.end();
  const at = (address: string) => address.replace(/\/[^/]+$/, `/${name}`);
  return { ownerUrl: at(inject("ownerUrl")), workerUrl: at(inject("vars")["DATABASE_URL"] ?? "") };
}
