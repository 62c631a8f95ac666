import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Card } from '@/components/Card';
import { boxClass, HiddenUsers, LineageDrawing } from '@/components/LineageDrawing';
import { Skeleton } from '@/components/Skeleton';
import { ErrorCard } from '@/components/States';
import { cx } from '@/lib/classes';
import { type Lineage, lineageQuery } from '@/lib/queries/features';

type LineageNode = Lineage['nodes'][number];

/** What a feature is made from, at the left, and what is made from it, at the right. */
export function LineageView({ featureId }: { featureId: string }) {
  const { t } = useLingui();
  const lineage = useQuery(lineageQuery(featureId));
  if (lineage.error) {
    return (
      <ErrorCard
        error={lineage.error}
        what={t`The lineage`}
        onRetry={() => void lineage.refetch()}
      />
    );
  }
  const { data } = lineage;
  if (!data) return <Skeleton className="h-80" />;
  return (
    <Card title={t`Lineage`} note={t`data → feature → what uses it`}>
      <LineageDrawing
        label={t`What it is made from, and what uses it`}
        graph={data}
        own={data.feature}
        box={(node, own) => <Box node={node} own={own} />}
      />
      {(data.hidden > 0 || data.truncated) && (
        <p className="pt-2 text-12 text-text-3">
          {data.hidden > 0 && <HiddenUsers count={data.hidden} />}{' '}
          {data.truncated && <Trans>Only the first 50 of a kind are drawn.</Trans>}
        </p>
      )}
    </Card>
  );
}

function Box({ node, own }: { node: LineageNode; own: boolean }) {
  const { t } = useLingui();
  const words: Record<LineageNode['kind'], string> = {
    dataset: t`dataset`,
    field: t`field`,
    discovery: t`discovery`,
    feature: t`feature`,
    feature_set: t`feature set`,
    model: t`model`,
    strategy: t`strategy`,
    backtest: t`backtest`,
  };
  const later = node.newest ? t`newest v${node.newest}` : null;
  const inner = (
    <>
      <span className="block truncate text-12 font-medium">{node.name}</span>
      <span className={cx('block truncate text-11 tabular', own ? 'text-text-2' : 'text-text-3')}>
        {words[node.kind]}
        {node.seq ? ` v${node.seq}` : ''}
        {later && <span className="text-warn">{` · ${later}`}</span>}
      </span>
    </>
  );
  return (
    <Tied node={node} className={boxClass(own, node.id !== null)}>
      {inner}
    </Tied>
  );
}

type TiedProps = { node: LineageNode; className: string; children: ReactNode };

/** A link to the page of what the node is, where it has one. */
function Tied({ node, className, children }: TiedProps) {
  const { kind, id } = node;
  const rest = { className, title: node.name, children };
  if (!id) return <div {...rest} />;
  switch (kind) {
    case 'dataset':
      return <Link to="/data/$datasetId" params={{ datasetId: id }} {...rest} />;
    case 'feature':
      return <Link to="/features/$featureId" params={{ featureId: id }} {...rest} />;
    case 'discovery':
      return (
        <Link to="/features/discoveries/$discoveryId" params={{ discoveryId: id }} {...rest} />
      );
    case 'feature_set':
      return <Link to="/features/sets/$setId" params={{ setId: id }} {...rest} />;
    case 'model':
      return <Link to="/models/$modelId" params={{ modelId: id }} {...rest} />;
    case 'strategy':
      return <Link to="/strategies/$strategyId" params={{ strategyId: id }} {...rest} />;
    case 'backtest':
      return <Link to="/backtests/$backtestId" params={{ backtestId: id }} {...rest} />;
    default:
      return <div {...rest} />;
  }
}
