import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { sessionStore } from '@/api/session';
import { App } from '@/app/App';
import { startI18n } from '@/i18n';
import { currentScheme, paint } from '@/theme/preference';
import './app/global.css';

async function start(): Promise<void> {
  paint(currentScheme());
  // The first words shown are already in the reader's language; the session is looked up meanwhile.
  void sessionStore.start();
  await startI18n();
  const root = document.getElementById('root');
  if (!root) throw new Error('index.html has no #root');
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}

void start();
