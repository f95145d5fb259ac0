import type { Company } from "../company/company.ts";
import { findKind, type EntityKind } from "../company/entities.ts";
import { render, renderTombstone } from "../company/render.ts";
import type { Glimpse, Tombstone } from "../company/table.ts";
import { fault } from "../fault.ts";
import type { Json } from "../json.ts";
import { DAY, instant } from "../pacific.ts";
import type { Manner } from "../world.ts";

type Changed = { readonly kind: EntityKind; readonly at: number; readonly order: number; readonly live?: Glimpse; readonly gone?: Tombstone };

/** What changed since: whole objects, and the bare ids of what was deleted. Oldest first, no further than the limit. */
export function changes(company: Company, manner: Manner, entities: string, since: string): { [key: string]: Json }[] {
  const kinds = entities
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean)
    .map(tracked);
  if (kinds.length === 0) throw fault("2020", "Required parameter entities is missing in the request", "entities");
  const from = instant(since);
  if (Number.isNaN(from)) throw fault("2080", `Invalid changedSince ${since}`, "changedSince");
  if (from < company.exactly() - 30 * DAY) throw fault("2020", "changedSince may be no more than 30 days ago", "changedSince");
  if (company.profile.lapsed) throw fault("6190");
  const found = kinds.map((kind) => changed(company, kind, from));
  return kept(found, manner).map((rows, index) => response(company, kinds[index], rows));
}

function tracked(name: string): EntityKind {
  const kind = findKind(name);
  if (!kind?.cdc) throw fault("500", `Entity ${name} is not supported by change data capture`);
  return kind;
}

function changed(company: Company, kind: EntityKind, from: number): Changed[] {
  if (kind.family === "setting") return [];
  const found: Changed[] = [];
  for (const live of company.table(kind.name).glimpses()) if (live.updated >= from) found.push({ kind, at: live.updated, order: Number(live.id), live });
  for (const gone of company.tombstones(kind.name)) if (gone.updated >= from) found.push({ kind, at: gone.updated, order: Number(gone.id), gone });
  return found.sort((a, b) => a.at - b.at || a.order - b.order);
}

function kept(found: readonly Changed[][], { cdcCap, cdcLimit }: Manner): (readonly Changed[])[] {
  if (cdcCap === "entity") return found.map((rows) => rows.slice(0, cdcLimit));
  const oldest = new Set(
    found
      .flat()
      .sort((a, b) => a.at - b.at)
      .slice(0, cdcLimit),
  );
  return found.map((rows) => rows.filter((row) => oldest.has(row)));
}

function response(company: Company, kind: EntityKind | undefined, rows: readonly Changed[]): { [key: string]: Json } {
  if (!kind || rows.length === 0) return {};
  const objects = rows.map(({ live, gone }) => (live ? render(company, kind, live.row()) : gone ? renderTombstone(gone) : {}));
  return { [kind.key]: objects, startPosition: 1, maxResults: objects.length, totalCount: objects.length };
}
