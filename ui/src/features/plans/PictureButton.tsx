import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { asProblem } from '@/api/problem';
import type { Level } from '@/api/types';
import { fieldMessage } from '@/components/fieldMessage';
import { GatedButton } from '@/components/GatedButton';
import { DeleteOutlined, UploadOutlined } from '@/components/icons';
import { RowMenu } from '@/components/RowMenu';
import { useToast } from '@/components/toast';
import { usePicture } from './queries';

const BYTES_MAX = 10 * 1024 * 1024;
const KINDS = '.svg,.png,.jpg,.jpeg,image/svg+xml,image/png,image/jpeg';

type Props = {
  level: Level;
  refusal: string | null;
  /** Why the file was refused, in words; null once one has been taken. */
  onFault: (fault: string | null) => void;
};

/** Gives the level a picture to draw on, or takes it away. */
export function PictureButton({ level, refusal, onFault }: Props) {
  const { t } = useTranslation();
  const toast = useToast();
  const input = useRef<HTMLInputElement>(null);
  const picture = usePicture(level.id);
  const { name, has_plan: hasPicture } = level;

  function put(file: Blob | null) {
    if (file && file.size > BYTES_MAX) {
      onFault(t('plan.tooLarge'));
      return;
    }
    picture.mutate(file, {
      onSuccess: (before) => {
        onFault(null);
        const text = file
          ? t('plan.pictureSet', { level: name })
          : t('plan.pictureGone', { level: name });
        const isUndoable = before !== null || !hasPicture;
        if (isUndoable) toast.undoable(text, () => picture.mutateAsync(before));
        else toast.done(text);
      },
      onError: (error) => {
        const [fault] = asProblem(error).errors;
        if (fault) onFault(fieldMessage(t, fault.message));
        else toast.failed(error);
      },
    });
  }

  const choose = () => input.current?.click();
  return (
    <>
      {/* The button beside it is what one sees and reaches; the field only opens the dialog. */}
      <input
        ref={input}
        type="file"
        hidden
        accept={KINDS}
        data-picture
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          // The same file again is a change, too.
          target.value = '';
          if (file) put(file);
        }}
      />
      {hasPicture ? (
        <RowMenu
          label={t('plan.picture')}
          caption={t('plan.picture')}
          actions={[
            {
              key: 'replace',
              label: t('plan.replacePicture'),
              icon: <UploadOutlined />,
              refusal,
              onPick: choose,
            },
            {
              key: 'remove',
              label: t('plan.removePicture'),
              icon: <DeleteOutlined />,
              isDanger: true,
              refusal,
              onPick: () => put(null),
            },
          ]}
        />
      ) : (
        <GatedButton
          icon={<UploadOutlined />}
          loading={picture.isPending}
          isAllowed={refusal === null}
          reason={refusal ?? ''}
          onClick={choose}
        >
          {t('plan.upload')}
        </GatedButton>
      )}
    </>
  );
}
