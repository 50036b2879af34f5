import { clockNow, mayChange } from '../base/model.ts';
import { attribute, h, icon, put, setIcon, span } from '../base/nodes.ts';
import { duration, printable } from '../base/words.ts';
import { endSession } from './end.ts';
import { COLUMNS, channelOf, type ShownSession, STATE_WORDS } from './filter.ts';

const ROW = 32; // pixels
const TALL_ROW = 60; // of two lines
const BEFORE = 6; // rows that are there above what can be seen
const AFTER = 8;
const narrow = matchMedia('(max-width: 759px)');

interface Row {
  readonly node: HTMLElement;
  index: number;
  height: number;
  show(session: ShownSession): void;
}

export interface GridOptions {
  readonly sessionOf: (id: string) => ShownSession;
  readonly open: (id: string) => void;
  readonly close: () => void;
  readonly opened: () => string | null;
  readonly sortBy: (column: string) => void;
}

/** The list of sessions: only the rows that can be seen are there, however many there are. */
export class Grid {
  readonly node: HTMLElement;
  readonly #options: GridOptions;
  readonly #heads: HTMLElement[];
  readonly #head: HTMLElement;
  readonly #body = h('div.rows', { role: 'rowgroup' });
  readonly #rows = new Map<string, Row>();
  #order: readonly string[] = [];
  #active: string | null = null;
  #isPointed = false;

  constructor(options: GridOptions) {
    this.#options = options;
    this.#heads = COLUMNS.map(({ id, title, isNumber }) => {
      const button = h('button', { type: 'button', onclick: () => options.sortBy(id) }, title);
      return h('div', { role: 'columnheader', class: `c-${id}${isNumber ? ' number' : ''}` }, button);
    });
    const last = h('div.c-act', { role: 'columnheader' }, span('hidden', 'End'));
    this.#head = h('div.row.head', { role: 'row', 'aria-rowindex': 1 }, this.#heads, last);
    this.node = h(
      'div.grid',
      {
        role: 'grid',
        'aria-label': 'Sessions. Arrow keys move, Enter opens, Delete ends.',
        tabindex: '0',
        onscroll: () => this.draw(false),
        onkeydown: (event: KeyboardEvent) => this.#key(event),
        onpointerenter: () => this.#point(true),
        onpointerleave: () => this.#point(false),
      },
      h('div.grid-head', { role: 'rowgroup' }, this.#head),
      this.#body,
    );
  }

  /** Nobody's row moves under the pointer or the focus, or while the list is scrolled. */
  get isHeld(): boolean {
    return this.#isPointed || this.node.contains(document.activeElement) || this.node.scrollTop > 0;
  }

  show(order: readonly string[], sort: { readonly id: string; readonly isUp: boolean }): void {
    this.#order = order;
    for (const [index, cell] of this.#heads.entries()) {
      const isSorted = COLUMNS[index]!.id === sort.id;
      attribute(cell, 'aria-sort', isSorted ? (sort.isUp ? 'ascending' : 'descending') : 'none');
    }
    attribute(this.node, 'aria-rowcount', order.length + 1);
    this.draw(true);
  }

  /** @param all also what rows say that are there already */
  draw(all: boolean): void {
    if (this.node.hidden) return;
    const height = rowHeight();
    const first = Math.max(0, Math.floor(this.node.scrollTop / height) - BEFORE);
    const seen = Math.ceil(this.node.clientHeight / height);
    const end = Math.min(this.#order.length, first + seen + BEFORE + AFTER);
    this.#body.style.setProperty('height', `${this.#order.length * height}px`);
    const visible = new Set(this.#order.slice(first, end));
    for (const [id, { node }] of this.#rows)
      if (!visible.has(id)) {
        node.remove();
        this.#rows.delete(id);
      }
    for (let index = first; index < end; index += 1) this.#place(this.#order[index]!, index, height, all);
  }

  focus(id: string | null): void {
    ((id !== null && this.#rows.get(id)?.node) || this.node).focus({ preventScroll: true });
  }

  toTop(): void {
    this.node.scrollTop = 0;
  }

  #point(isThere: boolean): void {
    this.#isPointed = isThere;
  }

  #place(id: string, index: number, height: number, all: boolean): void {
    const known = this.#rows.get(id);
    const row = known ?? this.#make(id);
    if (row.index !== index || row.height !== height) {
      Object.assign(row, { index, height });
      row.node.style.setProperty('transform', `translateY(${index * height}px)`);
      attribute(row.node, 'aria-rowindex', index + 2);
    }
    if (!known || all) row.show(this.#options.sessionOf(id));
  }

  #make(id: string): Row {
    const { sessionOf, open, opened } = this.#options;
    const stateIcon = icon('running');
    const stateWord = span('word');
    const cells = new Map(
      COLUMNS.map(({ id: column, isNumber }) => [
        column,
        h('div', { role: 'gridcell', class: `c-${column}${isNumber ? ' number' : ''}` }),
      ]),
    );
    const cell = (name: string) => cells.get(name)!;
    cell('state').append(stateIcon, stateWord);
    const onEnd = (event: Event) => {
      event.stopPropagation();
      endSession(sessionOf(id)).catch(() => {}); // it never rejects
    };
    const end = h('button.button.quiet.small', { type: 'button', tabindex: '-1', onclick: onEnd }, 'End');
    const focused = () => {
      this.#active = id;
    };
    const node = h(
      'div.row',
      { role: 'row', tabindex: '-1', onclick: () => open(id), onfocus: focused },
      [...cells.values()],
      h('div.c-act', { role: 'gridcell' }, end),
    );
    const show = (session: ShownSession): void => {
      attribute(node, 'data-state', session.state);
      attribute(node, 'aria-selected', String(session.id === opened()));
      setIcon(stateIcon, session.state === 'closed' ? 'close' : session.state);
      put(stateWord, STATE_WORDS[session.state]);
      put(cell('since'), duration(clockNow() - session.since));
      put(cell('user'), printable(session.user) || '–');
      put(cell('localUser'), printable(session.localUser) || '–');
      put(cell('host'), session.host);
      put(cell('command'), printable(session.command ?? '') || '–');
      put(cell('channel'), channelOf(session.tls));
      put(cell('pid'), session.pid ?? '–');
      end.disabled = !mayChange() || session.state === 'closed' || session.state === 'closing';
      attribute(
        end,
        'aria-label',
        `End the session of ${printable(session.user) || 'a peer without a name'}`,
      );
    };
    const row: Row = { node, index: -1, height: 0, show };
    this.#rows.set(id, row);
    this.#body.append(node);
    return row;
  }

  #key(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (target.closest('.grid-head')) return;
    if (event.key === 'Escape') return this.#options.close();
    if (event.key === 'Enter' && this.#active !== null && target.tagName !== 'BUTTON')
      return this.#options.open(this.#active);
    if (event.key === 'Delete' && this.#active !== null && mayChange()) {
      endSession(this.#options.sessionOf(this.#active)).catch(() => {}); // nor does this
      return;
    }
    const page = Math.floor(this.node.clientHeight / rowHeight()) - 1;
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: Number.NEGATIVE_INFINITY,
      End: Number.POSITIVE_INFINITY,
    };
    const step = steps[event.key];
    if (step === undefined || this.#order.length === 0) return;
    event.preventDefault();
    this.#move(step);
  }

  #move(step: number): void {
    const at = this.#active === null ? -1 : this.#order.indexOf(this.#active);
    const index = Math.min(this.#order.length - 1, Math.max(0, at < 0 ? 0 : at + step));
    const height = rowHeight();
    const top = index * height;
    const seen = this.node.clientHeight - this.#head.offsetHeight;
    if (top < this.node.scrollTop) this.node.scrollTop = top;
    else if (top + height > this.node.scrollTop + seen) this.node.scrollTop = top + height - seen;
    this.draw(false);
    const id = this.#order[index]!;
    this.#active = id;
    this.#rows.get(id)?.node.focus({ preventScroll: true });
  }
}

const rowHeight = (): number => (narrow.matches ? TALL_ROW : ROW);
