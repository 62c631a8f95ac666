import { Trans, useLingui } from '@lingui/react/macro';
import { Card } from '@/components/Card';
import { EmptyState } from '@/components/States';
import type { Model, ModelVersionDetail } from '@/lib/queries/models';
import { Aliases } from './Aliases';
import { VerdictText } from './evidence';
import { FoldsTimeline } from './FoldsTimeline';
import { FoldsCard, ImportanceCard, SeedsCard } from './Learning';

type Props = { model: Model; version: ModelVersionDetail };

/** How it did on what it had not seen, and whether to believe it. */
export function ResultsView({ model, version }: Props) {
  const { t } = useLingui();
  return (
    <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)_300px]">
      <div className="flex min-h-0 flex-col gap-3">
        {version.imported ? (
          <NothingMeasured />
        ) : (
          <>
            <FoldsTimeline version={version} />
            <FoldsCard version={version} />
          </>
        )}
      </div>
      <div className="flex min-h-0 flex-col gap-3">
        {!version.imported && <SeedsCard version={version} />}
        <ImportanceCard version={version} />
      </div>
      <div className="flex min-h-0 flex-col gap-3 lg:overflow-y-auto">
        <Card title={t`Skill or luck?`} className="shrink-0">
          <VerdictText verdict={version.verdict} />
        </Card>
        <Aliases model={model} />
      </div>
    </div>
  );
}

/** What stands where the results of an imported version would. */
function NothingMeasured() {
  return (
    <EmptyState title={<Trans>Nothing was measured here.</Trans>}>
      <Trans>
        The version was trained by another installation, and its figures are not taken on trust.
        Train its specification here, or watch it as the challenger of another version on the bars
        that come.
      </Trans>
    </EmptyState>
  );
}
