import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { ShieldCheck } from 'lucide-react';
import { Badge, type BadgeTone } from '@/components/Badge';
import { Button } from '@/components/Button';
import { SkeletonRows } from '@/components/Skeleton';
import { EmptyState, ErrorCard } from '@/components/States';
import { formatIsoDate } from '@/lib/format';
import type { Finding } from '@/lib/queries/datasets';
import { flat } from '@/lib/queries/keys';
import { CHECKS, SEVERITIES, word } from '@/lib/words';

const route = getRouteApi('/shell/data/$datasetId');
const TONES: Record<string, BadgeTone> = { error: 'bad', warning: 'warn', info: 'neutral' };
const MARGIN = 45 * 86_400;

type List = UseInfiniteQueryResult<InfiniteData<{ items: Finding[] }>>;

/** What the checks found, with what to do about it. A click shows the place in the chart. */
export function Findings({ list }: { list: List }) {
  const { t } = useLingui();
  if (list.error) {
    return (
      <ErrorCard error={list.error} what={t`The findings`} onRetry={() => void list.refetch()} />
    );
  }
  if (!list.data) return <SkeletonRows count={5} />;
  const findings = flat(list.data.pages);
  if (findings.length === 0) {
    return (
      <EmptyState
        icon={<ShieldCheck aria-hidden />}
        title={<Trans>Nothing to complain about.</Trans>}
      >
        <Trans>Every check passed on this version.</Trans>
      </EmptyState>
    );
  }
  return (
    <ul className="min-h-0 flex-1 overflow-y-auto text-12">
      {findings.map((finding) => (
        <Row key={finding.id} finding={finding} />
      ))}
      {list.hasNextPage && (
        <li className="py-2">
          <Button small busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            <Trans>Show more</Trans>
          </Button>
        </li>
      )}
    </ul>
  );
}

function Row({ finding }: { finding: Finding }) {
  const { i18n } = useLingui();
  const navigate = route.useNavigate();
  const show = (): void => {
    const first = finding.first_ts ? Date.parse(finding.first_ts) / 1000 : null;
    const last = finding.last_ts ? Date.parse(finding.last_ts) / 1000 : first;
    void navigate({
      search: (before) => ({
        ...before,
        ...(finding.instrument ? { instrument: finding.instrument } : {}),
        ...(first !== null && last !== null ? { from: first - MARGIN, to: last + MARGIN } : {}),
      }),
      replace: true,
    });
  };
  return (
    <li className="border-line-soft border-b py-2 last:border-0">
      <div className="flex items-center gap-2">
        <Badge tone={TONES[finding.severity] ?? 'neutral'}>
          {word(i18n, SEVERITIES, finding.severity)}
        </Badge>
        <b className="min-w-0 truncate font-medium">{word(i18n, CHECKS, finding.check)}</b>
        {finding.instrument && (
          <button
            type="button"
            onClick={show}
            className="ml-auto min-h-6 shrink-0 text-accent-text hover:underline"
          >
            {finding.instrument}
          </button>
        )}
      </div>
      <p className="pt-0.5 text-text-2">{finding.message}</p>
      {finding.remedy && <p className="text-text-3">{finding.remedy}</p>}
      <p className="text-11 text-text-3 tabular">
        {plural(finding.rows, { one: '# row', other: '# rows' })}
        {finding.first_ts &&
          ` · ${formatIsoDate(finding.first_ts)}${
            finding.last_ts && finding.last_ts !== finding.first_ts
              ? ` – ${formatIsoDate(finding.last_ts)}`
              : ''
          }`}
      </p>
    </li>
  );
}
