import { Trans, useLingui } from '@lingui/react/macro';
import { Card } from '@/components/Card';
import { cx } from '@/lib/classes';
import { formatIsoDate, formatSigned, toneOf } from '@/lib/format';
import type { ModelVersionDetail } from '@/lib/queries/models';
import { axisOf, type Span, spansOf } from './foldSpans';

const TRAIN = 'bg-text-3/40';
const GAP = 'bg-warn/70';
const TEST = 'bg-accent';

/** Each fold on the time axis: what it learned from, what was left out between, what it was tested on. */
export function FoldsTimeline({ version }: { version: ModelVersionDetail }) {
  const { t } = useLingui();
  const { folds } = version;
  if (folds.length === 0) return null;
  const axis = axisOf(folds);
  const spans = spansOf(folds, axis);
  return (
    <Card
      title={t`Folds in time`}
      className="shrink-0"
      actions={
        <ul className="flex gap-3 text-11 text-text-2">
          <Key className={TRAIN} text={t`train`} />
          <Key className={GAP} text={t`left out`} />
          <Key className={TEST} text={t`test`} />
        </ul>
      }
    >
      <section
        aria-label={t`Folds in time`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        className="max-h-44 overflow-y-auto"
      >
        <ol className="flex flex-col gap-1">
          {folds.map((fold, place) => {
            const one = spans[place];
            const said = t`Fold ${fold.number + 1}: trained ${formatIsoDate(fold.train_start)} to ${formatIsoDate(fold.train_end)}, tested ${formatIsoDate(fold.test_start)} to ${formatIsoDate(fold.test_end)}`;
            return (
              <li
                key={fold.number}
                className="flex items-center gap-2 text-11 tabular"
                title={said}
              >
                <span className="w-5 shrink-0 text-right text-text-3" aria-hidden>
                  {fold.number + 1}
                </span>
                <span className="sr-only">{said}</span>
                <span aria-hidden className="relative h-3 min-w-0 flex-1 bg-surface-2/40">
                  {one && (
                    <>
                      <Bar span={one.train} className={TRAIN} />
                      <Bar span={one.gap} className={GAP} />
                      <Bar span={one.test} className={TEST} />
                    </>
                  )}
                </span>
                <span className={cx('w-13 shrink-0 text-right', toneOf(fold.rank_ic.mean))}>
                  {formatSigned(fold.rank_ic.mean, 3)}
                </span>
              </li>
            );
          })}
        </ol>
      </section>
      <div aria-hidden className="relative mt-1 mr-15 ml-7 h-4 text-11 text-text-3 tabular">
        {axis.years.map(({ year, at }) => (
          <span key={year} className="absolute -translate-x-1/2" style={{ left: `${at * 100}%` }}>
            {year}
          </span>
        ))}
      </div>
      <p className="text-11 text-text-3">
        <Trans>
          Rows whose label reaches into the test, and the embargo of{' '}
          {version.spec.validation.embargo} bars, are left out of the training.
        </Trans>
      </p>
    </Card>
  );
}

function Bar({ span, className }: { span: Span; className: string }) {
  return (
    <span
      className={cx('absolute inset-y-0 min-w-0.5', className)}
      style={{ left: `${span.from * 100}%`, width: `${(span.to - span.from) * 100}%` }}
    />
  );
}

function Key({ className, text }: { className: string; text: string }) {
  return (
    <li className="flex items-center gap-1">
      <span aria-hidden className={cx('size-2.5', className)} />
      {text}
    </li>
  );
}
