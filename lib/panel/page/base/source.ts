import type { Topic, Topics } from '../../topics.ts';
import { take } from './model.ts';

/** Why a verb was refused; `errors` by setting. */
export class Refused extends Error {
  readonly errors: Readonly<Record<string, string>>;

  constructor(message: string, errors: Readonly<Record<string, string>> = {}) {
    super(message);
    this.errors = errors;
  }
}

const AGAIN_MS = 2000;
const SILENCE_MS = 6000; // the daemon is heard once a second
const TOPICS = [
  'ticket',
  'status',
  'history',
  'sample',
  'sessions',
  'lockouts',
  'events',
  'settings',
  'failed',
  'link',
] as const;

let stream: EventSource | undefined;
let timer = 0;
let silence = 0;
let isExpired = false;

/** Begins: a ticket in the address is traded for a session first, and taken out of the address. */
export async function begin(): Promise<void> {
  const ticket = /^#([\w-]{40,64})$/.exec(location.hash)?.[1];
  if (ticket !== undefined) {
    history.replaceState(null, '', '/#/overview');
    const answer = await post('/ticket', { ticket }).catch(() => undefined);
    if (answer && !answer.ok) return expire((await messageOf(answer)).message);
  }
  document.addEventListener('visibilitychange', follow);
  follow();
}

/** One stream a tab, and none while the tab is hidden. */
function follow(): void {
  if (isExpired) return;
  if (document.hidden) close();
  else if (!stream) open();
}

function open(): void {
  clearTimeout(timer);
  const opened = new EventSource('/events');
  stream = opened;
  for (const topic of TOPICS)
    opened.addEventListener(topic, ({ data }: MessageEvent<string>) => hear(topic, JSON.parse(data)));
  opened.addEventListener('error', () => lost());
  listen();
}

function hear(topic: Topic, body: Topics[Topic]): void {
  listen();
  if (topic === 'link') return expire((body as Topics['link']).why ?? '');
  if (topic === 'status') take('link', { state: 'live' });
  take(topic, body as never);
}

/** A stream that is open and says nothing is one that was lost. */
function listen(): void {
  clearTimeout(silence);
  silence = window.setTimeout(lost, SILENCE_MS);
}

function close(): void {
  clearTimeout(silence);
  stream?.close();
  stream = undefined;
}

function lost(): void {
  close();
  if (isExpired) return;
  away('rexecd does not answer');
  fetch('/ticket')
    .then((answer) => {
      if (answer.status === 401) expire('');
      else if (answer.status === 503) away('Too many pages of the panel are open');
    })
    .catch(() => {});
}

function away(why: string): void {
  take('link', { state: 'away', why, retryAt: Date.now() + AGAIN_MS });
  clearTimeout(timer);
  timer = window.setTimeout(follow, AGAIN_MS);
}

/** Tries now. */
export function again(): void {
  clearTimeout(timer);
  close();
  follow();
}

export function expire(why: string): void {
  isExpired = true;
  clearTimeout(timer);
  close();
  take('link', { state: 'expired', why });
}

/** Asks the daemon for something. @throws Refused */
export async function call(verb: string, body: object = {}): Promise<unknown> {
  const answer = await post(`/verb/${verb}`, body).catch(() => {
    throw new Refused('The daemon is away; nothing was done.');
  });
  if (answer.ok) return ((await answer.json()) as { result: unknown }).result;
  const { message, errors } = await messageOf(answer);
  if (answer.status === 401) expire(message);
  throw new Refused(message, errors);
}

const post = (path: string, body: object): Promise<Response> =>
  fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

async function messageOf(answer: Response): Promise<{ message: string; errors?: Record<string, string> }> {
  const text = await answer.text();
  try {
    return JSON.parse(text) as { message: string };
  } catch {
    return { message: text };
  }
}
