/** Words and constructions that the texts do without, each with what to write instead and a text that has it. */
interface Avoided {
  readonly pattern: RegExp;
  readonly write: string;
  readonly example: string;
}

export const AVOIDED: readonly Avoided[] = [
  {
    pattern:
      /(, (?!as\b|the settings|is\b)|\bwith |\bwant of |\bthrough )[^,.;:()]{2,40} say(?=[,.:;]( |$|'))/gi,
    write: 'for example, such as',
    example: 'by other name sources, LDAP say, and PAM',
  },
  { pattern: /\bmend(s|ed|ing)?\b/gi, write: 'fix', example: 'mend what the cause names' },
  { pattern: /\banew\b/gi, write: 'again', example: 'is asked anew' },
  { pattern: /\bamid\b/gi, write: 'during', example: 'amid output' },
  { pattern: /\bgo(es|ing)? on\b/gi, write: 'continue, keep ...ing', example: 'the daemon goes on' },
  {
    pattern: /\b(is|are|was|were) over\b(?! (it|TLS|the|a|an|its|--|\d))/gi,
    write: 'has ended',
    example: 'the session is over',
  },
  {
    pattern: /\bwhere there (is|are|was|were) (no|none|not|nothing|one)\b/gi,
    write: 'if there is no ...',
    example: 'undefined where there is none',
  },
  {
    pattern: /\b(where|while|when) (it|they|one|[\w./]+) (is|are) there\b/gi,
    write: 'if it exists, while it exists',
    example: 'while /etc/nologin is there',
  },
  {
    pattern: /\b(is|are|be|was|were|been) told\b(?! (to|apart|from)\b)/gi,
    write: 'is reported, is notified, gets',
    example: 'the nearest name is told',
  },
  {
    pattern: /\b(is|are|was|were|be|being|not) looked at\b/gi,
    write: 'is checked, is examined',
    example: 'logins that are looked at',
  },
  { pattern: /\bwhoever\b/gi, write: 'anyone who; better the noun', example: 'whoever connects' },
  {
    pattern: /\b(some|every)body\b/gi,
    write: 'someone, everyone; better the noun',
    example: 'somebody connected',
  },
  {
    pattern: /\bcounts? (from the next|at once)\b/gi,
    write: 'takes effect at, takes effect immediately',
    example: 'a change counts from the next start',
  },
  { pattern: /\bbut for\b/gi, write: 'except', example: 'all but for its value' },
  {
    pattern: /\bfor want of\b/gi,
    write: 'because ... is missing, without',
    example: 'for want of descriptors',
  },
  {
    pattern: /\b(comes?|came|coming) about\b/gi,
    write: 'is established, succeeds',
    example: 'no connection came about',
  },
  { pattern: /\b(is|are) due\b/gi, write: 'is expected, must be', example: 'a whole number is due' },
  {
    pattern: /\bexclude each other\b/gi,
    write: 'cannot be used together',
    example: '-4 and -6 exclude each other',
  },
  { pattern: /\bby (sudo\b|`?--?[a-zA-Z])/gi, write: 'with', example: 'name it by --ca' },
  { pattern: /\btakes? root\b/gi, write: 'requires root', example: 'the service takes root' },
  {
    pattern: /\b(one|lines?|JSON|block|row|list|frame) a (host|line|port|field|peer|session|case)\b/gi,
    write: 'per host, per line',
    example: 'one line of JSON a host',
  },
  { pattern: /\bnot begun\b/gi, write: 'not started', example: 'not begun' },
  { pattern: /\bin place of\b/gi, write: 'instead of', example: 'in place of a shell' },
  { pattern: /\bgood login\b/gi, write: 'valid login', example: 'a good login' },
  { pattern: /\bsuch a one\b/gi, write: 'one; or repeat the noun', example: 'if it has such a one' },
  {
    pattern: /\bthat there (is|are) not\b/gi,
    write: 'unknown, missing',
    example: 'a frame that there is not',
  },
  {
    pattern: /\b(gravest|dearer)\b/gi,
    write: 'most severe, more expensive',
    example: 'the gravest first',
  },
  {
    pattern: /\bnot any more\b|\bany more\b(?= *[.;:)'`])/gi,
    write: 'no longer',
    example: 'its lines are not read any more.',
  },
  {
    pattern: /\bstands? (behind|before|below|above|in|beside|there)\b/gi,
    write: 'is, follows, comes before',
    example: 'what stands behind the colon',
  },
];
