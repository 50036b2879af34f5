import { Marked, type MarkedExtension } from 'marked';
import markedMan from 'marked-man';

/** Texts for the head and the foot of a page. */
export interface PageHead {
  readonly date: string; // as ISO has it
  readonly version: string;
}

const MANUALS: Readonly<Record<string, string>> = {
  1: 'General Commands Manual',
  5: 'File Formats Manual',
  8: "System Manager's Manual",
};
const TERM = /^(?<term>[^\n]+):\n(?<text>.*)$/s;
const FILLING_OFF = '.nf';
const FILLING_ON = '.fi';

/** Makes a manual page of markdown that begins with `# name(section) -- what it is`. */
export function roffOf(markdown: string, { date, version }: PageHead): string {
  const [, section = ''] = /^# \S+\((\d)\)/.exec(markdown) ?? [];
  const manual = MANUALS[section];
  if (manual === undefined) throw new Error(`no manual of section ${section}: ${markdown.split('\n', 1)}`);
  const head = { breaks: false, date, manVersion: version, manual } as MarkedExtension;
  const marked = new Marked({ ...markedMan, ...head }, OURS);
  return tidied(marked.parse(markdown) as string, date); // a promise only of extensions that wait
}

/** What marked-man leaves out: numbers of lists, lists of terms, quotes in code that can be pasted. */
const OURS: MarkedExtension = {
  renderer: {
    list(body, ordered) {
      let number = 0;
      const label = () => (ordered ? `.IP ${++number}. 4` : '.IP \\(bu 2');
      return body.replaceAll(ITEM, label);
    },
    listitem(text) {
      const body = text
        .trim()
        .replace(/^\.P\n/, '')
        .replaceAll(/^\.P$/gm, '.IP'); // .P would end the indent
      const { term, text: meaning } = TERM.exec(body)?.groups ?? {};
      return term === undefined ? `${ITEM}\n${body}\n` : `.TP\n${term}\n${meaning}\n`;
    },
    code(text) {
      return ['.P', '.RS 4', FILLING_OFF, verbatim(text), FILLING_ON, '.RE', ''].join('\n');
    },
    codespan(text) {
      Object.assign(this, { jumps: false }); // so marked-man knows that a space after it counts
      return `\\fB${verbatim(unescaped(text))}\\fR`;
    },
  },
};

const ITEM = '.ITEM';

/** Text that comes out as it is typed: a terminal makes other signs of bare quotes, carets and hyphens. */
const verbatim = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replaceAll(/^\./gm, '\\&.');

/** Undoes what marked does to code for HTML. */
const unescaped = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

/** Line by line: no blank ones in running text, no paragraph right after a heading, no escape that does nothing. */
function tidied(roff: string, date: string): string {
  const lines: string[] = [];
  let isFilled = true;
  for (const line of roff.split('\n')) {
    if (line === FILLING_OFF || line === FILLING_ON) isFilled = line === FILLING_ON;
    if (isFilled && line.trim() === '') continue;
    if (line === '.P' && /^\.S[HS] /.test(lines.at(-1) ?? '')) continue;
    if (isFilled && lines.at(-1) !== '.TP') lines.push(...folded(plainer(line)));
    else lines.push(isFilled ? plainer(line) : line);
  }
  if (lines.includes('.TS')) lines.unshift('\'\\" t'); // man(1) then calls tbl(1)
  const head = lines.findIndex((line) => line.startsWith('.TH'));
  lines[head] = lines[head]!.replace(/^(\.TH "[^"]*" "\d") "[^"]*"/, `$1 "${date}"`);
  lines.splice(head + 1, 0, '.nh', '.ad l'); // a name that was hyphenated cannot be pasted
  return `${lines.join('\n')}\n`;
}

/** Running text in lines that mandoc finds short enough; none begins with a sign that would make it a request. */
const folded = (line: string): string[] =>
  line.startsWith('.') ? [line] : line.replaceAll(/(?=.{81})(.{1,79}) (?![.'])/g, '$1\n').split('\n');

const plainer = (line: string): string =>
  line
    .replaceAll('\\\\', '\\e')
    .replaceAll(/\\\|\\?\.\\?\.\\?\./g, '...\\&') // ends no sentence
    .replace(/^\s*\\\|/, '\\&')
    .replaceAll('\\|', '') // marked-man takes the end of a bold word for the beginning of a line
    .replaceAll('\\.', '.');
