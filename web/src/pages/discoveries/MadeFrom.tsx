import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { Card, Facts } from '@/components/Card';
import { formatDate, formatInteger, formatPercent, NONE, shortDigest } from '@/lib/format';
import type { Discovery } from '@/lib/queries/discoveries';

const LINK = 'font-medium hover:underline';

/** What was searched, on which data, and whether doing it again gave the same. */
export function MadeFrom({ discovery }: { discovery: Discovery }) {
  const { t } = useLingui();
  const { spec, taught, question, reproduction: again } = discovery;
  const trials = formatInteger(question.trials);
  const data = [discovery.bars, ...discovery.context];
  return (
    <Card
      title={t`Made from`}
      className="shrink-0"
      actions={
        <Link
          to="/jobs/$jobId"
          params={{ jobId: discovery.job_id }}
          className="inline-flex min-h-6 items-center text-11 text-accent-text hover:underline"
        >
          {t`Open the job`}
        </Link>
      }
    >
      <Facts
        rows={[
          [t`Universe`, discovery.universe.name],
          [
            t`Data`,
            <span key="data" className="flex flex-col items-end">
              {data.map((one) => (
                <Link
                  key={one.id}
                  to="/data/$datasetId"
                  params={{ datasetId: one.id }}
                  className={LINK}
                >
                  {one.name}
                </Link>
              ))}
            </span>,
          ],
          [t`Question`, t`${question.name}, ${trials} trials`],
          [
            t`Taught on`,
            taught
              ? `${formatDate(taught.start)} – ${formatDate(taught.end)}`
              : t`nothing: all bars judge`,
          ],
          [
            t`Return ahead`,
            plural(spec.horizon ?? 5, {
              one: '# bar from the next open',
              other: '# bars from the next open',
            }),
          ],
          [t`Cost of a trade`, t`${spec.cost_bps ?? NONE} bp`],
          [
            t`Demands`,
            t`known ${formatPercent(spec.coverage, 0)}, same sign ${formatPercent(spec.same_sign, 0)} of years`,
          ],
          [t`Windows`, (spec.windows ?? []).join(', ')],
          [t`Seed`, String(spec.seed ?? 0)],
          [
            t`Numbers`,
            <span key="digest" className="font-mono text-11" title={discovery.result_digest}>
              {shortDigest(discovery.result_digest)}
            </span>,
          ],
          [
            t`Adopted as`,
            discovery.adopted.length === 0 ? (
              NONE
            ) : (
              <span key="adopted" className="flex flex-col items-end">
                {discovery.adopted.map((one) => (
                  <Link
                    key={one.id}
                    to="/features/sets/$setId"
                    params={{ setId: one.id }}
                    className={LINK}
                  >
                    {one.name}
                  </Link>
                ))}
              </span>
            ),
          ],
          [
            t`Done again`,
            again
              ? again.equal
                ? t`equal, ${formatDate(again.at)}`
                : t`differs: ${again.differs.join(', ')}`
              : NONE,
          ],
        ]}
      />
    </Card>
  );
}
