import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { Badge } from '@/components/Badge';
import { buttonClass } from '@/components/Button';
import { Card, Facts } from '@/components/Card';
import { Code, CopyId } from '@/components/CopyId';
import { Page } from '@/components/Page';
import { Skeleton } from '@/components/Skeleton';
import { ErrorCard } from '@/components/States';
import { formatAgo, formatInteger, formatTime, shortDigest } from '@/lib/format';
import { type Strategy, strategyQuery, strategyVersionsQuery } from '@/lib/queries/strategies';
import { REBALANCE, STRATEGY_KINDS, word } from '@/lib/words';
import { describeConstruction, describeSpec } from './describe';
import { StrategyBacktests } from './StrategyBacktests';

const route = getRouteApi('/shell/strategies/$strategyId');

export default function StrategyPage() {
  const { t } = useLingui();
  const { strategyId } = route.useParams();
  const strategy = useQuery(strategyQuery(strategyId));
  if (strategy.error) {
    return (
      <Page title={t`Strategy`}>
        <ErrorCard
          error={strategy.error}
          what={t`This strategy`}
          onRetry={() => void strategy.refetch()}
        />
      </Page>
    );
  }
  if (!strategy.data) {
    return (
      <Page title={t`Strategy`}>
        <Skeleton className="h-96 rounded-xl" />
      </Page>
    );
  }
  return <Loaded strategy={strategy.data} />;
}

function Loaded({ strategy }: { strategy: Strategy }) {
  const { t, i18n } = useLingui();
  const { latest } = strategy;
  return (
    <Page
      title={strategy.name}
      meta={
        <>
          <Badge>{word(i18n, STRATEGY_KINDS, String(latest.spec.kind))}</Badge>
          <CopyId id={strategy.id} prefix="st_" />
          <span>{strategy.description}</span>
        </>
      }
      actions={
        <Link to="/simulate" search={{ strategy: strategy.id }} className={buttonClass('primary')}>
          <Play className="size-3.5" aria-hidden />
          <Trans>Simulate</Trans>
        </Link>
      }
      fill
    >
      <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-[minmax(0,1fr)_340px]">
        <div className="flex min-h-0 min-w-0 flex-col gap-3">
          <Card title={t`What it does`} note={`v${latest.seq}`} className="shrink-0">
            <p className="pb-3 text-15">{describeSpec(i18n, latest.spec)}.</p>
            <Construction spec={latest.spec} />
            <Expressions spec={latest.spec} />
          </Card>
          <StrategyBacktests strategyId={strategy.id} />
        </div>
        <div className="flex min-h-0 flex-col gap-3 lg:overflow-y-auto">
          <Card title={t`About`} className="shrink-0">
            <Facts
              rows={[
                [t`Owner`, strategy.owner.name],
                [t`Created (UTC)`, formatTime(strategy.created_at)],
                [t`Backtests`, formatInteger(strategy.backtests)],
                [
                  t`Digest`,
                  <span key="d" className="font-mono text-11">
                    {shortDigest(latest.digest)}
                  </span>,
                ],
              ]}
            />
          </Card>
          <Settings spec={latest.spec} />
          <Versions id={strategy.id} />
        </div>
      </div>
    </Page>
  );
}

/** What is done to the weights, in words. */
function Construction({ spec }: { spec: Record<string, unknown> }) {
  const { i18n } = useLingui();
  const phrases = describeConstruction(i18n, spec);
  if (phrases.length === 0) return null;
  return (
    <p className="flex flex-wrap gap-1.5 pb-3">
      {phrases.map((phrase) => (
        <Badge key={phrase}>{phrase}</Badge>
      ))}
    </p>
  );
}

function Expressions({ spec }: { spec: Record<string, unknown> }) {
  const { t } = useLingui();
  const named: [string, unknown][] = [
    [t`Score`, spec.score],
    [t`Entries`, spec.entries],
    [t`Exits`, spec.exits],
  ];
  return named
    .filter((pair): pair is [string, string] => typeof pair[1] === 'string')
    .map(([name, text]) => (
      <div key={name} className="pb-2 last:pb-0">
        <p className="pb-1 text-11 text-text-3">{name}</p>
        <Code wrap>{text}</Code>
      </div>
    ));
}

function Settings({ spec }: { spec: Record<string, unknown> }) {
  const { t, i18n } = useLingui();
  const names: Record<string, string> = {
    top: t`Long`,
    bottom: t`Short`,
    rebalance: t`Rebalanced`,
    gross: t`Gross exposure`,
    weight: t`Weight of each`,
    first: t`First`,
    second: t`Second`,
    count: t`Pairs`,
    window: t`Look back`,
    every: t`Choose anew`,
    enter: t`Enter beyond`,
    exit: t`Leave within`,
    stop: t`Give up beyond`,
  };
  const rows = Object.entries(names)
    .filter(([key]) => spec[key] !== undefined && spec[key] !== null)
    .map(([key, name]): [string, string] => [
      name,
      key === 'rebalance' ? word(i18n, REBALANCE, String(spec[key])) : String(spec[key]),
    ]);
  if (rows.length === 0) return null;
  return (
    <Card title={t`Settings`} className="shrink-0">
      <Facts rows={rows} />
    </Card>
  );
}

function Versions({ id }: { id: string }) {
  const { t } = useLingui();
  const { data: versions = [] } = useQuery(strategyVersionsQuery(id));
  return (
    <Card title={t`Versions`} note={versions.length || null} className="shrink-0">
      <Facts
        rows={versions.map((version) => [
          <b key={version.id}>v{version.seq}</b>,
          <span key="when" className="text-text-2">
            <span className="font-mono text-11">{shortDigest(version.digest)}</span> ·{' '}
            {formatAgo(version.created_at)}
          </span>,
        ])}
      />
    </Card>
  );
}
