import { Trans, useLingui } from '@lingui/react/macro';
import { useMemo } from 'react';
import { Histogram, Sparkline } from '@/charts/Bars';
import { LineChart } from '@/charts/LineChart';
import { formatInteger, formatIsoDate, formatNumber, formatPercent, NONE } from '@/lib/format';
import type { ExpressionPreview, PreviewValues } from '@/lib/queries/expressions';
import { figure, LINE_COLOURS } from './previewChoice';

type PreviewFiguresProps = { values: PreviewValues; sources: ExpressionPreview['data'] };

/** Lines of the chosen instruments, all instruments at one decision, and what is known. */
export function PreviewFigures({ values, sources }: PreviewFiguresProps) {
  const { t } = useLingui();
  const lines = useMemo(
    () =>
      values.lines.map((line, n) => ({
        key: line.instrument,
        label: line.instrument,
        colour: LINE_COLOURS[n % LINE_COLOURS.length] ?? '--chart-line',
        width: 1 as const,
        ts: line.ts,
        value: line.value,
      })),
    [values.lines],
  );
  return (
    <>
      <div className="h-56 shrink-0 lg:h-auto lg:min-h-48 lg:flex-1">
        <LineChart label={t`Values over time`} lines={lines} format={figure} />
      </div>
      <div className="grid shrink-0 gap-x-6 gap-y-3 border-line-soft border-t p-3 sm:grid-cols-2">
        <CrossSection section={values.cross_section} />
        <Known values={values} />
      </div>
      <p className="flex flex-wrap gap-x-4 px-3 pb-2 text-11 text-text-3 tabular">
        <span>
          {[sources.universe, sources.bars, ...sources.context].map((one) => one.name).join(' · ')}
        </span>
        <span className="ml-auto">
          {t`${formatInteger(values.instruments)} instruments × ${formatInteger(values.bars)} bars in ${formatNumber(values.seconds * 1000, 0)} ms`}
        </span>
      </p>
    </>
  );
}

function CrossSection({ section }: { section: PreviewValues['cross_section'] }) {
  const { t } = useLingui();
  if (!section) return <p className="text-12 text-text-3">{t`No value is known.`}</p>;
  const marked = section.places[0];
  return (
    <section
      aria-label={t`All instruments at one decision`}
      className="flex min-w-0 flex-col gap-2"
    >
      <h3 className="flex items-baseline gap-2 text-12 font-semibold">
        <Trans>Across instruments</Trans>
        <span className="font-normal text-text-3 tabular">
          {t`${formatIsoDate(section.ts)} · ${formatInteger(section.known)} of ${formatInteger(section.present)} known`}
        </span>
      </h3>
      <Histogram
        label={t`Distribution across instruments`}
        bins={section.bins}
        format={figure}
        height={72}
        mark={marked?.value ?? null}
      />
      <ul className="text-11 tabular">
        {section.places.map((place, n) => (
          <li key={place.instrument} className="flex items-center gap-2 py-0.5">
            <span
              className="size-2 rounded-full"
              style={{ background: `var(${LINE_COLOURS[n % LINE_COLOURS.length]})` }}
            />
            <span className="min-w-0 flex-1 truncate font-mono text-text-2">
              {place.instrument}
            </span>
            <span>{figure(place.value)}</span>
            <span className="w-20 text-right text-text-3">
              {place.rank === null || place.rank === undefined
                ? NONE
                : t`rank ${formatPercent(place.rank, 0)}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Known({ values }: { values: PreviewValues }) {
  const { t } = useLingui();
  const { facts, coverage } = values;
  const rows: [string, string][] = [
    [t`Mean`, figure(facts.mean)],
    [t`Standard deviation`, figure(facts.sd)],
    [t`Lowest, median, highest`, [facts.low, facts.median, facts.high].map(figure).join(' … ')],
    [t`Not known`, formatPercent(facts.unknown, 1)],
    [t`Exactly zero`, formatPercent(facts.zero, 1)],
  ];
  return (
    <section aria-label={t`What is known`} className="flex min-w-0 flex-col gap-2">
      <h3 className="flex items-baseline gap-2 text-12 font-semibold">
        <Trans>Coverage</Trans>
        <span className="tabular">{formatPercent(coverage.overall, 1)}</span>
        <span className="ml-auto self-center">
          <Sparkline label={t`Coverage over time`} values={coverage.share} />
        </span>
      </h3>
      <dl className="text-11 tabular">
        {rows.map(([name, value]) => (
          <div
            key={name}
            className="flex justify-between gap-3 border-line-soft border-b py-0.5 last:border-0"
          >
            <dt className="text-text-3">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
