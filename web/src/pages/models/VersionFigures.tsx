import { useLingui } from '@lingui/react/macro';
import { KpiStrip } from '@/components/KpiStrip';
import {
  formatDate,
  formatDuration,
  formatInteger,
  formatNumber,
  formatSigned,
} from '@/lib/format';
import type { ModelVersionDetail } from '@/lib/queries/models';
import { LEARNERS, word } from '@/lib/words';

/** The figures that a version is first judged by. */
export function VersionFigures({ version }: { version: ModelVersionDetail }) {
  const { t, i18n } = useLingui();
  const { mean, standard_error: error, bars } = version.rank_ic;
  const seeds = version.per_seed.map((seed) => seed.rank_ic.mean ?? 0);
  const paths = version.paths.map((path) => path.mean ?? 0);
  const ratio = mean !== null && error ? mean / error : null;
  return (
    <KpiStrip
      label={t`Figures of the version`}
      items={[
        {
          key: 'ic',
          label: t`Rank IC, out of sample`,
          value: formatSigned(mean, 4),
          context: t`± ${formatNumber(error, 4)} standard error`,
          help: t`Mean over time of the rank correlation of scores and forward returns that the model had not seen.`,
        },
        {
          key: 't',
          label: t`Rank IC / error`,
          value: formatSigned(ratio, 2),
          context: t`over ${formatInteger(bars)} bars`,
        },
        {
          key: 'seeds',
          label: t`Seeds`,
          value: formatInteger(version.seeds),
          context:
            seeds.length > 0
              ? t`${formatSigned(Math.min(...seeds), 3)} to ${formatSigned(Math.max(...seeds), 3)}`
              : undefined,
        },
        {
          key: 'folds',
          label: t`Folds`,
          value: formatInteger(version.folds.length),
          context: t`walk-forward, horizon ${version.horizon} bars`,
          help:
            paths.length > 0
              ? t`Beside them ${formatInteger(paths.length)} paths of a purged cross-validation: rank IC ${formatSigned(Math.min(...paths), 3)} to ${formatSigned(Math.max(...paths), 3)}.`
              : undefined,
        },
        {
          key: 'learner',
          label: t`Learner`,
          value: word(i18n, LEARNERS, version.learner),
          context: t`${formatInteger(version.features)} features`,
        },
        {
          key: 'until',
          label: t`Trained until`,
          value: formatDate(version.trained_until),
          context: t`took ${formatDuration(version.run.duration_s)}`,
        },
      ]}
    />
  );
}
