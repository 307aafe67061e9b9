import { useTranslation } from 'react-i18next';
import type { ReservationTerms } from '@/api/types';
import { useConfirm } from '@/components/confirm';
import { useToast } from '@/components/toast';
import { valuesOf, wholeOf } from './terms';
import { type TermsOf, useChangeTerms, useForgetTerms } from './termsQueries';

/** Asks, and then forgets what was set: at a site the tenant's terms hold again, elsewhere the usual ones. */
export function useTakeBack(
  site: TermsOf,
  siteName: string | null,
  onDone: (now: ReservationTerms) => void,
) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const toast = useToast();
  const forget = useForgetTerms();
  const change = useChangeTerms();
  const words =
    siteName === null
      ? {
          title: t('terms.takeUsualTitle'),
          text: t('terms.takeUsualText'),
          verb: t('terms.takeUsual'),
          done: t('terms.usualTaken'),
        }
      : {
          title: t('terms.takeTenantsTitle', { site: siteName }),
          text: t('terms.takeTenantsText'),
          verb: t('terms.takeTenants'),
          done: t('terms.tenantsTaken', { site: siteName }),
        };
  return (before: ReservationTerms) =>
    confirm({
      title: words.title,
      text: words.text,
      verb: words.verb,
      isDestructive: false,
      action: async () => {
        onDone(await forget.mutateAsync(site));
        const body = wholeOf(valuesOf(before), site !== null);
        toast.undoable(words.done, () => change.mutateAsync({ site, body }));
      },
    });
}
