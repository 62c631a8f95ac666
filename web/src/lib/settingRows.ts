/** The settings of an account that are not at rest, in words. */
import type { I18n, MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { formatInteger, formatNumber, formatPercent } from '@/lib/format';
import type { Backtest } from '@/lib/queries/backtests';
import { word } from '@/lib/words';

type Settings = Backtest['settings'];
type Value = string | number;
type Row = [keyof Settings, MessageDescriptor, (value: Value) => string];

const bp = (value: Value): string => `${formatNumber(Number(value), 1)} bp`;
const share = (value: Value): string => formatPercent(Number(value), 1);
const amount = (value: Value): string => formatNumber(Number(value));
const count = (value: Value): string => formatInteger(Number(value));
const times = (value: Value): string => `${formatNumber(Number(value), 2)}×`;

export const CHOICES: Record<string, MessageDescriptor> = {
  next_open: msg`Next open`,
  next_close: msg`Next close`,
  same_close: msg`Same close`,
  decision: msg`At the decision`,
  fill: msg`At the fill`,
  fixed: msg`Fixed`,
  volatility: msg`Volatility`,
  volume_share: msg`Volume share`,
  square_root: msg`Square root of size`,
  carry: msg`Carried`,
  cancel: msg`Cancelled`,
  last: msg`Last price`,
  exchange: msg`By exchange`,
};

const ROWS: Row[] = [
  ['initial_cash', msg`Initial cash`, count],
  ['delay', msg`Delay in bars`, count],
  ['participation', msg`Most of a bar's volume`, share],
  ['lot', msg`Lot`, amount],
  ['tick', msg`Tick`, amount],
  ['commission_bps', msg`Commission`, bp],
  ['commission_per_share', msg`Commission per share`, amount],
  ['commission_per_order', msg`Commission per order`, amount],
  ['commission_minimum', msg`Least commission`, amount],
  ['commission_maximum_bps', msg`Most commission`, bp],
  ['half_spread_bps', msg`Half spread`, bp],
  ['slippage_coefficient', msg`Slippage coefficient`, amount],
  ['cash_interest', msg`Interest on cash`, share],
  ['debit_interest', msg`Interest on debt`, share],
  ['borrow_fee', msg`Borrowing`, share],
  ['leverage', msg`Leverage`, times],
  ['maintenance', msg`Maintenance margin`, share],
  ['limit_gross', msg`Limit, gross`, times],
  ['limit_net', msg`Limit, net`, times],
  ['limit_name', msg`Limit, one name`, share],
  ['limit_sector', msg`Limit, one sector`, share],
  ['limit_loss', msg`Limit, loss`, share],
];
const CHOSEN: [keyof Settings, MessageDescriptor, string][] = [
  ['fill', msg`Fill`, ''],
  ['currency', msg`Account's currency`, ''],
  ['size_at', msg`Shares counted`, 'decision'],
  ['slippage', msg`Slippage`, 'none'],
  ['rest', msg`What volume left over`, 'carry'],
  ['delisting', msg`Delisting`, 'last'],
];

/** Name and value of each setting that does something. */
export function settingRows(i18n: I18n, settings: Partial<Settings>): [string, string][] {
  const numbers = ROWS.flatMap(([key, name, write]): [string, string][] => {
    const value = settings[key];
    const idle = value === null || value === undefined || value === 0;
    if (idle || (key === 'delay' && value === 1)) return [];
    return [[i18n._(name), write(value as Value)]];
  });
  const chosen = CHOSEN.flatMap(([key, name, rest]): [string, string][] => {
    const value = settings[key];
    if (typeof value !== 'string' || value === rest) return [];
    return [[i18n._(name), word(i18n, CHOICES, value)]];
  });
  const lists: [string, string][] = (
    [
      [msg`Commission tiers`, settings.commission_tiers?.length],
      [msg`Deposits and withdrawals`, settings.cash_flows?.length],
      [msg`Own borrowing fees`, Object.keys(settings.borrow_fees ?? {}).length],
      [msg`Own delisting returns`, Object.keys(settings.delisting_returns ?? {}).length],
    ] as const
  ).flatMap(
    ([name, size]) => (size ? [[i18n._(name), formatInteger(size)]] : []) as [string, string][],
  );
  return [...chosen, ...numbers, ...lists];
}
