import { Trans } from '@lingui/react/macro';
import { PackageOpen } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { ImportDialog } from './ImportDialog';

/** Opens the dialog that takes a bundle in. */
export function ImportButton() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon={<PackageOpen aria-hidden />} onClick={() => setOpen(true)}>
        <Trans>Import a bundle</Trans>
      </Button>
      {open && <ImportDialog onClose={() => setOpen(false)} />}
    </>
  );
}
