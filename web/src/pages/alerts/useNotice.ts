import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { toast, toastError } from '@/components/Toast';
import { type ModelAlert, useAcknowledge } from '@/lib/queries/alerts';

export type Take = (alerts: ModelAlert[], acknowledged: boolean) => void;

/** Takes notice of alerts and says so, with the way back. */
export function useNotice(): { take: Take; pending: boolean } {
  const { t } = useLingui();
  const change = useAcknowledge();
  const take: Take = (alerts, acknowledged) =>
    change.mutate(
      { alerts, acknowledged },
      {
        onSuccess: () =>
          toast({
            title: acknowledged
              ? plural(alerts.length, {
                  one: 'Alert acknowledged',
                  other: '# alerts acknowledged',
                })
              : plural(alerts.length, {
                  one: 'Alert open again',
                  other: '# alerts open again',
                }),
            ...(acknowledged ? { undo: { label: t`Undo`, run: () => take(alerts, false) } } : {}),
          }),
        onError: (error) => toastError(t`The alerts stay as they are`, error),
      },
    );
  return { take, pending: change.isPending };
}
