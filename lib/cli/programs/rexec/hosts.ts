import { createReadStream } from 'node:fs';
import { isIPv6 } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { RexecError, wordsOf } from '../../../base/index.ts';
import { plainBytes } from '../../../files/index.ts';

/** Whom to call, as it was asked for. */
export interface Target {
  /** As it is shown: the host, and its port where one was given. */
  readonly name: string;
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
}

/** A list of hosts cannot be read; the message names the part. */
export class HostsError extends RexecError {}

const MOST_HOSTS = 65_536;
const RANGES = /\[([\d,-]+)\]/;

/** `[user@]host[:port]`; an IPv6 address is in brackets if a port follows it. */
export function parseTarget(item: string): Target {
  const at = item.lastIndexOf('@');
  const name = item.slice(at + 1);
  const user = at > 0 ? { user: item.slice(0, at) } : {};
  if (isIPv6(name)) return { name, host: name, ...user };
  const { address, plain, port } =
    /^(?:\[(?<address>[^\]]*)\]|(?<plain>[^:[\]]*))(?::(?<port>\d+))?$/.exec(name)?.groups ?? {};
  const host = address ?? plain;
  if (!host || at === 0 || (address !== undefined && !isIPv6(address)))
    throw new HostsError(
      `${item}: expected [user@]host[:port]; write an IPv6 address with a port as [address]:port`,
    );
  if (port === undefined) return { name: host, host, ...user };
  if (Number(port) < 1 || Number(port) > 65_535)
    throw new HostsError(`${item}: the port must be a number from 1 to 65535`);
  return { name, host, port: Number(port), ...user };
}

/** All hosts of lists such as `a,web[1-8]`, and of a file of them; each once, in this order. */
export async function listHosts(lists: readonly string[], file: string | undefined): Promise<Target[]> {
  const items = new Set<string>();
  for (const list of [...lists, ...(file === undefined ? [] : await linesOf(file))])
    for (const item of expandHosts(list)) {
      items.add(item);
      if (items.size > MOST_HOSTS) throw new HostsError(`more than ${MOST_HOSTS} hosts`);
    }
  if (items.size === 0) throw new HostsError('the list of hosts is empty');
  return [...items].map(parseTarget);
}

/** `web[1-3,7],db[01-02]` is web1 web2 web3 web7 db01 db02. */
export function* expandHosts(list: string): Generator<string> {
  for (const item of list.match(/(?:\[[^\]]*\]|[^,\s])+/g) ?? []) yield* expandRanges(item);
}

function* expandRanges(item: string): Generator<string> {
  const found = RANGES.exec(item);
  if (!found) return void (yield item);
  const [head, tail] = [item.slice(0, found.index), item.slice(found.index + found[0].length)];
  for (const number of numbersOf(found[1]!, item))
    for (const rest of expandRanges(tail)) yield head + number + rest;
}

function* numbersOf(ranges: string, item: string): Generator<string> {
  for (const range of ranges.split(',')) {
    const { first, last = first } = /^(?<first>\d{1,9})(?:-(?<last>\d{1,9}))?$/.exec(range)?.groups ?? {};
    if (first === undefined || last === undefined || Number(last) < Number(first))
      throw new HostsError(`${item}: ${range || 'nothing'} is neither a number nor a range such as 1-8`);
    for (let number = Number(first); number <= Number(last); number += 1)
      yield String(number).padStart(first.length, '0');
  }
}

async function linesOf(file: string): Promise<string[]> {
  const bytes = await buffer(file === '-' ? process.stdin : createReadStream(file));
  return textOf(bytes, file)
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim());
}

function textOf(bytes: Buffer, file: string): string {
  try {
    return plainBytes(bytes).toString('utf8');
  } catch (cause) {
    throw new HostsError(`${file}: ${wordsOf(cause)}`, { cause });
  }
}

/** Names of hosts as short as {@link expandHosts} reads them. */
export function foldHosts(names: readonly string[]): string {
  const series = new Map<string, string[]>();
  for (const name of names) {
    const {
      head = '',
      digits,
      tail = '',
    } = /^(?<head>.*?)(?<digits>\d{1,9})(?<tail>\D*)$/.exec(name)?.groups ?? {};
    const key = digits === undefined || /[:[\]]/.test(name) ? name : `${head}[]${tail}`;
    series.set(key, series.get(key) ?? []);
    series.get(key)!.push(digits ?? '');
  }
  return [...series]
    .map(([key, digits]) =>
      digits.length === 1 ? key.replace('[]', digits[0]!) : key.replace('[]', `[${foldNumbers(digits)}]`),
    )
    .join(',');
}

function foldNumbers(digits: readonly string[]): string {
  const runs: [first: string, last: string][] = [];
  for (const each of digits) {
    const run = runs.at(-1);
    if (run && String(Number(run[1]) + 1).padStart(run[1].length, '0') === each) run[1] = each;
    else runs.push([each, each]);
  }
  return runs.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(',');
}
