import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { AlertFigure } from '@/components/AlertFigure';
import { Badge } from '@/components/Badge';
import { Card } from '@/components/Card';
import { KpiStrip } from '@/components/KpiStrip';
import { ALERTS } from '@/lib/alertWords';
import { formatDate, formatInteger, formatNumber, formatSigned } from '@/lib/format';
import type { DriftAlert, DriftReport } from '@/lib/queries/monitors';
import { word } from '@/lib/words';

/** The figures of a check, and which of its bounds were passed. */
export function FoundCard({ report, modelId }: { report: DriftReport; modelId: string }) {
  const { t } = useLingui();
  const { score, live, expected, policy } = report;
  return (
    <>
      <KpiStrip
        label={t`Figures of the check`}
        items={[
          {
            key: 'moved',
            label: t`Features that moved`,
            value: formatInteger(report.drifted),
            context: t`of ${formatInteger(report.features)}, PSI from ${formatNumber(policy.feature_psi)}`,
            help: t`Population stability index over deciles of what was trained on: below 0.1 little, from 0.25 much.`,
          },
          {
            key: 'score',
            label: t`Scores, PSI`,
            value: formatNumber(score.psi, 3),
            context: t`KS ${formatNumber(score.ks, 3)}`,
            tone: tone(score.psi),
          },
          {
            key: 'live',
            label: t`Rank IC since training`,
            value: formatSigned(live.mean, 4),
            context:
              live.bars > 0
                ? t`± ${formatNumber(live.standard_error, 4)}, ${formatInteger(live.bars)} bars`
                : t`no bar yet`,
            help: t`Of the bundle's own scores on bars after its training, as far as their returns are known.`,
          },
          {
            key: 'expected',
            label: t`Rank IC expected`,
            value: formatSigned(expected.mean, 4),
            context: t`walk-forward, ± ${formatNumber(expected.standard_error, 4)}`,
          },
          {
            key: 'recent',
            label: t`Newest bars`,
            value: formatInteger(report.recent.bars),
            context: t`until ${formatDate(report.recent.end)}, ${formatInteger(report.unseen_bars)} unseen`,
          },
        ]}
      />
      <Card
        title={t`Alerts`}
        note={report.found.length}
        className="shrink-0"
        actions={
          <Link
            to="/alerts"
            search={{ model: modelId, state: 'all' }}
            className="text-12 text-accent-text hover:underline"
          >
            <Trans>All of this model</Trans>
          </Link>
        }
      >
        {report.found.length === 0 ? (
          <p className="text-12 text-text-2">
            <Trans>No bound of the policy was passed.</Trans>
          </p>
        ) : (
          <ul className="flex max-h-40 flex-col gap-1.5 overflow-y-auto text-12">
            {report.found.map((one) => (
              <AlertLine key={`${one.kind} ${one.subject}`} alert={one} />
            ))}
          </ul>
        )}
      </Card>
    </>
  );
}

function AlertLine({ alert }: { alert: DriftAlert }) {
  const { i18n } = useLingui();
  return (
    <li className="flex flex-wrap items-center gap-2">
      <Badge tone="warn">{word(i18n, ALERTS, alert.kind)}</Badge>
      {alert.subject && <span className="font-mono text-11">{alert.subject}</span>}
      <span className="text-text-2 tabular">
        <AlertFigure alert={alert} />
      </span>
    </li>
  );
}

/** Siddiqi's bounds: little, some, much. */
export function tone(psi: number | null): string {
  if (psi === null || psi < 0.1) return '';
  return psi < 0.25 ? 'text-warn' : 'text-loss';
}
