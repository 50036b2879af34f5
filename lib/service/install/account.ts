import { reasonOf, systemAccountCommand } from '../../base/index.ts';
import { SETTINGS } from '../../settings/index.ts';
import { hasProgram, run } from '../manager/command.ts';
import { ServiceError } from '../service-error.ts';
import { serviceSettings } from './endpoints.ts';
import type { Report } from './report.ts';

/**
 * Makes the account of the readers if this machine has none by that name. A removal leaves it: its number must not go to
 * another account.
 *
 * @throws ServiceError that names the account, the command that failed, and why
 */
export async function makeReaderAccount(report: Report): Promise<void> {
  const { findAccount } = await import('../../native/index.ts'); // only now: it loads koffi
  const name = await readerAccountName();
  if (await findAccount(name)) return report.say(`unchanged account ${name}`);
  await report.do('make', `account ${name}, which cannot log in`, () => make(name));
}

/** By the settings of the service, or the default if they cannot be read: the start says what is wrong with them. */
const readerAccountName = (): Promise<string> =>
  serviceSettings().then(
    ({ settings }) => settings.readerAccount,
    () => SETTINGS.readerAccount.parse(undefined),
  );

async function make(name: string): Promise<void> {
  const [file, ...words] = systemAccountCommand(name);
  try {
    if (!hasProgram(file)) throw new ServiceError(`there is no program ${file}`);
    await run(file, ...words);
  } catch (cause) {
    throw new ServiceError(
      `cannot make account ${name} (readerAccount): ${reasonOf(cause)}; make an account that cannot log in, then run "rexecd -install" again`,
      { cause },
    );
  }
}
