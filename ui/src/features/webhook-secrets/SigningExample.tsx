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

/** What is seen of one bay, as the programs that can sign hand it in. */
const BODY = '{"observations":[{"dev_eui":"0004A30B001C0530","state":"occupied"}]}';

/** The secret stands in a variable: examples get pasted into tickets. */
function example(language: ExampleLanguage, header: string, credential: string): string {
  const url = `${window.location.origin}/api/v6/ingest/observations`;
  switch (language) {
    case 'shell':
      return [
        `BODY='${BODY}'`,
        `SIGNATURE=$(printf '%s' "$BODY" | openssl dgst -sha256 -hmac "$SECRET" -hex | sed 's/^.* //')`,
        `curl -X POST '${url}' \\`,
        `  -H 'Content-Type: application/json' \\`,
        `  -H 'X-Webhook-Credential: ${credential}' \\`,
        `  -H "${header}: sha256=$SIGNATURE" \\`,
        `  --data-raw "$BODY"`,
      ].join('\n');
    case 'python':
      return [
        'import hashlib, hmac, os, urllib.request',
        '',
        `body = b'${BODY}'`,
        `signature = hmac.new(os.environ["SECRET"].encode(), body, hashlib.sha256).hexdigest()`,
        'urllib.request.urlopen(urllib.request.Request(',
        `    "${url}", data=body, headers={`,
        '        "Content-Type": "application/json",',
        `        "X-Webhook-Credential": "${credential}",`,
        `        "${header}": "sha256=" + signature,`,
        '    },',
        '))',
      ].join('\n');
    case 'node':
      return [
        `import { createHmac } from 'node:crypto';`,
        '',
        `const body = '${BODY}';`,
        `const signature = createHmac('sha256', process.env.SECRET).update(body).digest('hex');`,
        `await fetch('${url}', {`,
        `  method: 'POST',`,
        '  headers: {',
        `    'content-type': 'application/json',`,
        `    'x-webhook-credential': '${credential}',`,
        `    '${header.toLowerCase()}': 'sha256=' + signature,`,
        '  },',
        '  body,',
        '});',
      ].join('\n');
  }
}

type Props = {
  /** The id of the credential that is signed with. */
  credential: string;
  header?: string;
};

export function SigningExample({ credential, header = 'X-Webhook-Signature' }: Props) {
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
      <CodeBlock label={t('webhookSecrets.example')} code={example(language, header, credential)} />
    </div>
  );
}
