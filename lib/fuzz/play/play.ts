import { type PeerName, peersOf, type Script } from '../script/script.ts';
import type { PlayOptions } from '../settings.ts';
import { Actor, type Endpoint } from './actor.ts';
import type { Observation } from './observation.ts';

/** Plays a script against a server, one step after another. Never rejects for what the server does. */
export async function play(script: Script, endpoint: Endpoint, options: PlayOptions): Promise<Observation> {
  const names = peersOf(script);
  const actors = Object.fromEntries(names.map((name) => [name, new Actor(name, options)])) as Record<
    PeerName,
    Actor
  >;
  for (const step of script.steps) await actors[step.peer].act(step, endpoint);
  return { peers: await Promise.all(names.map((name) => actors[name].finish())) };
}
