import type { SettingValue } from '../../topics.ts';
import { mayChange } from '../base/model.ts';
import { attribute, h, icon, put, span } from '../base/nodes.ts';
import { draft, drafts, isLocked, overruled, policyText, settingOf, wantedOf } from './drafts.ts';
import { numberInput, selectInput, textInput } from './inputs.ts';
import { provenance } from './provenance.ts';

interface Option {
  readonly label: string;
  readonly text: string;
  readonly isIt: (value: SettingValue) => boolean;
  readonly pick: () => void;
}

interface Extra {
  readonly node: HTMLElement;
  update(): void;
}

export const CHOSEN = {
  many: 'limits.maxConnections',
  overflow: 'limits.overflow',
  access: 'log.access',
  level: 'log.level',
  domainUsers: 'accounts.domainUsers',
  domain: 'accounts.domain',
} as const;

const USUAL_MANY = 12_000;

/** The three that the manual page names: connections, log, domain users. */
export const choices = () => [connections(), log(), domain()];

/** @param keys the setting that is chosen, and one that goes with it */
function choice(title: string, keys: readonly [string, string], options: readonly Option[], extra: Extra) {
  const feet = keys.map(provenance);
  const radios = options.map(({ label, text, isIt, pick }) => {
    const radio = h('input', {
      type: 'radio',
      name: `choice-${keys[0]}`,
      'data-key': keys[0],
      onchange: pick,
    });
    const words = span('option-text', span('option-label', label), span('note', text));
    return { radio, isIt, node: h('label.option', radio, words) };
  });
  const lock = h('p.locked', icon('lock'), h('span'));
  const node = h(
    'fieldset.choice',
    h('legend', title),
    radios.map((each) => each.node),
    extra.node,
    lock,
    feet.map((each) => each.node),
  );
  return {
    keys,
    node,
    update() {
      const setting = settingOf(keys[0]);
      attribute(
        node,
        'data-draft',
        keys.some((key) => drafts.has(key)),
      );
      const fixed = setting.whyNot === '' ? '' : `Not on this page: ${setting.whyNot}.`;
      const why = overruled(setting) || policyText(setting) || fixed;
      lock.hidden = why === '';
      put(lock.lastChild!, why);
      for (const { radio, isIt } of radios) {
        radio.checked = isIt(wantedOf(keys[0]));
        radio.disabled = !mayChange() || isLocked(setting);
      }
      extra.update();
      for (const each of feet) each.update();
    },
  };
}

function connections() {
  const many = numberInput(CHOSEN.many, 'Connections at a time');
  const overflow = selectInput(CHOSEN.overflow, 'What one more meets', {
    refuse: 'is refused: “Try again.”',
    queue: 'waits for a place',
  });
  const setMany = () => {
    const { value, policy } = settingOf(CHOSEN.many);
    draft(CHOSEN.many, value === 1 ? Math.min(USUAL_MANY, policy?.max ?? USUAL_MANY) : value);
  };
  const text = 'A second peer is refused, or waits.';
  const options: Option[] = [
    { label: 'One', text, isIt: (value) => value === 1, pick: () => draft(CHOSEN.many, 1) },
    { label: 'Many', text: 'Up to a number that you set.', isIt: (value) => value !== 1, pick: setMany },
  ];
  const node = h(
    'div.extra',
    h('label', span('label', 'At most'), many.node),
    h('label', span('label', 'One more'), overflow.node),
    many.error,
  );
  return choice('Connections at a time', [CHOSEN.many, CHOSEN.overflow], options, {
    node,
    update() {
      many.update();
      many.input.disabled ||= wantedOf(CHOSEN.many) === 1;
      overflow.update();
    },
  });
}

function log() {
  const level = selectInput(CHOSEN.level, 'Events that are written', {
    error: 'errors',
    warn: 'warnings and errors',
    info: 'all but debug',
    debug: 'everything',
  });
  const pick = (value: boolean) => () => draft(CHOSEN.access, value);
  const access = 'Also each login and each command: remote host, local user, command.';
  const options: Option[] = [
    {
      label: 'Errors only',
      text: 'What the level below lets through.',
      isIt: (value) => value === false,
      pick: pick(false),
    },
    { label: 'Host, user and command', text: access, isIt: (value) => value === true, pick: pick(true) },
  ];
  const node = h('div.extra', h('label', span('label', 'Level'), level.node), level.error);
  return choice('Log', [CHOSEN.access, CHOSEN.level], options, { node, update: level.update });
}

function domain() {
  const form = textInput(CHOSEN.domain, 'Form of domain users');
  const pick = (value: boolean) => () => draft(CHOSEN.domainUsers, value);
  const domainUsers = 'Also users of other name sources, such as LDAP, by PAM.';
  const options: Option[] = [
    {
      label: 'Local users',
      text: 'Those in /etc/passwd.',
      isIt: (value) => value === false,
      pick: pick(false),
    },
    { label: 'Domain users too', text: domainUsers, isIt: (value) => value === true, pick: pick(true) },
  ];
  const node = h(
    'div.extra',
    h('label', span('label', 'The name source spells them'), form.node),
    form.error,
  );
  return choice('Users', [CHOSEN.domainUsers, CHOSEN.domain], options, {
    node,
    update() {
      form.update();
      form.input.disabled ||= wantedOf(CHOSEN.domainUsers) !== true;
    },
  });
}
