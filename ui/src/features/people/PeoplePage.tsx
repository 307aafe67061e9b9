import { Alert, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { PersonHeld } from '@/api/types';
import { paths } from '@/app/paths';
import { useEstateRefusal } from '@/app/session/permissions';
import { FormProblem } from '@/components/FormProblem';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { useSubmit } from '@/components/useSubmit';
import { HeldPanel } from './HeldPanel';
import styles from './people.module.css';
import { useLook } from './queries';

type Question = { person: string };

/** What is held of a person: how much, all of it as a file, and its end. */
export default function PeoplePage() {
  const { t } = useTranslation();
  const refusal = useEstateRefusal('people:manage');
  const [held, setHeld] = useState<PersonHeld | null>(null);
  return (
    <>
      <PageHeader
        title={t('people.title')}
        intro={
          <>
            {t('people.intro')} <Link to={paths.reservationTerms()}>{t('people.retention')}</Link>
          </>
        }
      />
      {refusal ? (
        <Alert type="info" showIcon title={refusal} />
      ) : (
        <div className={styles.stack}>
          <Panel title={t('people.find')} intro={t('people.findIntro')}>
            <FindForm onFound={setHeld} onAsked={() => setHeld(null)} />
          </Panel>
          <div aria-live="polite">
            {held && <HeldPanel key={held.person} held={held} onChanged={setHeld} />}
          </div>
        </div>
      )}
    </>
  );
}

type Props = { onFound: (held: PersonHeld) => void; onAsked: () => void };

function FindForm({ onFound, onAsked }: Props) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Question>();
  const look = useLook();
  const { submit, isSending, error, shownFields } = useSubmit<Question, PersonHeld>({
    form,
    fields: ['person'],
    send: ({ person }) => {
      onAsked();
      return look.mutateAsync(person);
    },
    onDone: onFound,
  });
  return (
    <Form form={form} layout="vertical" requiredMark={false} noValidate onFinish={submit}>
      <FormProblem error={error} shownFields={shownFields} />
      <div className={styles.find}>
        <Form.Item
          name="person"
          label={t('people.person')}
          className={styles.person ?? ''}
          rules={[{ required: true, whitespace: true, message: t('people.personRequired') }]}
        >
          <Input maxLength={254} autoComplete="off" autoCapitalize="none" spellCheck={false} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={isSending} className={styles.look ?? ''}>
          {t('people.look')}
        </Button>
      </div>
    </Form>
  );
}
