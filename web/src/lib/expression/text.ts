/** What an editor knows of an expression without asking anybody: its words, its calls, and how to mend it. */

export type TokenKind =
  | 'number'
  | 'text'
  | 'word'
  | 'call'
  | 'operator'
  | 'bracket'
  | 'space'
  | 'other';
export type Token = { kind: TokenKind; from: number; to: number; text: string };

const RULES: [TokenKind, RegExp][] = [
  ['space', /\s+/y],
  ['number', /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['text', /"[^"\n]*"?|'[^'\n]*'?/y],
  ['word', /\$?[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*\.?/uy],
  ['operator', /\*\*|\/\/|[<>=!]=|&&|\|\||[-+*/%<>=!&|^~?:]/y],
  ['bracket', /[()[\],]/y],
];
const WORDS_THAT_JOIN = new Set(['and', 'or', 'not', 'if', 'else', 'in', 'True', 'False']);

/** Every character belongs to one token. */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  let from = 0;
  while (from < text.length) {
    let kind: TokenKind = 'other';
    let to = from + 1;
    for (const [name, rule] of RULES) {
      rule.lastIndex = from;
      const match = rule.exec(text);
      if (match) {
        kind = name;
        to = rule.lastIndex;
        break;
      }
    }
    const word = text.slice(from, to);
    if (kind === 'word' && WORDS_THAT_JOIN.has(word)) kind = 'operator';
    else if (kind === 'word' && /^\s*\(/.test(text.slice(to))) kind = 'call';
    found.push({ kind, from, to, text: word });
    from = to;
  }
  return found;
}

/** The word that ends at or holds a place, with what stands before the place. */
export function wordAt(text: string, place: number): Token | null {
  return (
    tokens(text).find(
      (one) => (one.kind === 'word' || one.kind === 'call') && one.from <= place && place <= one.to,
    ) ?? null
  );
}

export type Call = { name: string; from: number; argument: number; named: string | null };

/** The innermost call around a place, and which of its arguments the place is in. */
export function callAt(text: string, place: number): Call | null {
  const open: (Call & { starts: number })[] = [];
  let before: Token | null = null;
  for (const token of tokens(text)) {
    if (token.from >= place) break;
    if (token.text === '(' || token.text === '[') {
      const name = before?.kind === 'call' && token.text === '(' ? before.text : '';
      open.push({
        name,
        from: before?.from ?? token.from,
        argument: 0,
        named: null,
        starts: token.to,
      });
    } else if (token.text === ')' || token.text === ']') {
      open.pop();
    } else if (token.text === ',') {
      const inner = open.at(-1);
      if (inner) Object.assign(inner, { argument: inner.argument + 1, starts: token.to });
    }
    if (token.kind !== 'space') before = token;
  }
  const inner = open.findLast((one) => one.name !== '');
  if (!inner) return null;
  const written = /^\s*([\p{L}_][\p{L}\p{N}_]*)\s*=(?!=)/u.exec(text.slice(inner.starts, place));
  const { name, from, argument } = inner;
  return { name, from, argument, named: written?.[1] ?? null };
}

export type Fix = { from: number; to: number; text: string };
type Problem = { position: number; length: number; suggestion: string };

/** The replacement that a problem's suggestion proposes, if it proposes one. */
export function fixOf(problem: Problem, text: string): Fix | null {
  const { position, length, suggestion } = problem;
  const meant = /^Did you mean (\S+?)\?$/.exec(suggestion);
  if (meant?.[1]) {
    const dollar = text[position] === '$' ? '$' : '';
    return { from: position, to: position + length, text: `${dollar}${meant[1]}` };
  }
  const past = /^Write (\d+(?:\.\d+)?) for the past\.$/.exec(suggestion);
  return past?.[1] ? { from: position, to: position + length, text: past[1] } : null;
}

export const mended = (text: string, fix: Fix): string =>
  text.slice(0, fix.from) + fix.text + text.slice(fix.to);

/** A problem with its place counted as JavaScript counts, and inside the text. */
export function placed<P extends { position: number; length: number }>(
  problem: P,
  text: string,
): P {
  const points = [...text];
  const units = (count: number): number => points.slice(0, count).join('').length;
  const position = Math.min(units(problem.position), text.length);
  return { ...problem, position, length: units(problem.position + problem.length) - position };
}

/** A text with more behind it. */
export const joined = (before: string, more: string): string =>
  before.trim() ? `${before.trimEnd()} ${more}` : more;
