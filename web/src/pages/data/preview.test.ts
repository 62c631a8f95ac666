import { expect, it } from 'vitest';
import { headerOf } from './preview';

it.each([
  ['date,open,high\n1,2,3', ['date', 'open', 'high']],
  ['\uFEFF"Data";"Kurs";"Wolumen"\r\n', ['Data', 'Kurs', 'Wolumen']],
  ['ts\tvalue', ['ts', 'value']],
  ['', []],
])('the header of %j', (text, header) => expect(headerOf(text)).toEqual(header));
