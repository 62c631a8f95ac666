import { useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { ArrowRight } from 'lucide-react';
import { Card } from '@/components/Card';

/** Three ways on, for somebody who does not know where to begin. */
export function NextSteps() {
  const { t } = useLingui();
  const steps = [
    {
      to: '/simulate',
      title: t`Try an idea`,
      text: t`A universe, an expression, costs: a result in seconds.`,
    },
    {
      to: '/data',
      title: t`Bring your data`,
      text: t`Every row is checked, and known only from when it was known.`,
    },
    {
      to: '/strategies',
      title: t`Start from a strategy`,
      text: t`Momentum, reversal, trend: change what you like.`,
    },
  ] as const;
  return (
    <Card title={t`What to do next`} flush className="shrink-0">
      <ul>
        {steps.map((step) => (
          <li key={step.to}>
            <Link
              to={step.to}
              className="flex items-center gap-3 border-line-soft border-t px-3 py-2 hover:bg-hover"
            >
              <span className="min-w-0 flex-1">
                <span className="block text-13 font-medium">{step.title}</span>
                <span className="block text-12 text-text-2">{step.text}</span>
              </span>
              <ArrowRight className="size-4 shrink-0 text-text-3" aria-hidden />
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}
