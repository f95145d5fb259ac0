/** Vacuum, statistics and indexes that grew, as the owner while the service runs: `npm run maintain -- [INDEX…]`. */
import process from "node:process";
import { maintain } from "../db/maintain.ts";

const url = process.env["DATABASE_OWNER_URL"];
if (!url) throw new Error("DATABASE_OWNER_URL is not set: maintenance runs as the owner of the tables");
const { vacuumed, dropped, rebuilt } = await maintain(url, process.argv.slice(2));
console.log(`${vacuumed} tables vacuumed and analyzed, ${dropped.length} indexes dropped that an earlier run left half built, ${rebuilt.length} built anew`);
for (const { name, before, after } of rebuilt) console.log(`  ${name}: ${(before / 1e6).toFixed(1)} MB, now ${(after / 1e6).toFixed(1)} MB`);
