import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { Card, Facts } from '@/components/Card';
import { EmptyState } from '@/components/States';
import {
  formatInteger,
  formatIsoDate,
  formatNumber,
  formatPercent,
  formatSigned,
  NONE,
} from '@/lib/format';
import type { ModelVersionDetail } from '@/lib/queries/models';

type Forecast = NonNullable<ModelVersionDetail['forecast']>;

/** What chance, expected return and interval mean, what they were learned from, and how they held. */
export function Statements({ version }: { version: ModelVersionDetail }) {
  const { t } = useLingui();
  const { forecast } = version;
  if (!forecast) {
    return (
      <Card title={t`Chances and intervals`} className="shrink-0">
        <EmptyState title={<Trans>This version states none.</Trans>}>
          <Lack lack={version.no_forecast} />
        </EmptyState>
      </Card>
    );
  }
  return (
    <Card title={t`Chances and intervals`} className="shrink-0">
      <p className="pb-2 text-12 text-text-2">
        <Trans>
          Chance: to beat the middle of the instruments scored with it. Expected: the return over
          their mean. The interval is to hold {formatPercent(1 - forecast.alpha, 0)} of such
          returns.
        </Trans>
      </p>
      <p className="pb-2 text-12 text-text-2">
        <Trans>
          They go by the place of a score among the others, and were learned from places and returns
          out of sample. Among far fewer instruments than those nothing is stated.
        </Trans>
      </p>
      <Facts
        rows={[
          [
            t`Horizon`,
            plural(forecast.horizon, {
              one: '# bar from the next open',
              other: '# bars from the next open',
            }),
          ],
          [t`Half-width`, formatPercent(forecast.radius)],
          [
            t`Learned from`,
            t`${formatInteger(forecast.rows)} rows, ${formatInteger(forecast.bars)} bars`,
          ],
          [t`Instruments in a bar`, formatInteger(forecast.names)],
          [t`Returns known by`, formatIsoDate(forecast.learned_until)],
          [t`Inside the interval`, share(forecast.coverage)],
          [t`Brier score saved`, saved(forecast.skill)],
        ]}
      />
      <p className="pt-2 text-12 text-text-3">
        {version.imported ? (
          <Trans>So the imported bundle says; how it held was not measured here.</Trans>
        ) : (
          <Trans>
            The last two say how it held out of sample, ± standard error. Markets change, so an
            interval holds on average and not each year.
          </Trans>
        )}
      </p>
    </Card>
  );
}

function Lack({ lack }: { lack: ModelVersionDetail['no_forecast'] }) {
  if (!lack) {
    return (
      <Trans>It was trained before versions stated chances. Train it again to have them.</Trans>
    );
  }
  const found = formatInteger(lack.found);
  const least = formatInteger(lack.least);
  switch (lack.kind) {
    case 'rows':
      return (
        <Trans>
          It has {found} rows out of sample with a known return, and {least} are the fewest to learn
          from.
        </Trans>
      );
    case 'spans':
      return (
        <Trans>
          Its bars out of sample hold {found} labels that do not overlap, and {least} are the fewest
          to learn from.
        </Trans>
      );
    case 'cross_section':
      return (
        <Trans>No bar has two instruments with a known return: there is no middle to beat.</Trans>
      );
  }
}

const share = (one: Forecast['coverage']): string =>
  !one || one.value === null
    ? NONE
    : `${formatPercent(one.value, 1)} ± ${formatNumber(one.error === null ? null : one.error * 100, 1)}`;

const saved = (one: Forecast['skill']): string =>
  !one || one.value === null
    ? NONE
    : `${formatSigned(one.value, 5)} ± ${formatNumber(one.error, 5)}`;
