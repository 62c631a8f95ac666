import { Trans, useLingui } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import { Archive, ArchiveRestore, MoreHorizontal, Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '@/components/Button';
import { Confirm, Dialog } from '@/components/Dialog';
import { Field, Input, TextArea } from '@/components/Field';
import { Menu } from '@/components/Menu';
import { Reason } from '@/components/States';
import { toast, toastError } from '@/components/Toast';
import { ProblemError } from '@/lib/problem';
import { type FeatureDetail, useDeleteFeature, useUpdateFeature } from '@/lib/queries/features';

/** What may be done with a feature: describe it, retire it, bring it back, delete it. */
export function FeatureActions({ feature }: { feature: FeatureDetail }) {
  const { t } = useLingui();
  const [open, setOpen] = useState<'edit' | 'delete' | null>(null);
  const update = useUpdateFeature(feature);
  const retired = feature.retired_at !== null;
  const retire = (): void =>
    update.mutate(
      { retired: !retired },
      {
        onSuccess: () =>
          toast({
            title: retired ? t`${feature.name} is offered again` : t`${feature.name} is retired`,
            ...(retired
              ? {}
              : { description: t`It is not offered any more; what uses it goes on computing.` }),
          }),
        onError: (error) => toastError(t`Nothing was changed`, error),
      },
    );
  return (
    <>
      <Button icon={<Pencil aria-hidden />} onClick={() => setOpen('edit')}>
        <Trans>Describe</Trans>
      </Button>
      <Menu
        trigger={<IconButton label={t`More`}>{<MoreHorizontal aria-hidden />}</IconButton>}
        items={[
          {
            key: 'retire',
            label: retired ? t`Bring back` : t`Retire`,
            icon: retired ? <ArchiveRestore aria-hidden /> : <Archive aria-hidden />,
            onSelect: retire,
          },
          {
            key: 'delete',
            label: t`Delete`,
            icon: <Trash2 aria-hidden />,
            onSelect: () => setOpen('delete'),
          },
        ]}
      />
      {open === 'edit' && <Describe feature={feature} onClose={() => setOpen(null)} />}
      {open === 'delete' && <Delete feature={feature} onClose={() => setOpen(null)} />}
    </>
  );
}

type DialogOf = { feature: FeatureDetail; onClose: () => void };

function Describe({ feature, onClose }: DialogOf) {
  const { t } = useLingui();
  const update = useUpdateFeature(feature);
  const [description, setDescription] = useState(feature.description);
  const [tags, setTags] = useState(feature.tags.join(', '));
  const save = (): void =>
    update.mutate(
      {
        description,
        tags: tags
          .split(',')
          .map((tag) => tag.trim())
          .filter(Boolean),
      },
      { onSuccess: onClose },
    );
  return (
    <Dialog
      open
      onClose={onClose}
      title={t`Describe ${feature.name}`}
      footer={
        <>
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button tone="primary" onClick={save} busy={update.isPending}>
            <Trans>Save</Trans>
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Field label={t`Description`}>
          <TextArea
            rows={4}
            maxLength={2000}
            value={description}
            onChange={(event) => setDescription(event.target.value)}
          />
        </Field>
        <Field label={t`Tags`} hint={t`With commas between them`}>
          <Input value={tags} onChange={(event) => setTags(event.target.value)} />
        </Field>
        {update.error && (
          <p role="alert" className="text-12 text-loss">
            <Reason error={update.error} />
          </p>
        )}
      </form>
    </Dialog>
  );
}

function Delete({ feature, onClose }: DialogOf) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const remove = useDeleteFeature();
  const users = remove.error instanceof ProblemError ? (remove.error.problem.errors ?? []) : [];
  return (
    <Confirm
      open
      onClose={onClose}
      title={t`Delete ${feature.name}?`}
      action={t`Delete`}
      busy={remove.isPending}
      onConfirm={() =>
        remove.mutate(feature.id, { onSuccess: () => void navigate({ to: '/features' }) })
      }
    >
      <p>
        <Trans>It disappears for everybody. What was computed with it, and its trials, stay.</Trans>
      </p>
      {remove.error && (
        <div role="alert" className="pt-3 text-12">
          <p className="font-medium text-loss">
            <Reason error={remove.error} />
          </p>
          <ul className="list-disc pl-4">
            {users.map((user) => (
              <li key={user.detail}>{user.detail}</li>
            ))}
          </ul>
        </div>
      )}
    </Confirm>
  );
}
