import { Trans, useLingui } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import {
  BrainCircuit,
  Ellipsis,
  FileOutput,
  GitCompare,
  Package,
  Rocket,
  Trash2,
  Undo2,
} from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Menu } from '@/components/Menu';
import { toastError } from '@/components/Toast';
import { saveFile } from '@/lib/download';
import { bundleOf, onnxOf } from '@/lib/queries/bundles';
import type { Model, ModelVersionDetail } from '@/lib/queries/models';
import { PromoteDialog } from './PromoteDialog';
import { RemoveDialog } from './RemoveDialog';
import { RollbackDialog } from './RollbackDialog';

type Props = { model: Model; version: ModelVersionDetail };
type Open = 'promote' | 'roll_back' | 'remove' | null;

/** What can be done with a version: promote it, take its promotion back, take it along, remove it. */
export function VersionActions({ model, version }: Props) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const [open, setOpen] = useState<Open>(null);
  const close = (): void => setOpen(null);
  const on = model.aliases.filter((alias) => alias.version_id === version.id);
  const served = on.find((alias) => alias.name === 'champion') ?? on[0];
  const stem = `${model.name.replaceAll(/[^\w-]+/g, '_')}_v${version.seq}`;
  const [writing, setWriting] = useState(false);
  const bundle = (): void => {
    const name = `${stem}_${version.digest.slice(7, 19)}.zip`;
    bundleOf(version.id).then(
      (content) => saveFile(name, content, 'application/zip'),
      (error: unknown) => toastError(t`The bundle could not be read`, error),
    );
  };
  const onnx = (): void => {
    setWriting(true);
    onnxOf(version.id)
      .then(
        (content) => saveFile(`${stem}.onnx`, content, 'application/octet-stream'),
        (error: unknown) => toastError(t`The model could not be written as ONNX`, error),
      )
      .finally(() => setWriting(false));
  };
  return (
    <>
      {served && (
        <Button icon={<Undo2 aria-hidden />} onClick={() => setOpen('roll_back')}>
          <Trans>Roll back</Trans>
        </Button>
      )}
      <Menu
        trigger={<Button busy={writing} icon={<Ellipsis aria-hidden />}>{t`More`}</Button>}
        items={[
          {
            key: 'compare',
            label: t`Compare…`,
            icon: <GitCompare aria-hidden />,
            onSelect: () =>
              void navigate({
                to: '/models/compare',
                search: { ids: beside(model, version).join(',') },
              }),
          },
          {
            key: 'train',
            label: t`Train again`,
            icon: <BrainCircuit aria-hidden />,
            onSelect: () => void navigate({ to: '/models/new', search: { model: model.id } }),
          },
          {
            key: 'bundle',
            label: t`Download the bundle`,
            icon: <Package aria-hidden />,
            onSelect: bundle,
          },
          {
            key: 'onnx',
            label: t`Export as ONNX`,
            icon: <FileOutput aria-hidden />,
            onSelect: onnx,
          },
          { kind: 'separator', key: 'line' },
          {
            key: 'delete',
            label: t`Delete…`,
            icon: <Trash2 aria-hidden />,
            onSelect: () => setOpen('remove'),
          },
        ]}
      />
      <Button tone="primary" icon={<Rocket aria-hidden />} onClick={() => setOpen('promote')}>
        <Trans>Promote</Trans>
      </Button>
      {open === 'promote' && <PromoteDialog model={model} version={version} onClose={close} />}
      {open === 'roll_back' && served && (
        <RollbackDialog modelId={model.id} name={served.name} onClose={close} />
      )}
      {open === 'remove' && (
        <RemoveDialog
          what={{ kind: 'version', id: version.id }}
          title={t`Delete v${version.seq}?`}
          action={t`Delete`}
          onClose={close}
          onRemoved={() => void navigate({ to: '/models/$modelId', params: { modelId: model.id } })}
        >
          <Trans>
            The version disappears for everybody. Its run and its trials stay counted, and a version
            that something uses is kept.
          </Trans>
        </RemoveDialog>
      )}
    </>
  );
}

/** The version, after the champion where that is another one. */
function beside(model: Model, version: ModelVersionDetail): string[] {
  const champion = model.aliases.find((alias) => alias.name === 'champion')?.version_id;
  return champion && champion !== version.id ? [champion, version.id] : [version.id];
}
