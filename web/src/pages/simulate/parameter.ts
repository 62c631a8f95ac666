/** What a form says of one parameter, and how its values are written. Pure. */
import type { I18n, MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { formatInteger } from '@/lib/format';

export type Values = Record<string, unknown>;
export type Unit =
  | 'bps'
  | 'percent'
  | 'yearly'
  | 'bars'
  | 'names'
  | 'shares'
  | 'cash'
  | 'times'
  | 'ranges'
  | 'sigma';

type Choice = { value: string; label: MessageDescriptor; note?: MessageDescriptor };

export type Parameter = {
  name: string;
  label: MessageDescriptor;
  help?: MessageDescriptor;
  /** Whether it means something beside the other values; left out: always. */
  when?: (values: Values) => boolean;
} & (
  | {
      type: 'number';
      unit?: Unit;
      min: number;
      max: number;
      step?: number;
      /** What an empty field means; left out: it may not be empty. */
      empty?: MessageDescriptor;
    }
  | { type: 'choice'; choices: Choice[] }
  | { type: 'expression'; placeholder: string }
  | { type: 'instrument'; empty: MessageDescriptor }
  | {
      type: 'lines';
      placeholder: string;
      read: (text: string) => unknown;
      write: (v: unknown) => string;
    }
);

export const UNITS: Record<Unit, MessageDescriptor> = {
  bps: msg`bp`,
  percent: msg`%`,
  yearly: msg`% a year`,
  bars: msg`bars`,
  names: msg`names`,
  shares: msg`shares`,
  cash: msg`cash`,
  times: msg`×`,
  ranges: msg`ATR`,
  sigma: msg`σ`,
};

/** What a stored number is shown as: fractions as percent. */
export const factorOf = (unit: Unit | undefined): number =>
  unit === 'percent' || unit === 'yearly' ? 100 : 1;

const same = (a: unknown, b: unknown): boolean =>
  (a ?? null) === (b ?? null) || JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** The parameters whose value is not the usual one. */
export function changed(parameters: Parameter[], values: Values, usual: Values): Parameter[] {
  return parameters.filter(
    (one) => (one.when?.(values) ?? true) && !same(values[one.name], usual[one.name]),
  );
}

const plain = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 6, useGrouping: false });

/** A value in words, as a chip shows it. */
export function written(i18n: I18n, parameter: Parameter, value: unknown): string {
  if (value === null || value === undefined || value === '') {
    const empty = 'empty' in parameter ? parameter.empty : undefined;
    return empty ? i18n._(empty) : '–';
  }
  if (parameter.type === 'number') {
    const shown = Number(value) * factorOf(parameter.unit);
    const text = Math.abs(shown) >= 10_000 ? formatInteger(shown) : plain.format(shown);
    return parameter.unit ? `${text} ${i18n._(UNITS[parameter.unit])}` : text;
  }
  if (parameter.type === 'choice') {
    const choice = parameter.choices.find((one) => one.value === value);
    return choice ? i18n._(choice.label) : String(value);
  }
  return parameter.type === 'lines' ? parameter.write(value) : String(value);
}

/** Lines of a key and a number: "XNYS:GE 0.02". What is not such a line is refused. */
export function readPairs(text: string): [string, number][] | null {
  const rows = text
    .split(/[\n;,]/)
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => line.split(/\s+/));
  const pairs = rows.map(([key = '', value = '']): [string, number] => [key, Number(value)]);
  const good = rows.every((row) => row.length === 2) && pairs.every(([, v]) => Number.isFinite(v));
  return good ? pairs : null;
}

export const writePairs = (pairs: [unknown, unknown][]): string =>
  pairs.map(([key, value]) => `${key} ${value}`).join('\n');
