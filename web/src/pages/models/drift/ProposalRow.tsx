import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field, Input } from '@/components/Field';
import { Reason } from '@/components/States';
import { toast } from '@/components/Toast';
import { formatAgo, formatNumber, formatSigned } from '@/lib/format';
import { ProblemError } from '@/lib/problem';
import type { Model } from '@/lib/queries/models';
import { type Proposal, useDecide } from '@/lib/queries/monitors';

type Props = { model: Model; proposal: Proposal };

/** A proposal to promote the challenger, with the two buttons of whoever may decide it. */
export function ProposalRow({ model, proposal }: Props) {
  const [deciding, setDeciding] = useState<boolean | null>(null);
  const { difference } = proposal;
  return (
    <div className="mt-3 flex flex-col gap-2 rounded-lg border border-line p-3 text-12">
      <p className="font-medium">
        <Trans>
          Promote v{proposal.challenger_seq} over v{proposal.champion_seq}?
        </Trans>
      </p>
      <p className="text-text-2 tabular">
        <Trans>
          Rank IC {formatSigned(difference.mean, 4)} higher over {difference.bars} bars, p ={' '}
          {formatNumber(difference.p, 4)}.
        </Trans>
      </p>
      {proposal.state === 'open' ? (
        <div className="flex gap-2">
          <Button small tone="primary" onClick={() => setDeciding(true)}>
            <Trans>Promote</Trans>
          </Button>
          <Button small onClick={() => setDeciding(false)}>
            <Trans>Decline</Trans>
          </Button>
        </div>
      ) : (
        <p className="text-text-2">
          <Badge tone={proposal.state === 'accepted' ? 'good' : 'neutral'}>
            {proposal.state === 'accepted' ? <Trans>Promoted</Trans> : <Trans>Declined</Trans>}
          </Badge>{' '}
          {proposal.reason}{' '}
          <span className="text-text-3">
            {proposal.decided_by?.name}
            {proposal.decided_at && `, ${formatAgo(proposal.decided_at)}`}
          </span>
        </p>
      )}
      {deciding !== null && (
        <Decide
          model={model}
          proposal={proposal}
          accept={deciding}
          onClose={() => setDeciding(null)}
        />
      )}
    </div>
  );
}

function Decide({
  model,
  proposal,
  accept,
  onClose,
}: Props & { accept: boolean; onClose: () => void }) {
  const { t } = useLingui();
  const decide = useDecide(model.id);
  const [reason, setReason] = useState('');
  const [override, setOverride] = useState('');
  const refused =
    decide.error instanceof ProblemError && decide.error.problem.code === 'promotion_refused';
  const submit = (): void =>
    decide.mutate(
      {
        proposal: proposal.id,
        accept,
        reason: reason.trim(),
        override: override.trim() || null,
      },
      {
        onSuccess: () => {
          toast({
            title: accept ? t`${proposal.alias} is now v${proposal.challenger_seq}` : t`Declined`,
          });
          onClose();
        },
      },
    );
  return (
    <Dialog
      open
      onClose={onClose}
      title={accept ? t`Promote v${proposal.challenger_seq}` : t`Decline the proposal`}
      description={
        accept ? t`${proposal.alias} moves and scoring follows within seconds.` : t`Nothing moves.`
      }
      footer={
        <Button
          tone="primary"
          onClick={submit}
          busy={decide.isPending}
          disabled={reason.trim().length < 3}
        >
          {accept ? <Trans>Promote</Trans> : <Trans>Decline</Trans>}
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <Field
          label={t`Why?`}
          hint={t`Kept for good.`}
          error={decide.error && <Reason error={decide.error} />}
        >
          <Input value={reason} onChange={(event) => setReason(event.target.value)} />
        </Field>
        {refused && (
          <Field label={t`Why pass the gate by?`} hint={t`Kept for good.`}>
            <Input value={override} onChange={(event) => setOverride(event.target.value)} />
          </Field>
        )}
      </div>
    </Dialog>
  );
}
