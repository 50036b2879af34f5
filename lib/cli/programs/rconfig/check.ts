import { outdatedIn, type Policy, problemsIn, readSettingsText } from '../../../settings/index.ts';
import { printableLines } from '../../../text/index.ts';
import { asJson } from './print.ts';

/**
 * Says what is wrong in a settings file: as JSON on standard output, else each problem in a line of standard error.
 *
 * @returns whether it is valid
 * @throws SettingsError when it cannot be trusted, or is missing though it must be there
 */
export async function checkFile(
  file: string,
  required: boolean,
  policy: Policy | undefined,
  json: boolean,
): Promise<boolean> {
  const text = await readSettingsText(file, required);
  const problems = text === undefined ? [] : problemsIn(file, text, policy);
  const isValid = problems.length === 0;
  const outdated = text !== undefined && isValid ? outdatedIn(file, text) : undefined;
  if (json) console.log(asJson({ file, problems, ...(outdated && { outdated }) }).trimEnd());
  else if (!isValid) console.error(problems.map(({ message }) => message).join('\n'));
  else console.log(text === undefined ? `${file} does not exist; the defaults apply` : `${file} is valid`);
  if (outdated !== undefined && !json) console.error(`rconfig: warning: ${printableLines(outdated)}`);
  return isValid;
}
