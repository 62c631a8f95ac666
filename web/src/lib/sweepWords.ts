/** Names of a sweep's measures, how each is written, and which way is better. */
import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import {
  formatCompact,
  formatInteger,
  formatNumber,
  formatPercent,
  formatSignedPercent,
} from '@/lib/format';

type Maybe = number | null | undefined;

export type Measure = {
  key: string;
  label: MessageDescriptor;
  format: (value: Maybe) => string;
  /** What is neither good nor bad has no middle in a heat map. */
  better?: 'more' | 'less';
};

export const MEASURES: Measure[] = [
  { key: 'sharpe', label: msg`Sharpe`, format: (v) => formatNumber(v), better: 'more' },
  {
    key: 'total_return',
    label: msg`Total return`,
    format: (v) => formatSignedPercent(v, 0),
    better: 'more',
  },
  { key: 'cagr', label: msg`CAGR`, format: (v) => formatSignedPercent(v), better: 'more' },
  {
    key: 'max_drawdown',
    label: msg`Max drawdown`,
    format: (v) => formatPercent(v, 1),
    better: 'less',
  },
  { key: 'calmar', label: msg`Calmar`, format: (v) => formatNumber(v), better: 'more' },
  { key: 'volatility', label: msg`Volatility`, format: (v) => formatPercent(v, 1), better: 'less' },
  { key: 'exposure', label: msg`Exposure`, format: (v) => formatPercent(v, 0) },
  {
    key: 'turnover',
    label: msg`Turnover a year`,
    format: (v) => (v === null || v === undefined ? formatNumber(v) : `${formatNumber(v, 1)}×`),
  },
  { key: 'trades', label: msg`Trades`, format: formatInteger },
  { key: 'costs', label: msg`Costs`, format: formatCompact },
];

export const measureOf = (key: string): Measure =>
  MEASURES.find((one) => one.key === key) ?? (MEASURES[0] as Measure);
