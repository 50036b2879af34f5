import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { CATALOGUE, eventTable, journalCatalogue } from '../../../lib/events/index.ts';

const MAKE_TABLE =
  'node -e "import(\'./lib/events/index.ts\').then((events) => console.log(events.eventTable()))"';

const events = Object.entries(CATALOGUE);

describe('docs/events.md', () => {
  it('has the table of all events as the catalogue has them', () => {
    const document = readFileSync(new URL('../../../docs/events.md', import.meta.url), 'utf8');
    assert.ok(document.includes(eventTable()), `its table is not up to date; ${MAKE_TABLE} makes it`);
  });

  it('names every event, each on a line of as many cells as the head has', () => {
    const [head, ...rows] = eventTable().trimEnd().split('\n');
    const cells = (row = '') => row.split(/(?<!\\)\|/).length;
    assert.equal(rows.length, events.length + 1);
    for (const row of rows) assert.equal(cells(row), cells(head), row);
    for (const [name, { id, meaning }] of events)
      assert.equal(
        rows.filter(
          (row) => row.startsWith(`| ${id} |`) && row.includes(`| ${name} |`) && row.includes(meaning),
        ).length,
        1,
      );
  });
});

describe('the catalogue of the journal', () => {
  const entries = journalCatalogue().split(/^(?=-- )/m);

  it('has an entry for each event, by the id that its messages carry', () => {
    assert.equal(entries.length, events.length);
    for (const [name, { id, text, meaning }] of events) {
      const key = createHash('sha256').update(`rexecd${id}`).digest().subarray(0, 16).toString('hex');
      const entry = entries.find((each) => each.startsWith(`-- ${key}\n`));
      const [head, body, ...more] = entry?.split('\n\n') ?? [];
      assert.deepEqual([name, more], [name, entries.at(-1) === entry ? [] : ['']]);
      assert.ok(head?.includes(`\nSubject: rexecd: ${text} (${id})\nDefined-By: rexecd\n`), entry);
      assert.ok(body?.startsWith(meaning), entry);
    }
  });

  it('shows the fields that messages have', () => {
    const ended = entries.find((entry) => entry.includes(CATALOGUE.commandEnded.id));
    assert.match(
      ended ?? '',
      /\nsession: @REXECD_SESSION@\npid: @REXECD_PID@\nstatus: @REXECD_EXIT@\nms: @REXECD_MS@\n/,
    );
  });
});
