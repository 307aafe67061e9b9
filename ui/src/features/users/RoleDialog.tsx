import { Modal, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Member, Role } from '@/api/types';
import { useMe } from '@/app/session/me';
import { ProblemAlert } from '@/components/ProblemAlert';
import { roles } from '@/components/roles';
import { useToast } from '@/components/toast';
import { grantableRoles } from './grants';
import { useChangeMembership } from './queries';
import styles from './users.module.css';

type Props = { member: Member | null; onClose: () => void };

export function RoleDialog({ member, onClose }: Props) {
  const { t } = useTranslation();
  const toast = useToast();
  const me = useMe();
  const change = useChangeMembership();
  const [chosen, setChosen] = useState<Role | null>(null);
  const role = chosen ?? member?.membership.role;
  const name = member ? member.name || member.email : '';
  const grantable = grantableRoles(me);

  function close() {
    setChosen(null);
    change.reset();
    onClose();
  }

  function save() {
    if (!member || !role) return;
    change.mutate(
      { member, role },
      {
        onSuccess: () => {
          const before = member.membership.role;
          toast.undoable(t('users.roleChanged', { name }), () =>
            change.mutateAsync({ member, role: before }),
          );
          close();
        },
      },
    );
  }

  return (
    <Modal
      open={member !== null}
      title={t('users.roleTitle', { name })}
      onCancel={close}
      onOk={save}
      okText={t('common.save')}
      cancelText={t('common.cancel')}
      okButtonProps={{ disabled: role === member?.membership.role }}
      confirmLoading={change.isPending}
    >
      {change.error && (
        <div className={styles.alert}>
          <ProblemAlert error={change.error} />
        </div>
      )}
      <Radio.Group
        aria-label={t('fields.role')}
        className={styles.roles}
        value={role}
        onChange={(event) => setChosen(event.target.value as Role)}
      >
        {roles.map((each) => (
          <Radio key={each} value={each} disabled={!grantable.includes(each)}>
            <span className={styles.roleOption}>
              {t(`roles.${each}.name`)}
              <span>{t(`roles.${each}.text`)}</span>
            </span>
          </Radio>
        ))}
      </Radio.Group>
    </Modal>
  );
}
