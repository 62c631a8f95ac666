import { useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { KpiStrip } from '@/components/KpiStrip';
import { formatAgo, formatInteger, formatPercent, formatSigned, NONE } from '@/lib/format';
import type { FeatureSetDetail } from '@/lib/queries/features';

/** The mean of what is known. */
function mean(values: (number | null | undefined)[]): number | null {
  const known = values.filter((value): value is number => typeof value === 'number');
  return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}

export function Figures({ set }: { set: FeatureSetDetail }) {
  const { t } = useLingui();
  const statistics = set.members.map((member) => member.statistics);
  const clear = statistics.filter(
    (s) => s?.rank_ic && s.rank_ic_se && Math.abs(s.rank_ic) > 2 * s.rank_ic_se,
  );
  const strongest = set.members.toSorted(
    (a, b) => Math.abs(b.statistics?.rank_ic ?? 0) - Math.abs(a.statistics?.rank_ic ?? 0),
  )[0];
  return (
    <KpiStrip
      label={t`Figures of the feature set`}
      items={[
        {
          key: 'size',
          label: t`Features`,
          value: formatInteger(set.members.length),
          context: set.owner.name,
        },
        {
          key: 'coverage',
          label: t`Mean coverage`,
          value: formatPercent(mean(statistics.map((s) => s?.coverage)), 1),
          context: t`of all instruments and bars`,
        },
        {
          key: 'clear',
          label: t`Rank IC beyond 2 se`,
          value: set.computed ? `${clear.length} / ${set.members.length}` : NONE,
          context: t`${formatInteger(Math.round(set.members.length * 0.05))} expected by luck`,
          help: t`Of features with no relation to returns, about one in twenty lies this far from zero.`,
        },
        {
          key: 'strongest',
          label: t`Strongest`,
          value: strongest?.statistics ? formatSigned(strongest.statistics.rank_ic, 3) : NONE,
          context: strongest?.statistics ? strongest.name : undefined,
        },
        {
          key: 'lookback',
          label: t`Look-back`,
          value: formatInteger(set.latest.lookback),
          context: t`bars before the current one`,
        },
        {
          key: 'computed',
          label: t`Computed`,
          value: set.computed ? formatAgo(set.computed.finished_at) : t`not yet`,
          context: set.computed && <Reused computed={set.computed} />,
          help: t`Parts are a feature's values in a year; those that some run had computed were taken.`,
        },
      ]}
    />
  );
}

function Reused({ computed }: { computed: NonNullable<FeatureSetDetail['computed']> }) {
  const { t } = useLingui();
  const { values_chunks: every, values_reused: reused } = computed.facts;
  return (
    <Link to="/jobs/$jobId" params={{ jobId: computed.job_id }} className="hover:underline">
      {every === undefined
        ? t`${formatInteger(computed.rows)} rows`
        : t`${formatInteger(reused)} of ${formatInteger(every)} parts reused`}
    </Link>
  );
}
