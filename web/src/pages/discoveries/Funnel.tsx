import { useLingui } from '@lingui/react/macro';
import { Card } from '@/components/Card';
import { Tooltip } from '@/components/Tooltip';
import { cx } from '@/lib/classes';
import { formatInteger } from '@/lib/format';
import type { Chosen, Discovery } from '@/lib/queries/discoveries';
import { EXPLAINED, REASONS, STEPS } from './discoveryWords';

type FunnelProps = {
  discovery: Discovery;
  chosen: Chosen | undefined;
  onChoose: (reason: Chosen | undefined) => void;
};

const ROW =
  'grid grid-cols-[104px_minmax(0,1fr)_120px] items-center gap-2 text-12 sm:grid-cols-[196px_minmax(0,1fr)_190px] sm:gap-3';

/** From all that were generated to those that are kept. A click shows what fell at a step. */
export function Funnel({ discovery, chosen, onChoose }: FunnelProps) {
  const { t, i18n } = useLingui();
  const all = Math.max(discovery.candidates, 1);
  return (
    <Card
      title={t`From generated to kept`}
      note={t`a click shows who fell there`}
      className="shrink-0"
    >
      <ol className="flex flex-col gap-0.5">
        {discovery.funnel.map(({ step, left, fell, examples }) => {
          const last = step === 'redundant';
          return (
            <li key={step} className={ROW}>
              <span className={cx('truncate', last ? 'font-semibold' : 'text-text-2')}>
                {i18n._(STEPS[step])}
              </span>
              <span className="flex min-w-0 items-center gap-2">
                <span
                  className={cx('h-3.5 rounded-sm', last ? 'bg-accent' : 'bg-accent/45')}
                  style={{
                    width: left === 0 ? 2 : `max(2px, calc(${left / all} * (100% - 56px)))`,
                  }}
                />
                <span className="font-medium tabular">{formatInteger(left)}</span>
              </span>
              {step === 'generated' ? (
                <Step pressed={chosen === undefined} onPress={() => onChoose(undefined)}>
                  {t`all`}
                </Step>
              ) : (
                <span className="flex justify-end gap-1">
                  <Tooltip
                    text={
                      <>
                        {i18n._(EXPLAINED[step])}
                        {examples.map((example) => (
                          <code key={example} className="block truncate font-mono text-11">
                            {example}
                          </code>
                        ))}
                      </>
                    }
                  >
                    <Step
                      pressed={chosen === step}
                      disabled={fell === 0}
                      onPress={() => onChoose(step)}
                    >
                      {fell > 0 ? `−${formatInteger(fell)} ${i18n._(REASONS[step])}` : '–'}
                    </Step>
                  </Tooltip>
                  {last && (
                    <Step
                      pressed={chosen === 'kept'}
                      disabled={left === 0}
                      onPress={() => onChoose('kept')}
                    >
                      {t`kept`}
                    </Step>
                  )}
                </span>
              )}
            </li>
          );
        })}
      </ol>
    </Card>
  );
}

type StepProps = Omit<React.ComponentProps<'button'>, 'onClick'> & {
  pressed: boolean;
  onPress: () => void;
};

function Step({ pressed, onPress, children, ...rest }: StepProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-pressed={pressed}
      onClick={onPress}
      className="min-h-6 justify-self-end rounded-md px-2 text-11 text-text-2 tabular transition-colors hover:bg-hover hover:text-text disabled:pointer-events-none disabled:text-text-3 aria-pressed:bg-accent-soft aria-pressed:font-medium aria-pressed:text-accent-text"
    >
      {children}
    </button>
  );
}
