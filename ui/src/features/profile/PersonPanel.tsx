import { Button, Form, Input, Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import type { User } from '@/api/types';
import { themes, useAppearance } from '@/app/session/appearance';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StatusTag } from '@/components/StatusTag';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { languageNames, languages } from '@/i18n';
import { useThemePreference } from '@/theme/preference';
import styles from './profile.module.css';
import { useResendVerification, useUpdateProfile } from './queries';

type Values = { name: string };

export function PersonPanel({ user }: { user: User }) {
  const { t, i18n } = useTranslation();
  const toast = useToast();
  const update = useUpdateProfile();
  const theme = useThemePreference();
  const { chooseLanguage, chooseTheme } = useAppearance();
  const [form] = Form.useForm<Values>();
  const { submit, isSending, error, shownFields } = useSubmit({
    form,
    fields: ['name'],
    send: (values: Values) => update.mutateAsync(values),
    onDone: () => toast.done(t('profile.saved')),
  });

  return (
    <Panel title={t('profile.person')}>
      <MailState user={user} />
      {error && (
        <div className={styles.alert}>
          <ProblemAlert error={error} shownFields={shownFields} />
        </div>
      )}
      <fieldset className={styles.choice}>
        <legend>{t('appearance.language')}</legend>
        <Segmented
          aria-label={t('appearance.language')}
          name="language"
          value={i18n.language}
          options={languages.map((language) => ({
            value: language,
            label: <span lang={language}>{languageNames[language]}</span>,
          }))}
          onChange={(language) => void chooseLanguage(language === 'fr' ? 'fr' : 'en')}
        />
      </fieldset>
      <fieldset className={styles.choice}>
        <legend>{t('appearance.theme')}</legend>
        <Segmented
          aria-label={t('appearance.theme')}
          name="theme"
          value={theme}
          options={themes.map((each) => ({ value: each, label: t(`appearance.themes.${each}`) }))}
          onChange={(next) => void chooseTheme(next)}
        />
      </fieldset>
      <Form
        form={form}
        noValidate
        name="person"
        layout="vertical"
        requiredMark={false}
        initialValues={{ name: user.name }}
        onFinish={submit}
      >
        <Form.Item
          name="name"
          label={t('fields.name')}
          rules={[{ required: true, message: t('fields.nameRequired') }]}
        >
          <Input autoComplete="name" />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={isSending}>
          {t('common.save')}
        </Button>
      </Form>
    </Panel>
  );
}

function MailState({ user }: { user: User }) {
  const { t } = useTranslation();
  const toast = useToast();
  const resend = useResendVerification();
  return (
    <div className={styles.mail}>
      <strong>{user.email}</strong>
      {user.email_verified ? (
        <StatusTag tone="good">{t('profile.verified')}</StatusTag>
      ) : (
        <>
          <StatusTag tone="warning">{t('profile.unverified')}</StatusTag>
          <Button
            size="small"
            loading={resend.isPending}
            onClick={() =>
              resend.mutate(undefined, {
                onSuccess: () => toast.done(t('profile.verificationSent')),
                onError: toast.failed,
              })
            }
          >
            {t('profile.resend')}
          </Button>
        </>
      )}
    </div>
  );
}
