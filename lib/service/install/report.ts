/** What is done to a machine, by what is said once it is. */
const DONE = {
  make: 'made',
  write: 'wrote',
  keep: 'kept',
  delete: 'deleted',
  enable: 'enabled',
  disable: 'disabled',
  start: 'started',
  stop: 'stopped',
  reload: 'reloaded',
} as const;

export type Deed = keyof typeof DONE;

/** One line for each deed; in a dry run, for each that would be. */
export class Report {
  readonly lines: string[] = [];
  readonly dryRun: boolean;
  readonly #tell: (line: string) => void;

  constructor({ tell, dryRun }: { tell: (line: string) => void; dryRun: boolean }) {
    this.#tell = tell;
    this.dryRun = dryRun;
  }

  /** Does it unless this is a dry run, and says so; a deed that fails is not reported. */
  async do(deed: Deed, what: string, work: () => Promise<unknown> = async () => {}): Promise<void> {
    if (!this.dryRun) await work();
    this.say(`${this.dryRun ? `would ${deed}` : DONE[deed]} ${what}`);
  }

  say(line: string): void {
    this.lines.push(line);
    this.#tell(line);
  }
}
