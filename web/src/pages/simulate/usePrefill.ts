import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { backtestQuery } from '@/lib/queries/backtests';
import { type BuiltIn, strategyQuery } from '@/lib/queries/strategies';
import { type Draft, ofBacktest, ofSpec } from './draft';

type Change = (next: (before: Draft) => Draft) => void;

const IS_ID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/i;

/** Takes over what the address names, once it is read: a built-in or stored strategy, or a backtest. */
export function usePrefill(
  search: { from?: string | undefined; strategy?: string | undefined },
  builtIn: BuiltIn | undefined,
  change: Change,
  setQuestion: (question: string) => void,
): void {
  const { from, strategy = '' } = search;
  const backtest = useQuery({ ...backtestQuery(from ?? ''), enabled: Boolean(from) }).data;
  const stored = useQuery({ ...strategyQuery(strategy), enabled: IS_ID.test(strategy) }).data;
  const spec = builtIn?.spec ?? stored?.latest.spec;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was read starts it
  useEffect(() => {
    if (spec) change((before) => ({ ...ofSpec(before, spec), model: null }));
  }, [spec]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was read starts it
  useEffect(() => {
    if (!backtest) return;
    change((before) => ofBacktest(before, backtest));
    setQuestion(backtest.question.id);
  }, [backtest]);
}
