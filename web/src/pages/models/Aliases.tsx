import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Undo2, X } from 'lucide-react';
import { useState } from 'react';
import { Badge } from '@/components/Badge';
import { Button, IconButton } from '@/components/Button';
import { Card } from '@/components/Card';
import { toast } from '@/components/Toast';
import { formatAgo, NONE } from '@/lib/format';
import { aliasEventsQuery, type Model } from '@/lib/queries/models';
import type { AliasEvent } from '@/lib/queries/registry';
import { RemoveDialog } from './RemoveDialog';
import { RollbackDialog } from './RollbackDialog';

/** Which version carries which name, and every move of it: who, when and why. */
export function Aliases({ model }: { model: Model }) {
  const { t } = useLingui();
  return (
    <Card title={t`Aliases`} className="shrink-0">
      {model.aliases.length === 0 && (
        <p className="text-12 text-text-2">
          <Trans>None yet. The champion is the version that scoring serves.</Trans>
        </p>
      )}
      <ul className="flex flex-col gap-3">
        {model.aliases.map((alias) => (
          <li key={alias.name} className="flex flex-col gap-1 text-12">
            <Named model={model} alias={alias} />
            <History modelId={model.id} name={alias.name} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

type NamedProps = { model: Model; alias: Model['aliases'][number] };

function Named({ model, alias }: NamedProps) {
  const { t } = useLingui();
  const [open, setOpen] = useState<'back' | 'away' | null>(null);
  const close = (): void => setOpen(null);
  return (
    <div className="flex items-center gap-2">
      <Badge tone="accent">{`${alias.name} v${alias.seq}`}</Badge>
      <span className="ml-auto flex gap-1">
        <Button small icon={<Undo2 aria-hidden />} onClick={() => setOpen('back')}>
          <Trans>Roll back</Trans>
        </Button>
        <IconButton label={t`Take ${alias.name} away`} onClick={() => setOpen('away')}>
          <X aria-hidden />
        </IconButton>
      </span>
      {open === 'back' && <RollbackDialog modelId={model.id} name={alias.name} onClose={close} />}
      {open === 'away' && (
        <RemoveDialog
          what={{ kind: 'alias', model: model.id, name: alias.name }}
          title={t`Take ${alias.name} away?`}
          action={t`Take away`}
          onClose={close}
          onRemoved={() => {
            toast({ title: t`${alias.name} is on no version now` });
            close();
          }}
        >
          <Trans>Scoring stops to answer to this name. The history of its moves stays.</Trans>
        </RemoveDialog>
      )}
    </div>
  );
}

function History({ modelId, name }: { modelId: string; name: string }) {
  const { data } = useQuery(aliasEventsQuery(modelId, name));
  return (
    <ol className="flex flex-col gap-1">
      {(data?.items ?? []).slice(0, 6).map((event) => (
        <Move key={event.n} event={event} />
      ))}
    </ol>
  );
}

const at = (seq: number | null): string => (seq === null ? NONE : `v${seq}`);

function Move({ event }: { event: AliasEvent }) {
  return (
    <li className="border-line border-l-2 pl-2">
      <span className="tabular">{`${at(event.before_seq)} → ${at(event.after_seq)} `}</span>
      {event.undoes !== null && (
        <Badge tone="info">
          <Trans>Rollback</Trans>
        </Badge>
      )}
      {event.override !== null && (
        <Badge tone="warn">
          <Trans>Gate overridden</Trans>
        </Badge>
      )}
      <p className="text-text-2">
        {event.reason}
        {event.override !== null && <span> · {event.override}</span>}{' '}
        <span className="text-text-3">
          {event.account.name}, {formatAgo(event.at)}
        </span>
      </p>
    </li>
  );
}
