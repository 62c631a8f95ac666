import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Badge } from '@/components/Badge';
import { Card, Facts } from '@/components/Card';
import { formatAgo, formatInteger, formatInterval, formatNumber, formatSigned } from '@/lib/format';
import type { Model } from '@/lib/queries/models';
import {
  type Challenger,
  proposalsQuery,
  reportQuery,
  retrainingsQuery,
} from '@/lib/queries/monitors';
import { JOB_STATES, word } from '@/lib/words';
import { ProposalRow } from './ProposalRow';
import { CAUSES, WHY_NOT } from './words';

type Props = { model: Model; versionId: string; reportId: string | undefined };

/** What stands beside the version in shadow, what was proposed, and what was trained anew. */
export function ChallengerCard({ model, versionId, reportId }: Props) {
  const { t, i18n } = useLingui();
  const report = useQuery({
    ...reportQuery(versionId, reportId ?? ''),
    enabled: reportId !== undefined,
  });
  const proposals = useQuery(proposalsQuery(model.id));
  const retrainings = useQuery(retrainingsQuery(model.id));
  const challenger = reportId ? report.data?.challenger : null;
  const mine = proposals.data?.items.filter((one) => one.champion_id === versionId) ?? [];
  const trained = retrainings.data?.items ?? [];
  return (
    <>
      <Card title={t`Challenger in shadow`} className="shrink-0">
        {challenger ? (
          <Beside challenger={challenger} model={model} />
        ) : (
          <p className="text-12 text-text-2">
            <Trans>
              None in this report. A training anew puts its version here; scoring answers with both.
            </Trans>
          </p>
        )}
        {mine.map((one) => (
          <ProposalRow key={one.id} model={model} proposal={one} />
        ))}
      </Card>
      <Card title={t`Trainings anew`} note={trained.length} className="shrink-0">
        {trained.length === 0 && (
          <p className="text-12 text-text-2">
            <Trans>None yet.</Trans>
          </p>
        )}
        <ul className="flex flex-col gap-1.5 text-12">
          {trained.slice(0, 8).map((one) => (
            <li key={one.id} className="flex flex-wrap items-center justify-between gap-2">
              <span>
                {one.alias} v{one.from_seq}{' '}
                <span className="text-text-3">
                  {word(i18n, CAUSES, one.cause)}, {formatAgo(one.at)}
                </span>
              </span>
              <Link
                to="/jobs/$jobId"
                params={{ jobId: one.job.id }}
                className="text-accent-text hover:underline"
              >
                {word(i18n, JOB_STATES, one.job.state)}
              </Link>
            </li>
          ))}
        </ul>
      </Card>
    </>
  );
}

function Beside({ challenger, model }: { challenger: Challenger; model: Model }) {
  const { t, i18n } = useLingui();
  const { difference, look, level } = challenger;
  if (challenger.why_not) {
    return <p className="text-12 text-text-2">{word(i18n, WHY_NOT, challenger.why_not)}</p>;
  }
  return (
    <>
      <Facts
        rows={[
          [
            t`Version`,
            <Link
              key="version"
              to="/models/$modelId/versions/$versionId"
              params={{ modelId: model.id, versionId: challenger.version_id }}
              className="text-accent-text hover:underline"
            >
              {challenger.alias} v{challenger.seq}
            </Link>,
          ],
          [t`Bars that neither had seen`, formatInteger(difference?.bars)],
          [t`Its rank IC`, <Mean key="live" ic={challenger.live} />],
          [t`The champion's`, <Mean key="champion" ic={challenger.champion} />],
          [
            t`Difference`,
            <span key="difference">
              {formatSigned(difference?.mean, 4)}{' '}
              <span className="text-text-3">
                {formatInterval(difference?.low, difference?.high, 4)}
              </span>
            </span>,
          ],
          [t`Chance of as much by luck`, formatNumber(difference?.p, 4)],
        ]}
      />
      <p className="pt-2 text-12 text-text-2">
        {look === null ? (
          <Badge>
            <Trans>No test due: too few new bars</Trans>
          </Badge>
        ) : (
          <Trans>
            Test {look}: proposed when that chance is at most {formatNumber(level, 4)}.
          </Trans>
        )}
      </p>
    </>
  );
}

/** A mean rank IC with its standard error. */
function Mean({ ic }: { ic: Challenger['live'] }) {
  return (
    <span className="tabular">
      {formatSigned(ic.mean, 4)}
      <span className="text-text-3"> ± {formatNumber(ic.standard_error, 4)}</span>
    </span>
  );
}
