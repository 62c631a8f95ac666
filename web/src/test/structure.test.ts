import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.tsx?$/.test(name),
);

describe('the house', () => {
  it('has no component file over 250 lines', () => {
    const long = files
      .filter((name) => name.endsWith('.tsx'))
      .filter((name) => readFileSync(join('src', name), 'utf8').split('\n').length > 251);
    expect(long).toEqual([]);
  });

  it('has no page that imports another page', () => {
    const wrong = files
      .filter((name) => name.startsWith('pages'))
      .filter((name) =>
        /from '(@\/pages|@\/app|\.\.\/)/.test(readFileSync(join('src', name), 'utf8')),
      );
    expect(wrong).toEqual([]);
  });
});
