import type { Question } from '../question.ts';

const load = (name: string) => async (): Promise<Question> => (await import(`./${name}.ts`)).question;

/** Every question, in the order they are asked; each is loaded when it is its turn. */
export const QUESTIONS: Readonly<Record<string, () => Promise<Question>>> = Object.fromEntries(
  [
    'decode',
    'start-up',
    'sessions-pam',
    'sessions',
    'accounts',
    'bulk',
    'launch-cost',
    'idle-peers',
    'accept-loop',
    'fleet',
    'fleet-memory',
    'redis-away',
  ].map((name) => [name, load(name)]),
);
