/**
 * How nodes are made and kept up to date. Text goes into text nodes and attributes, never into markup: the content
 * security policy of the page refuses all else.
 */

type TagOf<Kind extends string> = Kind extends `${infer Tag}.${string}` ? Tag : Kind;
type ElementOf<Kind extends string> =
  TagOf<Kind> extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[TagOf<Kind>] : HTMLElement;
export type Child = Node | string | number | false | null | undefined;
export type Children = readonly (Child | readonly Child[])[];
// biome-ignore lint/suspicious/noExplicitAny: listeners of all kinds of events
type Listener = (event: any) => void;
export type Props = Readonly<Record<string, string | number | boolean | null | undefined | Listener>>;

const isProps = (value: unknown): value is Props =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** An element: `tag.class.class`, then attributes and `on…` listeners if there are any, then children. */
export function h<Kind extends string>(
  kind: Kind,
  ...rest: readonly (Props | Children[number])[]
): ElementOf<Kind> {
  const [tag = 'div', ...classes] = kind.split('.');
  const node = document.createElement(tag);
  if (classes.length > 0) node.className = classes.join(' ');
  const [first, ...others] = rest;
  const children = isProps(first) ? others : rest;
  if (isProps(first)) for (const [name, value] of Object.entries(first)) give(node, name, value);
  node.append(...(children as Children).flat().filter(isChild).map(asNode));
  return node as ElementOf<Kind>;
}

const isChild = (child: Child): child is Node | string | number =>
  child !== undefined && child !== null && child !== false;
const asNode = (child: Node | string | number): Node | string =>
  typeof child === 'number' ? String(child) : child;

function give(node: HTMLElement, name: string, value: Props[string]): void {
  if (value === undefined || value === null || value === false) return;
  if (typeof value === 'function') node.addEventListener(name.slice(2), value);
  else if (name === 'value' || name === 'checked') Reflect.set(node, name, value);
  else node.setAttribute(name, value === true ? '' : String(value));
}

const SVG = 'http://www.w3.org/2000/svg';

export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | number>> = {},
  ...children: Node[]
): SVGElementTagNameMap[Tag] {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

export const icon = (name: string, kind = ''): SVGSVGElement =>
  svg('svg', { class: `icon ${kind}`, 'aria-hidden': 'true' }, svg('use', { href: `#i-${name}` }));

export const setIcon = (node: SVGSVGElement, name: string): void =>
  attribute(node.firstElementChild!, 'href', `#i-${name}`);

export const span = (className: string, ...children: Child[]): HTMLSpanElement =>
  h('span', { class: className }, ...children);

/** Writes only what has changed. */
export function put(node: Node, text: string | number): void {
  if (node.textContent !== String(text)) node.textContent = String(text);
}

/** The same for an attribute; null or false takes it away. */
export function attribute(node: Element, name: string, value: string | number | boolean | null): void {
  if (value === null || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value === true ? '' : value))
    node.setAttribute(name, value === true ? '' : String(value));
}

/** A node of a list, and how it is brought up to date. */
export interface Kept<Item> {
  readonly node: HTMLElement;
  readonly show?: (item: Item) => void;
}

/** Children of a list, one a key: kept, moved, made or taken away, and each brought up to date. */
export class KeyedList<Item> {
  readonly #parent: HTMLElement;
  readonly #keyOf: (item: Item) => string | number;
  readonly #make: (item: Item) => Kept<Item>;
  readonly #known = new Map<string | number, Kept<Item>>();

  constructor(parent: HTMLElement, keyOf: (item: Item) => string | number, make: (item: Item) => Kept<Item>) {
    this.#parent = parent;
    this.#keyOf = keyOf;
    this.#make = make;
  }

  show(items: readonly Item[]): void {
    const wanted = new Set(items.map(this.#keyOf));
    for (const [key, { node }] of this.#known)
      if (!wanted.has(key)) {
        node.remove();
        this.#known.delete(key);
      }
    let place = this.#parent.firstChild;
    for (const item of items) {
      const key = this.#keyOf(item);
      const kept = this.#known.get(key) ?? this.#make(item);
      this.#known.set(key, kept);
      if (kept.node === place) place = place.nextSibling;
      else this.#parent.insertBefore(kept.node, place);
      kept.show?.(item);
    }
  }
}
