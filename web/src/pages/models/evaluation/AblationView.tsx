import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { BarList } from '@/charts/Bars';
import { Card } from '@/components/Card';
import { type Column, DataTable } from '@/components/DataTable';
import { VIEWS } from '@/lib/evaluationWords';
import { formatInteger, formatNumber, formatSigned } from '@/lib/format';
import { type AblationResult, versionViewsQuery } from '@/lib/queries/evaluations';
import { word } from '@/lib/words';
import { DifferenceText } from './DifferenceText';
import { EvaluationFrame } from './EvaluationFrame';

type Step = AblationResult['steps'][number];

/** What each kind of data adds to a version: the same specification with more and more of its features. */
export function AblationView({ versionId, name }: { versionId: string; name: string }) {
  const { t, i18n } = useLingui();
  const views = useQuery(versionViewsQuery(versionId));
  const read = (views.data ?? []).map((one) => word(i18n, VIEWS, one.view)).join(', ');
  const refused =
    views.data && views.data.length < 2 ? (
      <Trans>
        All features of this version read one kind of data ({read}); there is nothing to take away.
        Train a version on a set that reads macro series, fundamentals or news beside prices.
      </Trans>
    ) : undefined;
  return (
    <EvaluationFrame
      kind="ablation"
      subject={{ version: versionId }}
      input={{ version: versionId }}
      name={t`Compare kinds of data of ${name}`}
      verb={<Trans>Compare kinds of data</Trans>}
      title={<Trans>Not taken apart yet.</Trans>}
      about={
        <Trans>
          The same specification and seeds are trained on prices, then with each further kind of
          data ({read}). Each training is a trial; the version itself is the last step.
        </Trans>
      }
      refused={refused}
    >
      {(found) => found.ablation && <Steps result={found.ablation} />}
    </EvaluationFrame>
  );
}

function Steps({ result }: { result: AblationResult }) {
  const { t, i18n } = useLingui();
  const columns = useMemo<Column<Step>[]>(
    () => [
      {
        key: 'view',
        header: t`Features that read`,
        width: 150,
        cell: (row) => (
          <span>
            {row.difference && '+ '}
            {word(i18n, VIEWS, row.view)}
          </span>
        ),
      },
      {
        key: 'features',
        header: t`Features`,
        width: 80,
        numeric: true,
        cell: (row) => formatInteger(row.features),
      },
      {
        key: 'ic',
        header: t`Rank IC ± se`,
        width: 140,
        numeric: true,
        cell: (row) =>
          `${formatSigned(row.ic.mean, 4)} ± ${formatNumber(row.ic.standard_error, 4)}`,
      },
      {
        key: 'difference',
        header: t`Added by it, 95 %`,
        width: 200,
        numeric: true,
        cell: (row) => <DifferenceText difference={row.difference} />,
      },
      {
        key: 'to_all',
        header: t`Whole set less this, 95 %`,
        width: 210,
        numeric: true,
        cell: (row) => <DifferenceText difference={row.to_all} />,
      },
    ],
    [t, i18n],
  );
  return (
    <div className="grid gap-3 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
      <Card
        title={t`What each kind of data adds`}
        note={t`paired differences of daily rank IC, block bootstrap`}
        flush
      >
        <DataTable
          label={t`What each kind of data adds`}
          columns={columns}
          rows={result.steps}
          rowKey={(row) => row.view}
          maxHeight={280}
        />
      </Card>
      <Card title={t`Rank IC`} note={t`± standard error`}>
        <BarList
          label={t`Rank IC by kinds of data`}
          signed
          items={result.steps.map((step) => ({
            key: step.view,
            label: word(i18n, VIEWS, step.view),
            value: step.ic.mean ?? 0,
            error: step.ic.standard_error,
            text: formatSigned(step.ic.mean, 4),
            note: step.added.join(', '),
          }))}
        />
      </Card>
    </div>
  );
}
