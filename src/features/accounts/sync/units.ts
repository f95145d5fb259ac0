import { beginRun, readCompany } from "./begin.ts";
import { bisect, readSlice } from "./bisect.ts";
import { readChanges } from "./changes.ts";
import { readDocuments } from "./documents.ts";
import { readLedger } from "./ledger.ts";
import { readLists } from "./lists.ts";
import { readOpening } from "./opening.ts";
import { prove } from "./proof.ts";
import { relink } from "./relink.ts";
import { eraseSome, revoke } from "./removal.ts";
import { repair } from "./repair.ts";
import type { Session, SyncCtx } from "./session.ts";
import type { Phase } from "./state.ts";
import { sweep } from "./sweep.ts";

type UnitOfWork = (ctx: SyncCtx, session: Session) => Promise<boolean>;

const over: UnitOfWork = () => Promise.resolve(true);

/** Each phase does one unit and says whether the run is over. What it did is in `session.progress` and, unless it only counted, in the run's row. */
const PHASES: Record<Phase, UnitOfWork> = {
  queued: beginRun,
  company: readCompany,
  lists: readLists,
  documents: readDocuments,
  changes: readChanges,
  relink,
  repair,
  sweep,
  opening: readOpening,
  proof: prove,
  ledger: readLedger,
  bisect,
  slice: readSlice,
  revoke,
  erase: eraseSome,
  done: over,
  stopped: over,
};

export function nextUnit(ctx: SyncCtx, session: Session): Promise<boolean> {
  return PHASES[session.progress.phase](ctx, session);
}
