import { useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { Boxes, Database, GitCommitHorizontal, Hash, Waypoints } from 'lucide-react';
import type { ReactNode } from 'react';
import { Card } from '@/components/Card';
import { formatIsoDate, shortDigest } from '@/lib/format';
import type { Backtest } from '@/lib/queries/backtests';

const LINK = 'block truncate font-medium hover:underline';

/** The pins of the run: any number on this page leads back to them. */
export function MadeFromCard({ backtest }: { backtest: Backtest }) {
  const { t } = useLingui();
  const { made_from: made, strategy } = backtest;
  return (
    <Card
      title={t`Made from`}
      className="shrink-0"
      actions={
        <Link
          to="/jobs/$jobId"
          params={{ jobId: made.job_id }}
          className="inline-flex min-h-6 items-center text-11 text-accent-text hover:underline"
        >
          {t`Open the job`}
        </Link>
      }
    >
      <dl className="text-12">
        <Pin icon={<Waypoints aria-hidden />} name={t`Strategy`} note={`v${strategy.seq}`}>
          <Link to="/strategies/$strategyId" params={{ strategyId: strategy.id }} className={LINK}>
            {strategy.name}
          </Link>
        </Pin>
        {made.model && (
          <Pin icon={<Boxes aria-hidden />} name={t`Model`} note={`v${made.model.seq}`}>
            <Link
              to="/models/$modelId/versions/$versionId"
              params={{ modelId: made.model.model_id, versionId: made.model.version_id }}
              className={LINK}
            >
              {made.model.name}
            </Link>
          </Pin>
        )}
        {made.data.map((data) => (
          <Pin
            key={data.version_id}
            icon={<Database aria-hidden />}
            name={t`Data`}
            note={formatIsoDate(data.last_ts)}
          >
            <Link
              to="/data/$datasetId"
              params={{ datasetId: data.dataset_id }}
              className={LINK}
              title={data.digest}
            >
              {data.name}
            </Link>
          </Pin>
        ))}
        <Pin
          icon={<GitCommitHorizontal aria-hidden />}
          name={t`Code`}
          note={<Digest text={made.environment} />}
        >
          <Digest text={made.code} />
        </Pin>
        <Pin icon={<Hash aria-hidden />} name={t`Numbers`} note={t`seed ${made.seed ?? '–'}`}>
          <Digest text={made.result_digest} />
        </Pin>
      </dl>
    </Card>
  );
}

type PinProps = { icon: ReactNode; name: ReactNode; note: ReactNode; children: ReactNode };

function Pin({ icon, name, note, children }: PinProps) {
  return (
    <div className="flex min-h-6.5 items-center gap-2 [&>svg]:size-3.5 [&>svg]:shrink-0 [&>svg]:text-text-3">
      {icon}
      <dt className="w-16 shrink-0 text-text-3">{name}</dt>
      <dd className="flex min-w-0 flex-1 items-baseline justify-between gap-3">
        <span className="min-w-0">{children}</span>
        <span className="shrink-0 text-11 text-text-3 tabular">{note}</span>
      </dd>
    </div>
  );
}

function Digest({ text }: { text: string }) {
  return (
    <span className="font-mono text-11 text-text-2" title={text}>
      {shortDigest(text)}
    </span>
  );
}
