import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { MonthlyMap } from '@/charts/MonthlyMap';
import { Card } from '@/components/Card';
import { Skeleton } from '@/components/Skeleton';
import { ErrorCard } from '@/components/States';
import { formatInteger } from '@/lib/format';
import { backtestMonthsQuery } from '@/lib/queries/backtests';
import { monthOf, monthRange, monthsOf } from './parts';

const route = getRouteApi('/shell/backtests/$backtestId');

/** Returns by month; a click zooms the chart. */
export function MonthlyCard({ id }: { id: string }) {
  const { t } = useLingui();
  const { from, to } = route.useSearch();
  const navigate = route.useNavigate();
  const monthly = useQuery(backtestMonthsQuery(id));
  if (monthly.error) {
    return (
      <ErrorCard
        error={monthly.error}
        what={t`The months`}
        onRetry={() => void monthly.refetch()}
      />
    );
  }
  if (!monthly.data) return <Skeleton className="h-52 shrink-0 rounded-xl" />;
  const positive = formatInteger(monthly.data.positive);
  const months = formatInteger(monthly.data.months);
  return (
    <Card
      title={t`Monthly returns`}
      note="%"
      actions={
        <span className="text-11 text-text-2 tabular">{t`${positive} of ${months} months positive`}</span>
      }
      className="max-h-96 min-h-40 lg:max-h-none lg:min-h-52 lg:shrink"
    >
      <div className="h-full overflow-y-auto">
        <MonthlyMap
          months={monthsOf(monthly.data)}
          label={t`Monthly returns`}
          selected={from !== undefined && to !== undefined ? monthOf({ from, to }) : null}
          onPick={({ year, month }) =>
            void navigate({
              search: (before) => ({ ...before, ...monthRange(year, month) }),
              replace: true,
            })
          }
        />
      </div>
    </Card>
  );
}
