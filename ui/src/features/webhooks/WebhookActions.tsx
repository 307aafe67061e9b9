import { Button } from 'antd';
import { type RefObject, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { CreatedWebhook, Webhook } from '@/api/types';
import { paths } from '@/app/paths';
import { useConfirm } from '@/components/confirm';
import {
  DeleteOutlined,
  EditOutlined,
  PauseCircleOutlined,
  PlayCircleOutlined,
  SyncOutlined,
} from '@/components/icons';
import { RevealSecret } from '@/components/RevealSecret';
import { RowMenu } from '@/components/RowMenu';
import { useToast } from '@/components/toast';
import { type TaggedWebhook, useDeleteWebhook, useSwitchWebhook, useTestWebhook } from './queries';
import { RotateWebhookDialog } from './RotateWebhookDialog';
import { useTrouble } from './status';
import { VerifyingExample } from './VerifyingExample';
import { EditWebhookDialog } from './WebhookDialog';

type Props = {
  tagged: TaggedWebhook;
  testButton: RefObject<HTMLButtonElement | null>;
  onTested: (deliveryId: string) => void;
};

/** Everything one can do with a webhook: try it at once, the rest by name. */
export function WebhookActions({ tagged, testButton, onTested }: Props) {
  const { t } = useTranslation();
  const toast = useToast();
  const trouble = useTrouble();
  const test = useTestWebhook();
  const [dialog, setDialog] = useState<'edit' | 'rotate' | null>(null);
  const [rotated, setRotated] = useState<CreatedWebhook | null>(null);
  const { webhook } = tagged;
  const actions = useMenu(webhook, setDialog);

  function tryIt() {
    test.mutate(webhook.id, {
      onSuccess: ({ id, status, error, response_status }) => {
        if (status === 'delivered')
          toast.done(t('webhooks.testTaken', { status: response_status }));
        else toast.done(t('webhooks.testFailed', { why: trouble(error, response_status) }));
        onTested(id);
      },
      onError: toast.failed,
    });
  }

  return (
    <>
      <Button ref={testButton} type="primary" loading={test.isPending} onClick={tryIt}>
        {t('webhooks.test')}
      </Button>
      <RowMenu
        label={t('webhooks.actionsFor', { name: webhook.name })}
        caption={t('table.actions')}
        actions={actions}
      />
      <EditWebhookDialog
        isOpen={dialog === 'edit'}
        tagged={tagged}
        onClose={() => setDialog(null)}
      />
      <RotateWebhookDialog
        webhookId={webhook.id}
        isOpen={dialog === 'rotate'}
        onClose={() => setDialog(null)}
        onRotated={setRotated}
      />
      {rotated && (
        <RevealSecret
          title={t('webhooks.rotatedTitle')}
          label={t('webhooks.secret')}
          secret={rotated.secret}
          onClose={() => setRotated(null)}
          returnTo={testButton}
        >
          <p>{t('webhooks.tryIt')}</p>
          <VerifyingExample />
        </RevealSecret>
      )}
    </>
  );
}

function useMenu(webhook: Webhook, setDialog: (dialog: 'edit' | 'rotate') => void) {
  const { t } = useTranslation();
  const toast = useToast();
  const confirm = useConfirm();
  const navigate = useNavigate();
  const change = useSwitchWebhook();
  const remove = useDeleteWebhook();
  const { id, name, status } = webhook;
  const isOff = status === 'disabled';
  const isWell = status === 'healthy' || status === 'untried';

  function enable() {
    change.mutate(
      { id, isOn: true },
      { onSuccess: () => toast.done(t('webhooks.enabled', { name })), onError: toast.failed },
    );
  }

  return [
    {
      key: 'edit',
      label: t('webhooks.edit'),
      icon: <EditOutlined />,
      onPick: () => setDialog('edit'),
    },
    {
      key: 'rotate',
      label: t('webhooks.rotate'),
      icon: <SyncOutlined />,
      onPick: () => setDialog('rotate'),
    },
    {
      key: 'enable',
      label: isOff ? t('webhooks.enable') : t('webhooks.resume'),
      icon: <PlayCircleOutlined />,
      refusal: isWell ? t('webhooks.isWell') : null,
      onPick: enable,
    },
    {
      key: 'disable',
      label: t('webhooks.disable'),
      icon: <PauseCircleOutlined />,
      refusal: isOff ? t('webhooks.isOff') : null,
      onPick: () =>
        confirm({
          title: t('webhooks.disableTitle', { name }),
          text: t('webhooks.disableText'),
          verb: t('webhooks.disable'),
          action: async () => {
            await change.mutateAsync({ id, isOn: false });
            toast.done(t('webhooks.disabled', { name }));
          },
        }),
    },
    {
      key: 'delete',
      label: t('webhooks.delete'),
      icon: <DeleteOutlined />,
      isDanger: true,
      onPick: () =>
        confirm({
          title: t('webhooks.deleteTitle', { name }),
          text: t('webhooks.deleteText'),
          verb: t('webhooks.delete'),
          action: async () => {
            await remove.mutateAsync(id);
            toast.done(t('webhooks.deleted', { name }));
            await navigate(paths.webhooks());
          },
        }),
    },
  ];
}
