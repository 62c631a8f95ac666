/** Two expressions side by side, part by part. Pure. */

export type DiffPart = { text: string; kind: 'same' | 'gone' | 'new' };

/** Words, numbers, operators and gaps of an expression, so that nothing is lost when joined again. */
export function parts(expression: string): string[] {
  return (
    expression.match(/[A-Za-z_$][\w.$]*|\d+(?:\.\d+)?(?:e[+-]?\d+)?|\s+|\*\*|[<>=!]=|./gi) ?? []
  );
}

/** What became of one expression: the longest run of parts that both have stays, the rest goes or comes. */
export function diff(before: string, after: string): DiffPart[] {
  const [a, b] = [parts(before), parts(after)];
  const common = lengths(a, b);
  const found: DiffPart[] = [];
  const put = (text: string, kind: DiffPart['kind']): void => {
    const last = found.at(-1);
    if (last?.kind === kind) last.text += text;
    else found.push({ text, kind });
  };
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]];
    if (left !== undefined && left === right) {
      put(left, 'same');
      i += 1;
      j += 1;
    } else if (
      right === undefined ||
      (left !== undefined && (common[i + 1]?.[j] ?? 0) >= (common[i]?.[j + 1] ?? 0))
    ) {
      put(left ?? '', 'gone');
      i += 1;
    } else {
      put(right, 'new');
      j += 1;
    }
  }
  return found;
}

/** Length of the longest common run of what is left from each place on. */
function lengths(a: string[], b: string[]): number[][] {
  const found = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    const [line, below] = [found[i] ?? [], found[i + 1] ?? []];
    for (let j = b.length - 1; j >= 0; j -= 1) {
      line[j] = a[i] === b[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, line[j + 1] ?? 0);
    }
  }
  return found;
}
