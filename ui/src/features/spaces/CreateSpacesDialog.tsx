import { Form, Input, Modal } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { CODES_MAX, preview } from '@/components/codePattern';
import { FormProblem } from '@/components/FormProblem';
import { useFormats } from '@/components/format';
import { useToast } from '@/components/toast';
import { useSubmit } from '@/components/useSubmit';
import { useCreateSpaces } from './queries';
import { SiteField, TraitFields } from './SpaceFields';
import styles from './spaces.module.css';
import { type TraitValues, traitFields, traitsOf, usualTraits } from './values';

type Values = TraitValues & { site_id: string; pattern: string };
type Props = {
  isOpen: boolean;
  siteId: string | undefined;
  isSiteFixed: boolean;
  onClose: () => void;
};

/** As many bays as a car park has rows, by what their codes look like. */
export function CreateSpacesDialog({ isOpen, siteId, isSiteFixed, onClose }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const toast = useToast();
  const create = useCreateSpaces();
  const [form] = Form.useForm<Values>();
  const chosen = Form.useWatch('site_id', form) ?? siteId;
  const pattern = Form.useWatch('pattern', form) ?? '';
  const found = useMemo(() => preview(pattern), [pattern]);
  const count = found.kind === 'codes' ? found.codes.length : 0;
  const { submit, isSending, error, shownFields, reset } = useSubmit({
    form,
    fields: ['site_id', 'pattern', ...traitFields],
    send: ({ site_id, pattern: codes, ...traits }: Values) =>
      create.mutateAsync({ site_id, pattern: codes, template: traitsOf(traits) }),
    onDone: ({ total }) => {
      toast.done(t('spaces.createdMany', { count: total, formatted: formats.number(total) }));
      onClose();
    },
  });
  return (
    <Modal
      open={isOpen}
      title={t('spaces.createMany')}
      onCancel={onClose}
      okText={
        count > 0
          ? t('spaces.createManySubmit', { count, formatted: formats.number(count) })
          : t('spaces.createMany')
      }
      okButtonProps={{ htmlType: 'submit', formNoValidate: true, form: 'bays' }}
      cancelText={t('common.cancel')}
      confirmLoading={isSending}
      destroyOnHidden
      afterClose={() => {
        form.resetFields();
        reset();
      }}
    >
      <FormProblem error={error} shownFields={shownFields} />
      <Form
        form={form}
        name="bays"
        layout="vertical"
        initialValues={{ ...usualTraits, site_id: siteId }}
        onFinish={submit}
      >
        <SiteField isFixed={isSiteFixed} />
        <Form.Item
          name="pattern"
          label={t('spaces.pattern')}
          extra={t('spaces.patternHint')}
          rules={[{ required: true, whitespace: true, message: t('spaces.patternRequired') }]}
        >
          <Input.TextArea
            autoFocus
            autoSize={{ minRows: 1, maxRows: 6 }}
            autoComplete="off"
            spellCheck={false}
            placeholder="A-001…A-120"
          />
        </Form.Item>
        <PatternPreview pattern={pattern} />
        <h2 className={styles.groupTitle}>{t('spaces.common')}</h2>
        <TraitFields siteId={chosen} />
      </Form>
    </Modal>
  );
}

/** Which bays will be made, before they are. */
function PatternPreview({ pattern }: { pattern: string }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const found = useMemo(() => preview(pattern), [pattern]);
  const words = () => {
    switch (found.kind) {
      case 'empty':
        return t('spaces.previewNone');
      case 'unclear':
        return t('spaces.previewUnclear');
      case 'too_many':
        return t('spaces.previewTooMany', { max: formats.number(CODES_MAX) });
      case 'twice':
        return t('spaces.previewTwice', { code: found.code });
      case 'codes': {
        const { codes } = found;
        const [first = '', last = ''] = [codes[0], codes.at(-1)];
        const shown =
          codes.length > 4 ? t('spaces.previewRange', { first, last }) : codes.join(', ');
        return t('spaces.preview', {
          count: codes.length,
          formatted: formats.number(codes.length),
          codes: shown,
        });
      }
    }
  };
  const isGood = found.kind === 'codes';
  return (
    <p className={isGood ? styles.previewGood : styles.preview} role="status">
      {words()}
    </p>
  );
}
