import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Card } from '@/components/Card';
import { boxClass, HiddenUsers, LineageDrawing } from '@/components/LineageDrawing';
import { Skeleton } from '@/components/Skeleton';
import { ErrorCard } from '@/components/States';
import { cx } from '@/lib/classes';
import type { ModelVersionDetail } from '@/lib/queries/models';
import { type ModelGraph, modelGraphQuery } from '@/lib/queries/registry';
import { JOB_KINDS, word } from '@/lib/words';
import { MadeFrom } from './MadeFrom';

type Node = ModelGraph['nodes'][number];

/** What a version is made from, at the left, and what uses it, at the right. */
export function LineageView({ version }: { version: ModelVersionDetail }) {
  const { t } = useLingui();
  const graph = useQuery(modelGraphQuery(version.id));
  if (graph.error) {
    return (
      <ErrorCard error={graph.error} what={t`The lineage`} onRetry={() => void graph.refetch()} />
    );
  }
  const { data } = graph;
  if (!data) return <Skeleton className="h-80" />;
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3 lg:overflow-y-auto">
      <Card
        className="shrink-0"
        title={t`Lineage`}
        note={t`data → features → training → version → what uses it`}
      >
        <LineageDrawing
          label={t`What it is made from, and what uses it`}
          graph={data}
          own={data.version}
          box={(node, own) => <Box node={node} own={own} />}
        />
        {data.hidden > 0 && (
          <p className="pt-2 text-12 text-text-3">
            <HiddenUsers count={data.hidden} />
          </p>
        )}
      </Card>
      <MadeFrom version={version} />
    </div>
  );
}

function Box({ node, own }: { node: Node; own: boolean }) {
  const { t, i18n } = useLingui();
  const words: Record<Node['kind'], string> = {
    dataset_version: t`dataset`,
    universe_version: t`universe`,
    feature_set_version: t`feature set`,
    run: t`job`,
    model_version: t`model version`,
    alias: t`alias`,
    strategy: t`strategy`,
    backtest: t`backtest`,
    sweep: t`sweep`,
  };
  const name = node.kind === 'run' ? word(i18n, JOB_KINDS, node.name) : node.name;
  return (
    <Tied node={node} className={boxClass(own, node.id !== null)}>
      <span className="block truncate text-12 font-medium">{name}</span>
      <span className={cx('block truncate text-11 tabular', own ? 'text-text-2' : 'text-text-3')}>
        {words[node.kind]}
        {node.seq !== null && ` v${node.seq}`}
      </span>
    </Tied>
  );
}

type TiedProps = { node: Node; className: string; children: ReactNode };

/** A link to the page of what the node is, where it has one. */
function Tied({ node, className, children }: TiedProps) {
  const { kind, id, parent } = node;
  const rest = { className, title: node.name, children };
  if (kind === 'dataset_version' && parent) {
    return <Link to="/data/$datasetId" params={{ datasetId: parent }} {...rest} />;
  }
  if (kind === 'feature_set_version' && parent) {
    return <Link to="/features/sets/$setId" params={{ setId: parent }} {...rest} />;
  }
  if (!id) return <div {...rest} />;
  switch (kind) {
    case 'run':
      return <Link to="/jobs/$jobId" params={{ jobId: id }} {...rest} />;
    case 'strategy':
      return <Link to="/strategies/$strategyId" params={{ strategyId: id }} {...rest} />;
    case 'backtest':
      return <Link to="/backtests/$backtestId" params={{ backtestId: id }} {...rest} />;
    case 'sweep':
      return <Link to="/backtests/sweeps/$sweepId" params={{ sweepId: id }} {...rest} />;
    default:
      return <div {...rest} />;
  }
}
