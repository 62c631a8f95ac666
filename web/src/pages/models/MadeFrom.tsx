import { useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { Card, Facts } from '@/components/Card';
import { CopyId } from '@/components/CopyId';
import { shortDigest } from '@/lib/format';
import type { ModelVersionDetail } from '@/lib/queries/models';
import { PIN_ROLES, word } from '@/lib/words';

/** The pinned inputs of a version: any number leads back to them. */
export function MadeFrom({ version }: { version: ModelVersionDetail }) {
  const { t, i18n } = useLingui();
  return (
    <Card title={version.imported ? t`Scored on` : t`Made from`} className="shrink-0">
      <Facts
        rows={[
          ...(version.imported
            ? [[t`Imported from`, version.imported.filename] as [string, React.ReactNode]]
            : []),
          ...version.pins.map((pin): [string, React.ReactNode] => [
            word(i18n, PIN_ROLES, pin.role),
            <span key={pin.id}>
              {pin.name ?? <CopyId id={pin.id} />}
              {pin.seq !== null && <span className="text-text-3"> v{pin.seq}</span>}
            </span>,
          ]),
          [t`Code`, <Digest key="code" text={version.run.code} />],
          [t`Environment`, <Digest key="environment" text={version.run.environment} />],
          [t`Numbers`, <Digest key="numbers" text={version.run.result_digest} />],
          [t`Bundle`, <Digest key="bundle" text={version.bundle} />],
          [
            t`Job`,
            <Link
              key="job"
              to="/jobs/$jobId"
              params={{ jobId: version.run.job_id }}
              className="text-accent-text hover:underline"
            >
              {t`Open the job`}
            </Link>,
          ],
        ]}
      />
    </Card>
  );
}

function Digest({ text }: { text: string }) {
  return (
    <span className="font-mono text-11 text-text-2" title={text}>
      {shortDigest(text)}
    </span>
  );
}
