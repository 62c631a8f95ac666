import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type BarItem, BarList } from '@/charts/Bars';
import { Segmented } from '@/components/Segmented';
import { EmptyState } from '@/components/States';
import { PART_KEYS } from '@/lib/backtestWords';
import { formatInteger, formatNumber, formatPercent, formatSigned } from '@/lib/format';
import { type Analysis, type Backtest, backtestAnalysisQuery } from '@/lib/queries/backtests';
import { word } from '@/lib/words';
import { Columns } from './Columns';
import { Ends, Factors, Signed } from './Explained';
import { QueryCard, Scrolled } from './QueryCard';

const route = getRouteApi('/shell/backtests/$backtestId');
type By = 'year' | 'regime' | 'sector' | 'side' | 'instrument';
type Part = Analysis['years'][number];
type Contribution = Analysis['attribution']['sides'][number];

/** Where the result came from, what explains it, and how its trades ended. */
export function AttributionView({ backtest }: { backtest: Backtest }) {
  const { t } = useLingui();
  const analysis = useQuery(backtestAnalysisQuery(backtest.id));
  const { by = 'year' } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-[minmax(0,1fr)_412px]">
      <QueryCard
        query={analysis}
        what={t`The attribution`}
        title={t`Where it came from`}
        actions={
          <Segmented<By>
            label={t`Split by`}
            value={by}
            options={[
              { value: 'year', label: t`Year` },
              { value: 'regime', label: t`Regime` },
              { value: 'sector', label: t`Sector` },
              { value: 'side', label: t`Side` },
              { value: 'instrument', label: t`Instrument` },
            ]}
            onChange={(next) =>
              void navigate({ search: (before) => ({ ...before, by: next }), replace: true })
            }
          />
        }
        className="h-[560px] lg:h-auto lg:min-h-0"
      >
        {(data) => (
          <Scrolled label={t`Rows`}>
            <Split data={data} by={by} />
          </Scrolled>
        )}
      </QueryCard>
      <div className="flex min-h-0 flex-col gap-3 lg:overflow-y-auto">
        <QueryCard
          query={analysis}
          what={t`The factors`}
          title={t`What explains it`}
          className="shrink-0"
        >
          {(data) => <Factors factors={data.factors ?? null} />}
        </QueryCard>
        <QueryCard
          query={analysis}
          what={t`The trades`}
          title={t`How trades ended`}
          className="shrink-0"
        >
          {(data) => <Ends trips={data.trades} />}
        </QueryCard>
      </div>
    </div>
  );
}

function Split({ data, by }: { data: Analysis; by: By }) {
  const { t } = useLingui();
  const { attribution } = data;
  if (by === 'year') {
    return (
      <div className="flex flex-col gap-3">
        <Parts label={t`By year`} parts={data.years} />
        <Parts label={t`By weekday`} parts={data.weekdays} />
      </div>
    );
  }
  if (by === 'regime') {
    return (
      <div className="flex flex-col gap-3">
        <Parts label={t`By the universe's trend`} parts={data.trend_regimes} />
        <Parts label={t`By the universe's volatility`} parts={data.volatility_regimes} />
        <p className="text-11 text-text-3">
          <Trans>A bar belongs to the regime that was known before it.</Trans>
        </p>
      </div>
    );
  }
  if (by === 'side') return <Contributions label={t`By side`} parts={attribution.sides} />;
  if (by === 'instrument')
    return <Contributions label={t`By instrument`} parts={attribution.instruments} />;
  if (attribution.sectors.length === 0) {
    return (
      <EmptyState title={<Trans>No classification was given</Trans>}>
        <Trans>Load a dataset of sectors on the Data page and run it again.</Trans>
      </EmptyState>
    );
  }
  return <Contributions label={t`By sector`} parts={attribution.sectors} />;
}

/** Returns of stretches of time beside the universe's. */
function Parts({ label, parts }: { label: string; parts: Part[] }) {
  const { t, i18n } = useLingui();
  if (parts.length === 0) {
    return (
      <EmptyState title={<Trans>Too short to tell</Trans>}>
        <Trans>A regime needs a long enough past to be known.</Trans>
      </EmptyState>
    );
  }
  return (
    <Columns
      label={label}
      heads={[label, t`Return`, t`Universe`, t`Volatility`, t`Sharpe`, t`Bars above zero`, t`Bars`]}
      rows={parts.map((part) => ({
        key: part.key,
        cells: [
          word(i18n, PART_KEYS, part.key),
          <Signed key="return" value={part.total_return} />,
          <Signed key="universe" value={part.benchmark_return} />,
          formatPercent(part.volatility, 1),
          formatNumber(part.sharpe),
          formatPercent(part.positive, 0),
          formatInteger(part.bars),
        ],
      }))}
    />
  );
}

/** Profit and loss of parts that add up. */
function Contributions({ label, parts }: { label: string; parts: Contribution[] }) {
  const { t, i18n } = useLingui();
  const items = parts.map((part): BarItem => {
    const price = formatSigned(part.price, 0);
    const dividends = formatSigned(part.dividends, 0);
    const costs = formatInteger(part.costs);
    return {
      key: part.key,
      label: word(i18n, PART_KEYS, part.key) || part.key,
      value: part.pnl ?? 0,
      text: formatSigned(part.pnl, 0),
      note: t`Prices ${price}, dividends ${dividends}, costs ${costs}`,
    };
  });
  if (items.length === 0) {
    return (
      <EmptyState title={<Trans>Nothing was traded</Trans>}>
        <Trans>What earns or loses appears here.</Trans>
      </EmptyState>
    );
  }
  return (
    <div className="flex flex-col gap-2">
      <p className="text-11 text-text-3">
        <Trans>Profit and loss after costs, in cash; the parts and the interest add up.</Trans>
      </p>
      <BarList label={label} items={items} signed />
    </div>
  );
}
