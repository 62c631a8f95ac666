/** The vocabulary of an editor: what may be written, what it means, and what fits what was typed. */
import type { Schema } from '@/lib/client';

export type FunctionInfo = Schema<'FunctionRead'>;
export type NameInfo = Schema<'NameRead'>;
export type Vocabulary = { functions: FunctionInfo[]; names: NameInfo[] };

export type Word = {
  /** What is written. */
  text: string;
  kind: 'function' | 'field' | 'series' | 'group' | 'feature';
  /** Small text beside it: a signature, a dataset. */
  detail: string;
  info: string;
  /** For a function: its row of the table. */
  of?: FunctionInfo;
};

const KINDS: Word['kind'][] = ['field', 'function', 'feature', 'group', 'series'];

/** Every word once, other spellings of functions too. */
export function wordsOf({ functions, names }: Vocabulary): Word[] {
  const words = functions.flatMap((one) =>
    [one.name, ...one.aliases].map(
      (text): Word => ({
        text,
        kind: 'function',
        detail: one.signature.slice(one.name.length),
        info: one.doc,
        of: one,
      }),
    ),
  );
  return [
    ...words,
    ...names.map(
      (one): Word => ({
        text: one.name,
        kind: one.kind as Word['kind'],
        detail: one.detail,
        info: one.description ?? '',
      }),
    ),
  ];
}

/** What ideas are made of comes first; sums and products everybody knows. */
const FAMILIES = ['time series', 'cross-section', 'group', 'events', 'elementwise'];

/** The place of a family among the others; one that is not known stands last. */
export const familyPlace = (family: string): number => (FAMILIES.indexOf(family) + 99) % 99;

export function functionNamed(functions: FunctionInfo[], name: string): FunctionInfo | undefined {
  return functions.find((one) => one.name === name || one.aliases.includes(name));
}

/**
 * How well a word fits what was typed: 0 not at all. A beginning is best, then the beginning of a part
 * (`mean` in `ts_mean`), then letters in order (`tmn`).
 */
export function likeness(word: string, typed: string): number {
  const [have, want] = [word.toLowerCase(), typed.toLowerCase().replace(/^\$/, '')];
  if (want === '') return 1;
  if (have === want) return 100;
  if (have.startsWith(want)) return 80 - have.length / 100;
  const part = have.search(new RegExp(`[._]${want.replace(/[^\p{L}\p{N}_]/gu, '.')}`, 'u'));
  if (part >= 0) return 60 - part / 100 - have.length / 1000;
  if (want.length > 1 && have.includes(want)) return 40 - have.length / 100;
  let at = -1;
  let gaps = 0;
  for (const letter of want) {
    const next = have.indexOf(letter, at + 1);
    if (next < 0) return 0;
    if (at >= 0) gaps += next - at - 1;
    at = next;
  }
  return have[0] === want[0] && gaps <= 2 * want.length ? Math.max(1, 20 - gaps) : 0;
}

/** The words that fit best, one for each function. */
export function fitting(words: Word[], typed: string, most = 60): Word[] {
  const scored = words
    .map((word) => ({ word, score: likeness(word.text, typed) }))
    .filter(({ score }) => score > 0)
    .sort(
      (a, b) =>
        b.score - a.score ||
        KINDS.indexOf(a.word.kind) - KINDS.indexOf(b.word.kind) ||
        a.word.text.localeCompare(b.word.text),
    );
  const seen = new Set<FunctionInfo>();
  const kept: Word[] = [];
  for (const { word } of scored) {
    if (word.of && seen.has(word.of)) continue;
    if (word.of) seen.add(word.of);
    kept.push(word);
    if (kept.length === most) break;
  }
  return kept;
}

/** The parts of a signature, the one at a place marked: `ts_mean(`, `x`, **`d`**, `)`. */
export function signatureParts(
  one: FunctionInfo,
  argument: number,
  named: string | null,
): { text: string; active: boolean }[] {
  const place = named === null ? argument : one.parameters.findIndex((p) => p.name === named);
  const parts = one.parameters.map((p, n) => ({
    text: p.default === null || p.default === undefined ? p.name : `${p.name}=${p.default}`,
    active: n === place,
  }));
  const separated = parts.flatMap((part, n) =>
    n === 0 ? [part] : [{ text: ', ', active: false }, part],
  );
  return [{ text: `${one.name}(`, active: false }, ...separated, { text: ')', active: false }];
}
