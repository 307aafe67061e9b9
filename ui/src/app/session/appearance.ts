import { useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { answer, api } from '@/api/client';
import { asProblem } from '@/api/problem';
import { sessionStore } from '@/api/session';
import type { Language, ThemePreference } from '@/api/types';
import { useProblemText } from '@/components/problemText';
import { setLanguage } from '@/i18n';
import { setThemePreference } from '@/theme/preference';
import { meQuery } from './me';

export const themes: readonly ThemePreference[] = ['light', 'dark', 'system'];

/** Language and theme: shown at once, and kept with the account where there is one. */
export function useAppearance() {
  const queryClient = useQueryClient();
  const { message } = App.useApp();
  const problemText = useProblemText();

  async function keep(change: { language?: Language; theme?: ThemePreference }) {
    const state = sessionStore.get();
    if (state.status !== 'signed_in') return;
    try {
      // Sent to the end even if the page is left or loaded again at once.
      const me = await answer(api.PATCH('/api/v6/me', { body: change, keepalive: true }));
      queryClient.setQueryData(meQuery(state.session.tenant.id).queryKey, me);
    } catch (error) {
      void message.warning(problemText(asProblem(error)));
    }
  }

  return {
    chooseLanguage: async (language: Language) => {
      await setLanguage(language);
      await keep({ language });
    },
    chooseTheme: async (theme: ThemePreference) => {
      setThemePreference(theme);
      await keep({ theme });
    },
  };
}
