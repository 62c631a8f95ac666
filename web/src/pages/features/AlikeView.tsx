import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { HeatMap } from '@/charts/HeatMap';
import { Card } from '@/components/Card';
import { Skeleton } from '@/components/Skeleton';
import { EmptyState, ErrorCard } from '@/components/States';
import { formatSigned } from '@/lib/format';
import { correlationsQuery, type FeatureSetDetail } from '@/lib/queries/features';
import { closest, matrixOf, pairOf } from './correlations';

const route = getRouteApi('/shell/features/sets/$setId');
const format = (value: number | null): string => formatSigned(value, 2);

/** How alike the features of a set are: all pairs as a map, the nearest as a list. */
export function AlikeView({ set }: { set: FeatureSetDetail }) {
  const { t } = useLingui();
  const { pair } = route.useSearch();
  const navigate = route.useNavigate();
  const correlations = useQuery(correlationsQuery(set.id));
  const data = correlations.data;
  const { grid, points, names } = useMemo(
    () => matrixOf(data ?? { features: [], matrix: [] }),
    [data],
  );
  if (correlations.error) {
    return (
      <ErrorCard
        error={correlations.error}
        what={t`The correlations`}
        onRetry={() => void correlations.refetch()}
      />
    );
  }
  if (!data) return <Skeleton className="h-96" />;
  if (!data.run) {
    return (
      <Card>
        <EmptyState title={<Trans>Not measured yet.</Trans>}>
          <Trans>Compute the set; how alike its features are is measured then.</Trans>
        </EmptyState>
      </Card>
    );
  }
  const ids = new Map(set.members.map((member) => [member.name, member.feature_id]));
  const select = (n: number): void =>
    void navigate({ search: (before) => ({ ...before, pair: String(n) }), replace: true });
  const chosen = pair ? pairOf(data, Number(pair)) : null;
  const axis = { name: t`feature`, values: [], labels: names };
  return (
    <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-[minmax(0,1fr)_320px]">
      <Card
        title={t`Rank correlation`}
        note={t`across instruments, mean over time`}
        actions={
          chosen && (
            <span className="text-12 tabular">
              <Named id={ids.get(chosen.one)} name={chosen.one} />
              <span className="text-text-3"> · </span>
              <Named id={ids.get(chosen.other)} name={chosen.other} />{' '}
              <b className="font-semibold">{format(chosen.value)}</b>
            </span>
          )
        }
        className="h-120 lg:h-auto"
      >
        <HeatMap
          small
          label={t`Correlation of features`}
          x={{ ...axis, labels: names.toReversed() }}
          y={axis}
          values={grid}
          points={points}
          middle={0}
          middleLabel={t`unrelated`}
          selected={pair ? Number(pair) : null}
          onPick={select}
          format={format}
        />
      </Card>
      <Card title={t`Nearest pairs`} note={t`one of each may do`} className="min-h-0">
        <ol className="h-full overflow-y-auto text-12">
          {closest(data, 20).map(({ one, other, value }) => (
            <li
              key={`${one}/${other}`}
              className="flex items-baseline gap-2 border-line-soft border-b py-1 last:border-0"
            >
              <span className="min-w-0 flex-1 truncate">
                <Named id={ids.get(one)} name={one} />
                <span className="text-text-3"> · </span>
                <Named id={ids.get(other)} name={other} />
              </span>
              <span className="tabular">{format(value)}</span>
            </li>
          ))}
        </ol>
      </Card>
    </div>
  );
}

function Named({ id, name }: { id: string | undefined; name: string }) {
  if (!id) return name;
  return (
    <Link to="/features/$featureId" params={{ featureId: id }} className="hover:underline">
      {name}
    </Link>
  );
}
