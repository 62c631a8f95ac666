import { useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Card, Facts } from '@/components/Card';
import { formatIsoDate, shortDigest } from '@/lib/format';
import type { Backtest } from '@/lib/queries/backtests';

const LINK = 'text-accent-text hover:underline';

/** The pins of the run: any number on this page leads back to them. */
export function MadeFromCard({ backtest }: { backtest: Backtest }) {
  const { t } = useLingui();
  const { made_from: made, strategy } = backtest;
  const rows: [ReactNode, ReactNode][] = [
    [
      t`Strategy`,
      <Link
        key="strategy"
        to="/strategies/$strategyId"
        params={{ strategyId: strategy.id }}
        className={LINK}
      >
        {strategy.name} <span className="text-text-3">v{strategy.seq}</span>
      </Link>,
    ],
  ];
  if (made.model) {
    const { model } = made;
    rows.push([
      t`Model`,
      <Link
        key="model"
        to="/models/$modelId"
        params={{ modelId: model.model_id }}
        search={{ version: model.version_id }}
        className={LINK}
      >
        {model.name} <span className="text-text-3">v{model.seq}</span>
      </Link>,
    ]);
  }
  for (const data of made.data) {
    rows.push([
      t`Data`,
      <Link
        key={data.version_id}
        to="/data/$datasetId"
        params={{ datasetId: data.dataset_id }}
        className={LINK}
        title={data.digest}
      >
        {data.name} <span className="text-text-3">{formatIsoDate(data.last_ts)}</span>
      </Link>,
    ]);
  }
  rows.push(
    [t`Code`, <Digest key="code" text={made.code} />],
    [t`Environment`, <Digest key="environment" text={made.environment} />],
    [t`Seed`, String(made.seed ?? '–')],
    [t`Numbers`, <Digest key="numbers" text={made.result_digest} />],
    [
      t`Job`,
      <Link key="job" to="/jobs/$jobId" params={{ jobId: made.job_id }} className={LINK}>
        {t`Open the job`}
      </Link>,
    ],
  );
  return (
    <Card title={t`Made from`} className="shrink-0">
      <Facts rows={rows} />
    </Card>
  );
}

function Digest({ text }: { text: string }) {
  return (
    <span className="font-mono text-11 text-text-2" title={text}>
      {shortDigest(text)}
    </span>
  );
}
