import { wordsOf } from '../base/index.ts';
import { ServiceError } from './service-error.ts';

/** Does a part of an installation. @param what after "cannot" @throws ServiceError that says what, and why */
export async function attempt<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof ServiceError) throw cause;
    throw new ServiceError(`cannot ${what}: ${wordsOf(cause)}`, { cause });
  }
}
