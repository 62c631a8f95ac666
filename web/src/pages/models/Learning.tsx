import { useLingui } from '@lingui/react/macro';
import { useMemo } from 'react';
import { BarList } from '@/charts/Bars';
import { Card } from '@/components/Card';
import { type Column, DataTable } from '@/components/DataTable';
import {
  formatInteger,
  formatIsoDate,
  formatNumber,
  formatPercent,
  formatSigned,
  toneOf,
} from '@/lib/format';
import type { ModelVersionDetail, RankIC } from '@/lib/queries/models';

type VersionProps = { version: ModelVersionDetail };

const withError = (ic: RankIC): string =>
  `${formatSigned(ic.mean, 4)} ± ${formatNumber(ic.standard_error, 4)}`;

/** Each seed by itself: what chance in the training alone moves. */
export function SeedsCard({ version }: VersionProps) {
  const { t } = useLingui();
  return (
    <Card title={t`Rank IC by seed`} note={t`± standard error`} className="shrink-0">
      <BarList
        label={t`Rank IC by seed`}
        signed
        items={version.per_seed.map(({ seed, rank_ic }) => ({
          key: String(seed),
          label: t`seed ${seed}`,
          value: rank_ic.mean ?? 0,
          error: rank_ic.standard_error,
          text: formatSigned(rank_ic.mean, 4),
          note: withError(rank_ic),
        }))}
      />
    </Card>
  );
}

type Fold = ModelVersionDetail['folds'][number];

export function FoldsCard({ version }: VersionProps) {
  const { t } = useLingui();
  const columns = useMemo<Column<Fold>[]>(
    () => [
      {
        key: 'number',
        header: '#',
        width: 44,
        grow: 0,
        numeric: true,
        value: (fold) => fold.number,
        cell: (fold) => fold.number + 1,
      },
      {
        key: 'test',
        header: t`Tested on`,
        width: 164,
        grow: 2,
        cell: (fold) => `${formatIsoDate(fold.test_start)} – ${formatIsoDate(fold.test_end)}`,
      },
      {
        key: 'rows',
        header: t`Rows`,
        width: 72,
        numeric: true,
        value: (fold) => fold.train_rows,
        cell: (fold) => formatInteger(fold.train_rows),
      },
      {
        key: 'ic',
        header: t`Rank IC ± se`,
        width: 124,
        numeric: true,
        value: (fold) => fold.rank_ic.mean,
        cell: (fold) => (
          <span>
            <span className={toneOf(fold.rank_ic.mean)}>{formatSigned(fold.rank_ic.mean, 3)}</span>
            <span className="text-text-3"> ± {formatNumber(fold.rank_ic.standard_error, 3)}</span>
          </span>
        ),
      },
    ],
    [t],
  );
  return (
    <Card
      title={t`Walk-forward folds`}
      note={version.folds.length}
      flush
      className="min-h-60 flex-1 lg:min-h-0"
    >
      <DataTable
        label={t`Walk-forward folds`}
        columns={columns}
        rows={version.folds}
        rowKey={(fold) => String(fold.number)}
        initialSort={{ key: 'number', descending: true }}
      />
    </Card>
  );
}

export function ImportanceCard({ version }: VersionProps) {
  const { t } = useLingui();
  const items = version.importance.toSorted((a, b) => b.share - a.share);
  return (
    <Card
      title={t`Importance`}
      note={t`share of gain`}
      flush
      className="min-h-60 flex-1 lg:min-h-0"
    >
      <div
        role="group"
        aria-label={t`Features by importance`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="h-full overflow-y-auto px-3 pb-3"
      >
        <BarList
          label={t`Features by importance`}
          items={items.map(({ feature, share }) => ({
            key: feature,
            label: feature,
            value: share,
            text: formatPercent(share, 1),
          }))}
        />
      </div>
    </Card>
  );
}
