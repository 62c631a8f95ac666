import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { Button } from '@/components/Button';
import { Card, Facts } from '@/components/Card';
import { Skeleton } from '@/components/Skeleton';
import { ErrorCard } from '@/components/States';
import { saveFile } from '@/lib/download';
import type { ModelVersionDetail } from '@/lib/queries/models';
import { modelCardQuery } from '@/lib/queries/registry';

/** The model card: written by the server from the version's own rows, in English. */
export function CardView({ version }: { version: ModelVersionDetail }) {
  const { t } = useLingui();
  const card = useQuery(modelCardQuery(version.id));
  if (card.error) {
    return (
      <ErrorCard error={card.error} what={t`The model card`} onRetry={() => void card.refetch()} />
    );
  }
  const { data } = card;
  if (!data) return <Skeleton className="h-96" />;
  const name = `${data.title.replaceAll(/[^\w-]+/g, '_')}_card.md`;
  return (
    <Card
      title={t`Model card`}
      note={data.title}
      className="min-h-0 flex-1"
      actions={
        <Button
          small
          icon={<Download aria-hidden />}
          onClick={() => saveFile(name, data.markdown, 'text/markdown')}
        >
          {t`Download as Markdown`}
        </Button>
      }
    >
      <section
        aria-label={data.title}
        lang="en"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="h-full overflow-y-auto"
      >
        <div className="columns-1 gap-6 lg:columns-2">
          {data.sections.map((section) => (
            <section key={section.title} className="break-inside-avoid pb-4">
              <h3 className="pb-1 text-13 font-semibold">{section.title}</h3>
              {section.sentences.map((sentence) => (
                <p key={sentence} className="pb-1 text-12 text-text-2">
                  {sentence}
                </p>
              ))}
              {section.facts.length > 0 && (
                <Facts rows={section.facts.map(({ name: fact, value }) => [fact, value])} />
              )}
            </section>
          ))}
        </div>
      </section>
    </Card>
  );
}
