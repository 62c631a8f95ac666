import { Trans, useLingui } from '@lingui/react/macro';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field, Input } from '@/components/Field';
import { SkeletonRows } from '@/components/Skeleton';
import { EmptyState, ErrorCard, Reason } from '@/components/States';
import { formatInteger } from '@/lib/format';
import { type Dataset, type QuarantineRow, useReleaseQuarantine } from '@/lib/queries/datasets';
import { flat } from '@/lib/queries/keys';
import { CHECKS, word } from '@/lib/words';

type List = UseInfiniteQueryResult<InfiniteData<{ items: QuarantineRow[] }>>;

/** Rows that were kept out, with line, reason and remedy; chosen ones can be let in. */
export function Quarantine({ dataset, list }: { dataset: Dataset; list: List }) {
  const { t } = useLingui();
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [asking, setAsking] = useState(false);
  if (list.error) {
    return (
      <ErrorCard error={list.error} what={t`The quarantine`} onRetry={() => void list.refetch()} />
    );
  }
  if (!list.data) return <SkeletonRows count={5} />;
  const rows = flat(list.data.pages);
  if (rows.length === 0) {
    return (
      <EmptyState
        icon={<ShieldCheck aria-hidden />}
        title={<Trans>The quarantine is empty.</Trans>}
      >
        <Trans>Rows that a check refuses wait here. Nothing is dropped silently.</Trans>
      </EmptyState>
    );
  }
  const toggle = (n: number): void => {
    const next = new Set(chosen);
    if (!next.delete(n)) next.add(n);
    setChosen(next);
  };
  const all = chosen.size === rows.length;
  return (
    <>
      <div className="flex min-h-7 items-center gap-3 text-12">
        <label className="flex min-h-6 items-center gap-2">
          <input
            type="checkbox"
            checked={all}
            onChange={() => setChosen(all ? new Set() : new Set(rows.map((row) => row.n)))}
            className="size-4 accent-accent"
          />
          <Trans>All</Trans>
        </label>
        <Button
          small
          className="ml-auto"
          disabled={chosen.size === 0}
          onClick={() => setAsking(true)}
        >
          <Trans>Release {formatInteger(chosen.size)} rows</Trans>
        </Button>
      </div>
      <ul className="min-h-0 flex-1 overflow-y-auto text-12">
        {rows.map((row) => (
          <Row key={row.n} row={row} chosen={chosen.has(row.n)} onToggle={() => toggle(row.n)} />
        ))}
        {list.hasNextPage && (
          <li className="py-2">
            <Button small busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              <Trans>Show more</Trans>
            </Button>
          </li>
        )}
      </ul>
      {asking && <Release dataset={dataset} rows={[...chosen]} onClose={() => setAsking(false)} />}
    </>
  );
}

function Row({
  row,
  chosen,
  onToggle,
}: {
  row: QuarantineRow;
  chosen: boolean;
  onToggle: () => void;
}) {
  const { t, i18n } = useLingui();
  const values = Object.entries(row.values)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(' · ');
  return (
    <li className="border-line-soft border-b py-2 last:border-0">
      <label className="flex gap-2">
        <input
          type="checkbox"
          checked={chosen}
          onChange={onToggle}
          aria-label={t`Line ${row.line}`}
          className="mt-0.5 size-4 shrink-0 accent-accent"
        />
        <span className="min-w-0">
          <span className="flex gap-2">
            <b className="font-medium">{word(i18n, CHECKS, row.check)}</b>
            <span className="text-text-3 tabular">{t`line ${row.line}`}</span>
          </span>
          <span className="block text-text-2">{row.reason}</span>
          <span className="block text-text-3">{row.remedy}</span>
          <span className="block text-11 break-words text-text-3 tabular">{values}</span>
        </span>
      </label>
    </li>
  );
}

function Release({
  dataset,
  rows,
  onClose,
}: {
  dataset: Dataset;
  rows: number[];
  onClose: () => void;
}) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const release = useReleaseQuarantine(dataset.id);
  const [reason, setReason] = useState('');
  return (
    <Dialog
      open
      onClose={onClose}
      title={t`Release from quarantine`}
      description={t`${formatInteger(rows.length)} rows become part of a new version. The old version stays.`}
      footer={
        <Button
          tone="primary"
          busy={release.isPending}
          disabled={!reason.trim()}
          onClick={() =>
            release.mutate(
              { rows, reason: reason.trim() },
              {
                onSuccess: (job) =>
                  void navigate({ to: '/jobs/$jobId', params: { jobId: job.id } }),
              },
            )
          }
        >
          <Trans>Release</Trans>
        </Button>
      }
    >
      <Field
        label={t`Why are they right after all?`}
        hint={t`Kept with the version for good.`}
        error={release.error && <Reason error={release.error} />}
      >
        <Input value={reason} onChange={(event) => setReason(event.target.value)} />
      </Field>
    </Dialog>
  );
}
