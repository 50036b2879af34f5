/** Whether a value that came as JSON is what it must be. */
export type Check<T> = (value: unknown) => value is T;
/** What a check lets through. */
export type Checked<C> = C extends Check<infer T> ? T : never;
/** A check for each field of an object. */
export type Shape<T> = { readonly [K in keyof T]-?: Check<T[K]> };

/** A message between processes: each kind has a name. */
export interface Said {
  readonly say: string;
}
/** What each kind of message must have besides its name, by its name. */
export type Table = Readonly<Record<string, Readonly<Record<string, Check<unknown>>>>>;
type Optional<S> = { [F in keyof S]: undefined extends Checked<S[F]> ? F : never }[keyof S];
type Fields<S> = { readonly [F in Exclude<keyof S, Optional<S>>]: Checked<S[F]> } & {
  readonly [F in Optional<S>]?: Checked<S[F]>;
};
/** All messages of a table. */
export type Messages<T> = { [S in keyof T]: { readonly say: S } & Fields<T[S]> }[keyof T];

const LONGEST_TEXT = 2 ** 20; // UTF-16 units

const check = <T>(fits: (value: unknown) => boolean): Check<T> => fits as Check<T>;
const isObject = check<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);

export const anything = check<unknown>((value) => value !== undefined);
export const text = check<string>((value) => typeof value === 'string' && value.length <= LONGEST_TEXT);
export const flag = check<boolean>((value) => typeof value === 'boolean');
export const quantity = check<number>((value) => Number.isFinite(value) && (value as number) >= 0);
export const integer = check<number>(Number.isSafeInteger);
export const count = check<number>((value) => integer(value) && value >= 0);
export const oneOf = <const T>(...values: readonly T[]) => check<T>((value) => values.includes(value as T));
/** For a field that may be missing: JSON leaves out what is undefined. */
export const optional = <T>(one: Check<T>) =>
  check<T | undefined>((value) => value === undefined || one(value));
export const either = <A, B>(one: Check<A>, other: Check<B>) =>
  check<A | B>((value) => one(value) || other(value));
export const list = <T>(one: Check<T>) =>
  check<readonly T[]>((value) => Array.isArray(value) && value.every(one));

/** Texts by names of any kind. */
export const texts = check<Readonly<Record<string, string>>>(
  (value) => isObject(value) && Object.values(value).every(text),
);

/** An object with these fields and no others. */
export const object = <T>(shape: Shape<T>) =>
  check<T>(
    (value) =>
      isObject(value) &&
      Object.keys(value).every((name) => Object.hasOwn(shape, name)) &&
      Object.entries<Check<unknown>>(shape).every(([name, fits]) =>
        fits(Object.hasOwn(value, name) ? value[name] : undefined),
      ),
  );

/** One of the messages of a table. */
export const message = <T extends Table>(table: T) =>
  check<Messages<T>>((value) => {
    if (!isObject(value)) return false;
    const { say, ...fields } = value;
    return typeof say === 'string' && Object.hasOwn(table, say) && object(table[say]!)(fields);
  });
