import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Card } from '@/components/Card';
import { type Column, DataTable } from '@/components/DataTable';
import { Skeleton } from '@/components/Skeleton';
import { EmptyState, ErrorCard } from '@/components/States';
import {
  formatNumber,
  formatPercent,
  formatSignedPercent,
  formatTime,
  NONE,
  toneOf,
} from '@/lib/format';
import { type ModelVersionDetail, modelScoresQuery, type StatedScore } from '@/lib/queries/models';
import { Statements } from './Statements';

/** The newest scores, what each says of the return to come, and what that is worth. */
export function ScoresView({ version }: { version: ModelVersionDetail }) {
  const { t } = useLingui();
  const scores = useQuery(modelScoresQuery(version.id));
  if (scores.error) {
    return (
      <ErrorCard error={scores.error} what={t`The scores`} onRetry={() => void scores.refetch()} />
    );
  }
  if (scores.isPending) return <Skeleton className="h-96 rounded-xl" />;
  return (
    <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-[minmax(0,1fr)_340px]">
      {scores.data ? (
        <ScoresTable
          rows={scores.data.items}
          published={scores.data.published_at}
          alpha={version.forecast?.alpha}
        />
      ) : (
        <Card>
          <EmptyState title={<Trans>Not scored yet.</Trans>}>
            <Trans>
              A version is scored when an alias is put on it, and again whenever newer values are
              published. Put one on it to see its scores here.
            </Trans>
          </EmptyState>
        </Card>
      )}
      <div className="flex min-h-0 flex-col gap-3 lg:overflow-y-auto">
        <Statements version={version} />
      </div>
    </div>
  );
}

type TableProps = { rows: StatedScore[]; published: string; alpha: number | undefined };

/** Without a forecast the columns of what is stated are not there. */
export function ScoresTable({ rows, published, alpha }: TableProps) {
  const { t } = useLingui();
  const columns = useMemo<Column<StatedScore>[]>(() => {
    const stated: Column<StatedScore>[] = [
      {
        key: 'chance',
        header: t`Chance`,
        width: 76,
        numeric: true,
        value: (row) => row.chance,
        cell: (row) => formatPercent(row.chance, 1),
      },
      {
        key: 'expected',
        header: t`Expected`,
        width: 104,
        numeric: true,
        value: (row) => row.expected,
        cell: (row) => (
          <span className={toneOf(row.expected)}>{formatSignedPercent(row.expected)}</span>
        ),
      },
      {
        key: 'interval',
        header: t`Interval, ${formatPercent(alpha === undefined ? null : 1 - alpha, 0)}`,
        width: 148,
        numeric: true,
        cell: interval,
      },
    ];
    return [
      {
        key: 'instrument',
        header: t`Instrument`,
        width: 110,
        grow: 2,
        value: (row) => row.instrument,
        cell: (row) => row.instrument,
      },
      {
        key: 'score',
        header: t`Score`,
        width: 84,
        numeric: true,
        value: (row) => row.score,
        cell: (row) => formatNumber(row.score, 4),
      },
      ...(alpha === undefined ? [] : stated),
      {
        key: 'ts',
        header: t`Bar`,
        width: 132,
        value: (row) => row.ts,
        cell: (row) => formatTime(row.ts),
      },
    ];
  }, [t, alpha]);
  return (
    <Card
      title={t`Newest scores`}
      note={t`published ${formatTime(published)}`}
      flush
      className="min-h-60 flex-1 lg:min-h-0"
    >
      <DataTable
        label={t`Newest scores`}
        columns={columns}
        rows={rows}
        rowKey={(row) => row.instrument}
        initialSort={{ key: 'score', descending: true }}
      />
    </Card>
  );
}

const interval = ({ low, high }: StatedScore): string =>
  low === null || high === null
    ? NONE
    : `${formatSignedPercent(low, 1)} … ${formatSignedPercent(high, 1)}`;
