import { Trans, useLingui } from '@lingui/react/macro';
import { Card } from '@/components/Card';
import { cx } from '@/lib/classes';
import { formatInteger, formatIsoDate, formatPercent, formatSigned } from '@/lib/format';
import type { Comparison } from '@/lib/queries/registry';

type Difference = Comparison['differences'][number];

/** How much better each version is than the first, bar by bar, and how sure that is. */
export function DifferenceCard({ comparison }: { comparison: Comparison }) {
  const { t } = useLingui();
  const [first] = comparison.versions;
  const { span, differences, without_series: without } = comparison;
  return (
    <Card
      title={t`Difference of the daily rank IC`}
      note={span?.[0] && span[1] && `${formatIsoDate(span[0])} – ${formatIsoDate(span[1])}`}
      className="shrink-0"
    >
      {differences.length === 0 && (
        <p className="text-12 text-text-2">
          {without.length > 0 ? (
            <Trans>
              The daily rank IC of {formatInteger(without.length)} of these versions was not kept:
              they were trained before it was. Train them again to compare them bar by bar.
            </Trans>
          ) : (
            <Trans>They have no bar in common.</Trans>
          )}
        </p>
      )}
      <ul className="flex flex-col gap-3">
        {differences.map((one) => {
          const version = comparison.versions.find(({ id }) => id === one.version_id);
          return (
            <li key={one.version_id} className="flex flex-col gap-1 text-12">
              <p>
                <span className="font-medium">
                  {`${version?.model_name} v${version?.seq} − ${first?.model_name} v${first?.seq}`}
                </span>{' '}
                <span className="tabular">{formatSigned(one.mean, 4)}</span>{' '}
                <span className="text-text-3 tabular">
                  {`(${formatSigned(one.low, 4)} … ${formatSigned(one.high, 4)})`}
                </span>
              </p>
              <Said difference={one} />
              <Interval difference={one} />
            </li>
          );
        })}
      </ul>
    </Card>
  );
}

function Said({ difference }: { difference: Difference }) {
  const { low, high, bars, block, confidence } = difference;
  const sure = formatPercent(confidence, 0);
  return (
    <p className="text-text-2">
      {low !== null && low > 0 ? (
        <Trans>Better: the {sure} interval lies above 0.</Trans>
      ) : high !== null && high < 0 ? (
        <Trans>Worse: the {sure} interval lies below 0.</Trans>
      ) : (
        <Trans>No difference to be told: the {sure} interval holds 0.</Trans>
      )}{' '}
      <span className="text-text-3">
        <Trans>
          Paired over {formatInteger(bars)} bars, drawn in blocks of {formatInteger(block)}.
        </Trans>
      </span>
    </p>
  );
}

/** The interval on a line with 0 in its middle. */
function Interval({ difference: { mean, low, high } }: { difference: Difference }) {
  if (mean === null || low === null || high === null) return null;
  const reach = Math.max(Math.abs(low), Math.abs(high), 1e-9) * 1.1;
  const at = (value: number): number => 50 + (value / reach) * 50;
  const clear = low > 0 || high < 0;
  return (
    <span aria-hidden className="relative block h-4 rounded-sm bg-surface-2/50">
      <span className="absolute inset-y-0 left-1/2 w-px bg-line-strong" />
      <span
        className={cx('absolute inset-y-1.5 rounded-full', clear ? 'bg-accent' : 'bg-text-3')}
        style={{ left: `${at(low)}%`, width: `${at(high) - at(low)}%` }}
      />
      <span className="absolute inset-y-0.5 w-0.5 bg-text" style={{ left: `${at(mean)}%` }} />
    </span>
  );
}
