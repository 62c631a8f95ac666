import { Trans } from '@lingui/react/macro';
import { useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { Button } from '@/components/Button';
import { Reason } from '@/components/States';
import { api, body } from '@/lib/client';
import { saveFile } from '@/lib/download';

const STREAM = 'application/vnd.apache.arrow.stream';

/** Fetches the rows of a training frame that a job has made and saves them. */
export function FrameDownload({ id }: { id: string }) {
  const fetching = useMutation({
    mutationFn: () =>
      body(
        api.GET('/api/v1/training-frames/{training_frame_id}/rows', {
          params: { path: { training_frame_id: id } },
          parseAs: 'blob',
        }),
      ),
    onSuccess: (rows) => saveFile(`training-frame-${id}.arrows`, rows as Blob, STREAM),
  });
  return (
    <>
      {fetching.error && (
        <span role="alert" className="text-loss">
          <Reason error={fetching.error} />
        </span>
      )}
      <Button
        icon={<Download aria-hidden />}
        onClick={() => fetching.mutate()}
        busy={fetching.isPending}
      >
        <Trans>Download</Trans>
      </Button>
    </>
  );
}
