import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { CoverageMap } from '@/charts/CoverageMap';
import { monthRange } from '@/charts/coverage';
import { Card } from '@/components/Card';
import { Skeleton } from '@/components/Skeleton';
import { ErrorCard } from '@/components/States';
import { formatInteger } from '@/lib/format';
import { coverageQuery, type Dataset } from '@/lib/queries/datasets';

const route = getRouteApi('/shell/data/$datasetId');

/** Which months are there, row by row. A click shows the instrument, and that time, in the chart. */
export function CoverageCard({ dataset }: { dataset: Dataset }) {
  const { t } = useLingui();
  const { instrument } = route.useSearch();
  const navigate = route.useNavigate();
  const coverage = useQuery(coverageQuery(dataset.id));
  if (coverage.error) {
    return (
      <ErrorCard
        error={coverage.error}
        what={t`The coverage`}
        unaffected={t`The data itself is not touched.`}
        onRetry={() => void coverage.refetch()}
      />
    );
  }
  const { data } = coverage;
  return (
    <Card
      title={t`Coverage`}
      note={
        data && t`${formatInteger(data.entities)} × ${formatInteger(data.months.length)} months`
      }
      flush
      className="h-80 lg:h-auto lg:min-h-0 lg:flex-1"
    >
      {data ? (
        <CoverageMap
          label={t`Coverage by month`}
          coverage={data}
          selected={instrument ?? data.items[0]?.entity}
          onPick={(entity, month) =>
            void navigate({
              search: (before) => {
                const { from, to, ...rest } = before;
                return { ...rest, instrument: entity, ...(month ? around(month) : {}) };
              },
              replace: true,
            })
          }
        />
      ) : (
        <Skeleton className="mx-3 h-60" />
      )}
    </Card>
  );
}

/** The month with a quarter on either side, so that it is seen in its surroundings. */
function around(month: string): { from: number; to: number } {
  const { from, to } = monthRange(month);
  const quarter = 92 * 86_400;
  return { from: from - quarter, to: to + quarter };
}
