import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Policy } from '@/lib/queries/monitors';
import { isComplete, USUAL } from './policyDraft';

test('the form starts with what the server takes', () => {
  const said = JSON.parse(readFileSync('../docs/openapi.json', 'utf8'));
  const properties = said.components.schemas.Policy.properties as Record<
    string,
    { default?: unknown }
  >;
  const defaults = Object.fromEntries(
    Object.entries(properties).map(([name, one]) => [name, one.default ?? null]),
  );
  expect(USUAL).toEqual(defaults);
});

test('a bound may be empty, a period may not', () => {
  expect(isComplete(USUAL)).toBe(true);
  expect(isComplete({ ...USUAL, feature_psi: null })).toBe(true);
  expect(isComplete({ ...USUAL, check_days: null } as unknown as Policy)).toBe(false);
});
