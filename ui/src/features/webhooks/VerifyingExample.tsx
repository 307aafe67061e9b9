import { Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CodeBlock } from '@/components/CodeBlock';
import styles from './webhooks.module.css';

const languages = ['python', 'node'] as const;
type ExampleLanguage = (typeof languages)[number];
const names: Record<ExampleLanguage, string> = { python: 'Python', node: 'Node.js' };

/** The secret stands in a variable: examples get pasted into tickets. */
const examples: Record<ExampleLanguage, string> = {
  python: `import base64, hashlib, hmac, os, time

def verify(headers, body: bytes):
    key = base64.b64decode(os.environ["SECRET"].removeprefix("whsec_"))
    stamp = headers["webhook-timestamp"]
    if abs(time.time() - int(stamp)) > 300:
        raise ValueError("too old")
    signed = f"{headers['webhook-id']}.{stamp}.".encode() + body
    good = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    if not any(hmac.compare_digest(good, one) for one in headers["webhook-signature"].split()):
        raise ValueError("not signed by the platform")`,
  node: `import { createHmac, timingSafeEqual } from 'node:crypto';

export function verify(headers, body /* the raw bytes */) {
  const key = Buffer.from(process.env.SECRET.replace('whsec_', ''), 'base64');
  const stamp = headers['webhook-timestamp'];
  if (Math.abs(Date.now() / 1000 - stamp) > 300) throw new Error('too old');
  const mac = createHmac('sha256', key).update(\`\${headers['webhook-id']}.\${stamp}.\`).update(body).digest();
  const isGood = headers['webhook-signature'].split(' ').some((one) => {
    const shown = Buffer.from(one.replace('v1,', ''), 'base64');
    return shown.length === mac.length && timingSafeEqual(shown, mac);
  });
  if (!isGood) throw new Error('not signed by the platform');
}`,
};

/** How a receiver tells our messages from anybody else's. */
export function VerifyingExample() {
  const { t } = useTranslation();
  const [language, setLanguage] = useState<ExampleLanguage>('python');
  return (
    <div className={styles.example}>
      <Segmented
        aria-label={t('webhooks.exampleLanguage')}
        value={language}
        options={languages.map((value) => ({ value, label: names[value] }))}
        onChange={setLanguage}
      />
      <CodeBlock label={t('webhooks.example')} code={examples[language]} />
    </div>
  );
}
