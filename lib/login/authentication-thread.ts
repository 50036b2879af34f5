import { parentPort } from 'node:worker_threads';
import { PamError } from '../native/index.ts';
import { authenticate } from './authentication.ts';
import type { Answered, Asked } from './authentication-threads.ts';

// One thread of the login helper: it waits for PAM and the name sources, so that the others need not.

parentPort!.on('message', ({ question, secret }: Asked) => {
  const bytes = Buffer.from(secret.buffer, secret.byteOffset, secret.byteLength);
  parentPort!.postMessage(judged(question, bytes));
});

function judged(question: Asked['question'], secret: Buffer): Answered {
  try {
    return { answer: authenticate(question, secret) };
  } catch (error) {
    return { cause: (error as Error).message, refused: error instanceof PamError };
  } finally {
    secret.fill(0);
  }
}
