import { HostsError } from './target.ts';

/** Numbers in brackets; an IPv6 address in brackets has a colon. */
const RANGES = /\[([^\]:]*)\]/;
const RANGE = /^(?<first>\d{1,9})(?:-(?<last>\d{1,9})(?:\/(?<step>[1-9]\d{0,8}))?)?$/;

/** `web[1-3,7]` is web1 web2 web3 web7, `db[01-02]` is db01 db02, `n[0-10/5]` is n0 n5 n10; any number of brackets. */
export function* expandBrackets(item: string): Generator<string> {
  mustBalance(item);
  yield* expanded(item, item);
}

function mustBalance(item: string): void {
  let open = 0;
  for (const character of item) {
    if (character === ']' && open === 0) throw new HostsError(`${item}: a bracket is not opened`);
    open += character === '[' ? 1 : character === ']' ? -1 : 0;
  }
  if (open > 0) throw new HostsError(`${item}: a bracket is not closed`);
}

function* expanded(rest: string, item: string): Generator<string> {
  const found = RANGES.exec(rest);
  if (!found) return void (yield rest);
  const [head, tail] = [rest.slice(0, found.index), rest.slice(found.index + found[0].length)];
  for (const number of numbersOf(found[1]!, item))
    for (const others of expanded(tail, item)) yield head + number + others;
}

function* numbersOf(ranges: string, item: string): Generator<string> {
  for (const range of ranges.split(',')) {
    const { first, last = first, step = '1' } = RANGE.exec(range)?.groups ?? {};
    if (first === undefined || last === undefined)
      throw new HostsError(`${item}: ${range || 'nothing'} is neither a number nor a range such as 1-8`);
    if (Number(last) < Number(first))
      throw new HostsError(`${item}: ${range} has its higher number first; did you mean ${last}-${first}?`);
    for (let number = Number(first); number <= Number(last); number += Number(step))
      yield String(number).padStart(first.length, '0');
  }
}
