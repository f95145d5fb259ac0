/** All tests of a quarry as one file: a mutant that is on while modules load is then loaded once, and not once for each of them. */
import process from "node:process";

for (const file of (process.env["MUTANTS_TESTS"] ?? "").split(",")) await import(/* @vite-ignore */ file);
