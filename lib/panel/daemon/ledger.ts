import type { SessionRow, Sessions } from '../topics.ts';

/** A session, and what tells whether its row may have changed. */
export interface Listed {
  readonly id: string;
  readonly mark: string;
  row(): SessionRow;
}

const MOST_GONE = 20_000;

interface Entry {
  readonly mark: string;
  readonly row: SessionRow;
  readonly revision: number;
}

/** Sessions as they were when they were last looked at, so that a page gets only what changed. */
export class Ledger {
  readonly #entries = new Map<string, Entry>();
  #gone: { readonly id: string; readonly revision: number }[] = [];
  #revision = 0;
  #oldest = 0; // changes since that revision are known

  /** Looks at all of them. @returns what changed since a revision; all of them if that is not known */
  changes(listed: readonly Listed[], since: number): Sessions & { readonly revision: number } {
    const next = this.#revision + 1;
    const present = new Set<string>();
    let changed = false;
    for (const { id, mark, row } of listed) {
      present.add(id);
      if (this.#entries.get(id)?.mark === mark) continue;
      this.#entries.set(id, { mark, row: row(), revision: next });
      changed = true;
    }
    for (const id of this.#entries.keys())
      if (!present.has(id)) {
        this.#entries.delete(id);
        this.#gone.push({ id, revision: next });
        changed = true;
      }
    if (changed) this.#revision = next;
    while (this.#gone.length > MOST_GONE) this.#oldest = this.#gone.shift()!.revision;
    return { revision: this.#revision, ...this.#since(since) };
  }

  #since(since: number): Sessions {
    const entries = [...this.#entries.values()];
    if (since < this.#oldest || since > this.#revision || since === 0)
      return { all: entries.map(({ row }) => row) };
    return {
      put: entries.filter(({ revision }) => revision > since).map(({ row }) => row),
      gone: this.#gone.filter(({ revision }) => revision > since).map(({ id }) => id),
    };
  }
}
