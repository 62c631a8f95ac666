import { Trans, useLingui } from '@lingui/react/macro';
import { Link, useNavigate } from '@tanstack/react-router';
import { BrainCircuit, GitCompare, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button, buttonClass } from '@/components/Button';
import type { Model, ModelVersion } from '@/lib/queries/models';
import { RemoveDialog } from './RemoveDialog';

/** What can be done with a model as a whole. */
export function ModelActions({ model, versions }: { model: Model; versions: ModelVersion[] }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const [asked, setAsked] = useState(false);
  return (
    <>
      <Button icon={<Trash2 aria-hidden />} onClick={() => setAsked(true)}>
        <Trans>Delete…</Trans>
      </Button>
      {versions.length > 1 && (
        <Link
          to="/models/compare"
          search={{ ids: compared(model, versions).join(',') }}
          className={buttonClass('secondary')}
        >
          <GitCompare className="size-3.5" aria-hidden />
          <Trans>Compare versions</Trans>
        </Link>
      )}
      <Link to="/models/new" search={{ model: model.id }} className={buttonClass('secondary')}>
        <BrainCircuit className="size-3.5" aria-hidden />
        <Trans>Train again</Trans>
      </Link>
      {asked && (
        <RemoveDialog
          what={{ kind: 'model', id: model.id }}
          title={t`Delete ${model.name}?`}
          action={t`Delete`}
          onClose={() => setAsked(false)}
          onRemoved={() => void navigate({ to: '/models' })}
        >
          <Trans>
            The model and its versions disappear for everybody. Runs and trials stay counted, and a
            model that something uses is kept.
          </Trans>
        </RemoveDialog>
      )}
    </>
  );
}

/** The champion and the newest other version; without a champion the two newest. */
function compared(model: Model, versions: ModelVersion[]): string[] {
  const champion = model.aliases.find((alias) => alias.name === 'champion')?.version_id;
  const base = champion ?? versions[1]?.id;
  const other = versions.find((version) => version.id !== base)?.id;
  return [base, other].filter((id) => id !== undefined);
}
