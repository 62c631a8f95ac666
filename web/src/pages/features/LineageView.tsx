import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Card } from '@/components/Card';
import { Skeleton } from '@/components/Skeleton';
import { ErrorCard } from '@/components/States';
import { cx } from '@/lib/classes';
import { formatInteger } from '@/lib/format';
import { lineageQuery } from '@/lib/queries/features';
import { type LineageNode, layout, type Placed } from './lineage';

const WIDTH = 168;
const HEIGHT = 40;
const GAP_X = 44;
const GAP_Y = 10;

const x = ({ column }: Placed): number => column * (WIDTH + GAP_X);
const y = ({ row }: Placed): number => row * (HEIGHT + GAP_Y);

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
  const { placed, lines, columns, rows } = layout(data);
  return (
    <Card title={t`Lineage`} note={t`data → feature → what uses it`}>
      <section
        aria-label={t`What it is made from, and what uses it`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        className="overflow-auto pb-2"
      >
        <div
          className="relative"
          style={{
            width: columns * (WIDTH + GAP_X) - GAP_X,
            height: rows * (HEIGHT + GAP_Y) - GAP_Y,
          }}
        >
          <svg aria-hidden className="absolute inset-0 size-full" fill="none">
            {lines.map(({ from, to }) => {
              const [left, right] = [x(from) + WIDTH, x(to)];
              const [top, bottom] = [y(from) + HEIGHT / 2, y(to) + HEIGHT / 2];
              const own = from.node.key === data.feature || to.node.key === data.feature;
              return (
                <path
                  key={`${from.node.key}>${to.node.key}`}
                  d={`M${left},${top} C${left + GAP_X / 2},${top} ${right - GAP_X / 2},${bottom} ${right},${bottom}`}
                  stroke={own ? 'var(--accent)' : 'var(--line-strong)'}
                  strokeWidth={1.5}
                />
              );
            })}
          </svg>
          <ul>
            {placed.map((one) => (
              <li
                key={one.node.key}
                className="absolute"
                style={{ left: x(one), top: y(one), width: WIDTH, height: HEIGHT }}
              >
                <Box node={one.node} own={one.node.key === data.feature} />
              </li>
            ))}
          </ul>
        </div>
      </section>
      {(data.hidden > 0 || data.truncated) && (
        <p className="pt-2 text-12 text-text-3">
          {data.hidden > 0 && (
            <Trans>{formatInteger(data.hidden)} more use it that are not shared with you.</Trans>
          )}{' '}
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
  const look = cx(
    'block h-full rounded-md border px-2 py-0.5 leading-4.5',
    own ? 'border-accent bg-accent-soft' : 'border-line-strong bg-surface-2/50',
  );
  return (
    <Tied node={node} className={cx(look, node.id && !own && 'hover:border-text-3')}>
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
