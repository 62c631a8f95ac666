import { expect, test } from 'vitest';
import { DEFAULTS, requestOf } from './draft';

const REST = { name: 'A', features: 'f', question: null };

test('what was not chosen is left to the preset', () => {
  const request = requestOf(DEFAULTS, REST);
  expect(request).not.toHaveProperty('learners');
  expect(request).not.toHaveProperty('trials');
  expect(request).not.toHaveProperty('minutes');
  expect(request.preset).toBe('fast');
});

test('what was chosen is asked for', () => {
  const request = requestOf({ ...DEFAULTS, learners: ['ridge'], trials: 3, minutes: 2.5 }, REST);
  expect(request).toMatchObject({ learners: ['ridge'], trials: 3, minutes: 2.5, name: 'A' });
});
