import { Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CodeBlock } from '@/components/CodeBlock';
import styles from './webhookSecrets.module.css';

const languages = ['shell', 'python', 'node'] as const;
type ExampleLanguage = (typeof languages)[number];

const names: Record<ExampleLanguage, string> = {
  shell: 'Shell',
  python: 'Python',
  node: 'Node.js',
};

/** The secret stands in a variable: examples get pasted into tickets. */
function example(language: ExampleLanguage, header: string): string {
  switch (language) {
    case 'shell':
      return [
        `BODY='{"deviceInfo":{"devEui":"0004A30B001C0530"},"data":"AQ=="}'`,
        `SIGNATURE=$(printf '%s' "$BODY" | openssl dgst -sha256 -hmac "$SECRET" -hex | sed 's/^.* //')`,
        `curl -X POST "$URL" \\`,
        `  -H 'Content-Type: application/json' \\`,
        `  -H "${header}: sha256=$SIGNATURE" \\`,
        `  --data-raw "$BODY"`,
      ].join('\n');
    case 'python':
      return [
        'import hashlib, hmac, os, urllib.request',
        '',
        `body = b'{"deviceInfo":{"devEui":"0004A30B001C0530"},"data":"AQ=="}'`,
        `signature = hmac.new(os.environ["SECRET"].encode(), body, hashlib.sha256).hexdigest()`,
        'urllib.request.urlopen(urllib.request.Request(',
        '    os.environ["URL"], data=body,',
        `    headers={"Content-Type": "application/json", "${header}": "sha256=" + signature},`,
        '))',
      ].join('\n');
    case 'node':
      return [
        `import { createHmac } from 'node:crypto';`,
        '',
        `const body = '{"deviceInfo":{"devEui":"0004A30B001C0530"},"data":"AQ=="}';`,
        `const signature = createHmac('sha256', process.env.SECRET).update(body).digest('hex');`,
        'await fetch(process.env.URL, {',
        `  method: 'POST',`,
        `  headers: { 'content-type': 'application/json', '${header}': 'sha256=' + signature },`,
        '  body,',
        '});',
      ].join('\n');
  }
}

export function SigningExample({ header = 'X-Webhook-Signature' }: { header?: string }) {
  const { t } = useTranslation();
  const [language, setLanguage] = useState<ExampleLanguage>('shell');
  return (
    <div className={styles.example}>
      <Segmented
        aria-label={t('webhookSecrets.exampleLanguage')}
        value={language}
        options={languages.map((value) => ({ value, label: names[value] }))}
        onChange={setLanguage}
      />
      <CodeBlock label={t('webhookSecrets.example')} code={example(language, header)} />
    </div>
  );
}
